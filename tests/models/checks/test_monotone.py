from dataclasses import replace

import numpy as np
import pytest

from models.checks import run_check
from models.checks.monotone import probes
from models.checks.tree_proof import Proof, UnprovableError
from models.credit import CreditModel
from models.reasons import Meaning


@pytest.fixture
def free(firms):
    """A model that was trained without any direction."""
    return CreditModel(n_estimators=60).fit(firms.table, firms.bad)


def test_a_model_with_constraints_is_proved_and_says_where_missing_values_go(evidence):
    check = run_check("C04", evidence)
    assert check.passed
    assert check.figures["features"] == 3
    assert check.figures["splits"] > 100
    assert 0 < check.figures["missing_riskier"] + check.figures["missing_safer"] <= check.figures["splits"]


def test_a_direction_that_the_trees_do_not_keep_fires(evidence, free):
    free.monotone = {"debt_long": -1, "debt": 1, "sales": 1}
    check = run_check("C04", replace(evidence, model=free))
    assert check.refuses
    assert "sales" in check.finding


def test_positions_within_the_industry_are_proved_with_their_feature(evidence, firms):
    model = CreditModel(
        meanings=evidence.model.meanings, relative={"by": "industry", "columns": ["debt"]}, n_estimators=60
    ).fit(firms.table, firms.bad)
    check = run_check("C04", replace(evidence, model=model))
    assert check.passed
    assert check.figures["features"] == 4


@pytest.mark.parametrize("broken", [True, False])
def test_what_is_not_proved_but_breaks_on_no_row_is_a_warning(evidence, monkeypatch, broken):
    def prove(trees, _signs):
        if broken:
            return Proof(len(trees), 9, {0: 2}, 0, 0)
        raise UnprovableError("leaves hold linear models")

    monkeypatch.setattr("models.checks.monotone.prove", prove)
    check = run_check("C04", evidence)
    assert (check.passed, check.severity) == (False, "warning")
    assert "not proved for debt" in check.finding


def test_a_calibration_that_falls_fires(evidence, firms):
    model = CreditModel(n_estimators=20).fit(firms.table, firms.bad)
    model.calibration_ = replace(model.calibration_, slope=-1.0)
    assert run_check("C04", replace(evidence, model=model)).refuses
    bent = replace(model.calibration_, slope=1.0, margins=(-1.0, 0.0, 1.0), bends=(0.0, -2.0, 0.0))
    model.calibration_ = bent
    assert run_check("C04", replace(evidence, model=model)).refuses


def test_every_split_point_lies_between_two_probes(model):
    trees = model.booster_.trees_to_dataframe()
    cuts = np.sort(trees.loc[trees["split_feature"] == "Column_0", "threshold"].astype(float).unique())
    ladder = probes(model.booster_, 0)
    assert len(ladder) == len(cuts) + 1
    assert (ladder[:-1] < cuts).all()
    assert (cuts < ladder[1:]).all()


class Additive:
    """A model without trees: log-odds are a sum over columns."""

    def __init__(self, weight):
        self.weight = weight
        self.meanings = {"debt": Meaning("负债率", "Debt", "", "", monotone=1)}

    def decision_function(self, table):
        """Log-odds of default."""
        return self.weight * table["debt"].fillna(0).to_numpy()


def test_a_model_without_trees_is_moved_through_the_values_of_training(evidence):
    assert run_check("C04", replace(evidence, model=Additive(0.3))).passed
    check = run_check("C04", replace(evidence, model=Additive(-0.3)))
    assert check.refuses
    assert check.finding == "debt moves the risk against its declared direction"
