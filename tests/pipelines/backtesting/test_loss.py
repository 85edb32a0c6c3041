"""Loss per yuan lent, worked out by hand, and how sure it is."""

import numpy as np
import pandas as pd
import pytest

from pipelines.backtesting.loss import loss_difference, loss_of
from pipelines.backtesting.parameters import with_own

HALF = with_own(loss_given_default=0.5, exposure_share=0.8)


def loans(**columns):
    many = len(columns["bad"])
    told = {"pd_": [0.1] * many, "approved": [True] * many, "amount_cny": [100.0] * many}
    told |= {"group": [f"E{number}" for number in range(many)]}
    return pd.DataFrame(told | columns).astype({"bad": "Int64"})


def test_expected_and_true_loss_are_per_yuan_of_approved_exposure():
    found = loss_of(
        loans(
            bad=[1, 0, 1],
            pd_=[0.2, 0.1, 0.6],
            amount_cny=[100.0, 300.0, 50.0],
            approved=[True, True, False],
        ),
        HALF,
    )
    assert (found.loans, found.approved, found.exposure_cny) == (3, 2, 320)
    assert found.expected_rate == pytest.approx((0.2 * 80 + 0.1 * 240) * 0.5 / 320)
    assert found.came_rate.value == pytest.approx(80 * 0.5 / 320)
    assert found.refused_rate == pytest.approx(0.5)


def test_a_loan_of_unknown_amount_is_left_out_and_no_loss_of_zero():
    found = loss_of(loans(bad=[1, 0], amount_cny=[np.nan, 100.0]), HALF)
    assert (found.loans, found.came_rate.value) == (1, 0)


def test_nothing_refused_and_nothing_approved_are_told_as_such():
    assert loss_of(loans(bad=[1, 0]), HALF).refused_rate is None
    assert loss_of(loans(bad=[1, 0], approved=[False, False]), HALF) is None
    kept = loans(bad=[1, 0])
    assert loss_difference(kept, kept.assign(approved=False), HALF) is None


def test_the_interval_holds_the_true_rate_as_often_as_it_says():
    rng, held = np.random.default_rng(0), 0
    for _ in range(100):
        bad = np.repeat((rng.random(400) < 0.6).astype(int), 2)  # two loans of each firm share their fate
        groups = [f"E{number // 2}" for number in range(800)]
        found = loss_of(loans(bad=bad, group=groups), HALF).came_rate
        held += found.low <= 0.3 <= found.high
    assert 90 <= held <= 99


def test_a_difference_is_that_of_the_rates_and_none_of_a_policy_with_itself():
    one = loans(bad=[1, 0, 0, 1] * 50, approved=[True, True, True, False] * 50)
    other = one.assign(approved=[False, True, True, True] * 50)
    first, second = (loss_of(each, HALF).came_rate.value for each in (one, other))
    assert loss_difference(one, other, HALF).value == pytest.approx(first - second)
    same = loss_difference(one, one, HALF)
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_refusing_the_bad_ones_is_a_gain_beyond_chance():
    bad = [1, 0, 0, 0, 0] * 60
    careful = loans(bad=bad, approved=[one == 0 for one in bad])
    assert loss_difference(careful, loans(bad=bad), HALF).high < 0
