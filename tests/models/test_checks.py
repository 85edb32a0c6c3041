"""Each check is shown to fire and to stay silent."""

from dataclasses import replace

import numpy as np
import pytest

from features.errors import ModelError
from models.checks import CHECKS, Check, Evidence, refuse_failed, run_checks, thresholds


@pytest.fixture(scope="module")
def evidence(model, unseen):
    return Evidence(model, unseen.table, unseen.bad, model.predict_proba(unseen.table)[:, 1])


def verdict(number, evidence):
    return CHECKS[number](evidence)


def test_a_sound_model_passes_every_check(evidence):
    checks = run_checks(evidence)
    assert [check.number for check in checks] == ["C01", "C02", "C03", "C04", "C05", "C06"]
    assert all(check.passed for check in checks), checks
    refuse_failed(checks)


def test_too_few_bads_fire(evidence):
    passed, finding = verdict("C01", replace(evidence, bad=np.zeros_like(evidence.bad)))
    assert not passed
    assert finding == "0 bads in the test, at least 20 needed"


def test_a_ranking_by_chance_fires(evidence):
    chance = np.random.default_rng(0).random(len(evidence.bad))
    assert not verdict("C02", replace(evidence, pd_=chance))[0]


def test_probabilities_that_are_half_of_what_happens_fire(evidence):
    assert not verdict("C03", replace(evidence, pd_=evidence.pd_ / 2))[0]


def test_a_direction_that_the_trees_do_not_keep_fires(evidence, firms, model):
    free = model.__class__(n_estimators=60).fit(firms.table, firms.bad)
    claims = replace(evidence, model=free)
    free.monotone = {"debt_long": -1, "debt": 1, "sales": 1}
    passed, finding = verdict("C04", claims)
    assert not passed
    assert "sales" in finding


def test_a_feature_that_knows_the_outcome_fires(evidence):
    passed, finding = verdict("C05", replace(evidence, table=evidence.table.assign(leak=evidence.bad * 1.0)))
    assert not passed
    assert "'leak' alone reaches AUC 1.000" in finding


def test_scores_that_differ_after_reloading_fire(evidence, model, monkeypatch):
    class Drifting(model.__class__):
        def predict_proba(self, X):
            return super().predict_proba(X) + 1e-12

    monkeypatch.setattr("models.checks.CreditModel", Drifting)
    assert not verdict("C06", evidence)[0]


def test_every_split_point_lies_between_two_probes(model):
    probes = thresholds(model, "debt")
    trees = model.booster_.trees_to_dataframe()
    cuts = trees.loc[trees["split_feature"] == "Column_0", "threshold"].astype(float).unique()
    assert len(probes) == len(cuts) + 1


def test_a_failed_check_refuses_and_names_its_finding():
    checks = [
        Check("C01", "enough_bads", passed=False, finding="3 bads"),
        Check("C02", "ranks", passed=True, finding=""),
    ]
    with pytest.raises(ModelError, match="not registered, 1 of 2 checks failed: C01 enough_bads: 3 bads"):
        refuse_failed(checks)
