from dataclasses import replace

import pytest

from models.checks import run_check
from models.credit import CreditModel


class Drifting(CreditModel):
    """Says something else once it has been written and read."""

    @classmethod
    def load(cls, folder):
        """Almost what was written."""
        model = super().load(folder)
        model.calibration_ = replace(model.calibration_, intercept=model.calibration_.intercept + 1e-12)
        return model


class Crowded(CreditModel):
    """Says something else when it is asked about one firm alone."""

    def predict_proba(self, X):
        """Almost the same for one firm."""
        return super().predict_proba(X) + (1e-15 if len(X) == 1 else 0.0)


@pytest.mark.parametrize("kind", [Drifting, Crowded])
def test_scores_that_differ_by_a_bit_fire(evidence, firms, kind):
    model = kind(n_estimators=20).fit(firms.table, firms.bad)
    check = run_check("C06", replace(evidence, model=model))
    assert check.refuses
    assert check.finding == "batch, single and reloaded scores differ"


def test_training_that_gives_other_bytes_fires_and_names_the_file(evidence, firms):
    other = CreditModel(meanings=evidence.model.meanings, n_estimators=120, random_state=1)
    check = run_check("C12", replace(evidence, refit=lambda: other.fit(firms.table, firms.bad)))
    assert check.refuses
    assert "booster.txt" in check.finding


def test_training_that_gives_the_same_bytes_is_silent(evidence):
    check = run_check("C12", evidence)
    assert check.passed
    assert check.finding == "trained twice: the same bytes"
