"""Sums of steps drawn by hand, and random ones judged by trying every bin."""

import itertools
from copy import copy
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.additive import Additive
from models.checks import run_check
from models.checks.step_proof import turning_back
from models.scorecard import WoeScorecard

BINS = 4
"""Three known ones and that of missing values."""


def summed(debt, sales, table):
    """Two variables with the table of their pair, a row and a column a bin."""
    inside = [np.arange(BINS), np.arange(BINS)]
    return Additive(0.0, [np.array(debt), np.array(sales)], [(0, 1)], [np.array(table)], inside)


FLAT = np.zeros((BINS, BINS))


def test_steps_that_rise_are_proved_and_the_missing_bin_stands_outside_the_order():
    rising = summed([-1.0, 0.0, 1.0, -9.0], [0.0] * BINS, FLAT)
    assert turning_back(rising, ["debt", "sales"], {"debt": 1}) == []
    assert turning_back(rising, ["debt", "sales"], {"debt": -1}) == ["debt"]
    assert turning_back(rising, ["debt", "sales"], {}) == []


def test_a_table_that_turns_the_order_round_for_one_bin_of_the_other_variable_is_found():
    table = FLAT.copy()
    table[0, 3] = 1.5
    told = summed([-1.0, 0.0, 1.0, 0.0], [0.0] * BINS, table)
    assert turning_back(told, ["debt", "sales"], {"debt": 1}) == ["debt"], "where sales are missing"
    table[0, 3] = 0.9
    assert (
        turning_back(summed([-1.0, 0.0, 1.0, 0.0], [0.0] * BINS, table), ["debt", "sales"], {"debt": 1}) == []
    )


steps = st.lists(st.integers(-3, 3).map(float), min_size=BINS, max_size=BINS)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    debt=steps,
    sales=steps,
    table=st.lists(steps, min_size=BINS, max_size=BINS),
    sign=st.sampled_from([-1, 1]),
)
def test_the_proof_says_what_trying_every_bin_says(debt, sales, table, sign):
    told = summed(debt, sales, table)
    every = np.array(list(itertools.product(range(BINS), range(BINS))))
    odds = told.log_odds(every).reshape(BINS, BINS)
    tried = {
        name
        for name, known in (("debt", odds[:-1, :]), ("sales", odds.T[:-1, :]))
        if (sign * np.diff(known, axis=0) < 0).any()
    }
    assert set(turning_back(told, ["debt", "sales"], {"debt": sign, "sales": sign})) == tried


@pytest.fixture(scope="module")
def scorecard(model, firms):
    return WoeScorecard(meanings=model.meanings).fit(firms.table, firms.bad)


def judged(evidence, scorecard):
    return replace(
        evidence,
        model=scorecard,
        pd_=scorecard.predict_proba(evidence.held_out.table)[:, 1],
        refit=lambda: WoeScorecard(meanings=scorecard.meanings).fit(evidence.train.table, evidence.train.bad),
    )


@pytest.mark.parametrize("number", ["C03", "C04", "C06", "C12"])
def test_a_scorecard_passes_what_a_scorecard_should(evidence, scorecard, number):
    check = run_check(number, judged(evidence, scorecard))
    assert check.severity == "warning" or check.passed, check
    assert check.asked


def test_a_scorecard_is_proved_bin_by_bin_and_not_by_rows(evidence, scorecard):
    told = judged(evidence, scorecard)
    assert "proved over all bins" in run_check("C04", told).finding
    against = copy(scorecard)
    against.monotone = {"sales": 1}
    check = run_check("C04", replace(told, model=against))
    assert check.refuses
    assert check.finding == "sales moves the risk against its declared direction"
