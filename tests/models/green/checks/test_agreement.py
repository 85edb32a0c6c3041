from dataclasses import replace

import numpy as np
import pytest

from models.green.checks import run_check
from models.green.judging import Judged


def spoilt(judged, share=1.0, seed=0):
    """The same rows with a share of the grades given by lot."""
    rng = np.random.default_rng(seed)
    lot = rng.random(len(judged)) < share
    given = np.where(lot, rng.integers(0, judged.classes, len(judged)), judged.given)
    return Judged(judged.truth, given, judged.above, judged.firms)


def test_agreement_fails_below_the_floor_and_warns_below_good(evidence):
    assert run_check("G02", evidence).passed
    failed = run_check("G02", replace(evidence, judged=spoilt(evidence.judged)))
    assert failed.refuses
    assert "kappa" in failed.finding
    warned = run_check("G02", replace(evidence, judged=spoilt(evidence.judged, 0.4)))
    assert (warned.passed, warned.severity) == (False, "warning")


def test_a_grade_that_is_never_given_fails(evidence):
    judged = evidence.judged
    never = Judged(judged.truth, np.minimum(judged.given, 2), judged.above, judged.firms)
    failed = run_check("G04", replace(evidence, judged=never))
    assert failed.refuses
    assert "DEEP 0.000" in failed.finding
    assert run_check("G04", evidence).passed


def test_agreement_that_does_not_last_fails(evidence):
    assert run_check("G09", evidence).passed
    assert run_check("G09", replace(evidence, later=spoilt(evidence.later))).refuses


@pytest.mark.parametrize(("champion_is_spoilt", "refuses"), [(True, False), (False, True)])
def test_a_clear_loss_against_the_champion_fails_and_a_gain_does_not(evidence, champion_is_spoilt, refuses):
    bad, good = spoilt(evidence.later, 0.5), evidence.later
    pair = {"later": good, "champion": bad} if champion_is_spoilt else {"later": bad, "champion": good}
    check = run_check("G08", replace(evidence, **pair, champion_label="green_grade/1"))
    assert check.refuses is refuses
    assert "green_grade/1" in check.finding


def test_a_tie_with_the_champion_is_no_loss(evidence):
    assert run_check("G08", replace(evidence, champion=evidence.later)).passed
