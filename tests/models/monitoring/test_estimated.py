"""The estimate before labels: it is right where its assumptions hold, and found out where they do not."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from models.metrics import auc
from models.monitoring.estimated import (
    estimate_error,
    estimate_errors,
    estimated,
    expected_bads,
    recalibrated,
)

DAY = pd.Timestamp("2026-06-30")


def risks(many=1000, seed=0):
    return np.clip(np.random.default_rng(seed).beta(0.6, 6, many), 1e-4, 0.95)


def aucs(risk, rng, rounds, together=1):
    """AUCs that come true, one a round, by the ranks of the bad ones (Mann, Whitney)."""
    bad = np.array([come_true(risk, rng, together) for _ in range(rounds)])
    bads = bad.sum(axis=1)
    return (bad @ rankdata(risk) - bads * (bads + 1) / 2) / (bads * (len(risk) - bads))


def come_true(risk, rng, together=1):
    """Outcomes as the probabilities say; so many in a row share their luck."""
    luck = np.repeat(rng.random(-(-len(risk) // together)), together)[: len(risk)]
    return (luck < risk).astype(int)


@pytest.mark.parametrize("together", [1, 2])
def test_the_estimate_is_the_mean_of_what_comes_true_and_its_interval_holds_as_much_as_it_says(together):
    risk, rng = risks(), np.random.default_rng(1)
    groups = np.arange(len(risk)) // together
    came = aucs(risk, rng, 400, together)
    found = estimated(risk, groups)
    assert found.value == pytest.approx(came.mean(), abs=0.005)
    assert 0.91 <= np.mean((came > found.low) & (came < found.high)) <= 0.99


def test_loans_that_default_together_make_the_interval_wider_and_move_nothing_else():
    risk = risks()
    alone, paired = estimated(risk), estimated(risk, np.arange(len(risk)) // 2)
    assert alone.value == paired.value
    assert paired.high - paired.low > alone.high - alone.low


def test_ties_count_half_and_a_loan_is_no_pair_with_itself():
    # every bad-good pair by hand: (0.2 bad, 0.4 good), (0.4 bad, 0.2 good), and the two 0.4 among themselves
    right, wrong, even = 2 * 0.4 * 0.8, 2 * 0.2 * 0.6, 2 * 0.4 * 0.6
    assert estimated([0.2, 0.4, 0.4]).value == pytest.approx((right + even / 2) / (right + wrong + even))


def test_certain_outcomes_are_ranked_without_fault_and_without_doubt():
    assert estimated([0.0, 0.0, 1.0]).value == 1
    assert estimated([0.0, 0.0]).value == 0.5


@pytest.mark.parametrize(
    ("given", "told"),
    [([0.1], "at least two"), ([0.1, np.nan], "missing"), ([0.1, 1.2], "between 0 and 1")],
)
def test_what_is_no_probability_is_refused(given, told):
    with pytest.raises(ValueError, match=told):
        estimated(given)


def test_bads_to_come_have_the_range_in_which_they_come():
    risk, rng = risks(), np.random.default_rng(2)
    came = np.array([come_true(risk, rng).sum() for _ in range(300)])
    found = expected_bads(risk)
    assert found.value == pytest.approx(risk.sum())
    assert 0.91 <= np.mean((came >= found.low) & (came <= found.high)) <= 0.99


def scored(risk, bad, day="2024-02-01"):
    return pd.DataFrame(
        {
            "application_date": pd.Timestamp(day),
            "bad": pd.Series(bad, dtype="Int64"),
            "pd_": risk,
            "group": [f"{day} {number}" for number in range(len(risk))],
        }
    )


def test_a_quiet_city_keeps_the_estimate_and_a_shift_of_the_concept_is_flagged_by_the_truth():
    """The same firms before and after: the model reads them as before, but other firms default now."""
    risk, rng = risks(4000), np.random.default_rng(3)
    quiet = scored(risk, come_true(risk, rng))
    shifted = scored(risk, come_true(rng.permutation(risk), rng), "2024-05-01")
    before, after = estimate_errors(pd.concat([quiet, shifted], ignore_index=True), DAY).to_dict("records")
    assert abs(before["error"]) < 0.02
    assert not before["failed"]
    assert after["estimated"] == before["estimated"]  # the estimate itself does not see it
    assert after["truth"] == pytest.approx(0.5, abs=0.05)
    assert after["failed"]
    assert after["error"] > 0.2


def test_of_many_quiet_cohorts_next_to_none_is_called_failed():
    rng, failed = np.random.default_rng(4), 0
    for seed in range(100):
        risk = risks(300, seed)
        failed += estimate_error(risk, come_true(risk, rng)).failed
    assert failed <= 1


def test_twice_the_bads_in_the_same_order_surprise_by_their_number_alone():
    risk, rng = risks(4000), np.random.default_rng(5)
    found = estimate_error(risk / 2, come_true(risk, rng))
    assert found.bads_surprise > 5
    assert not found.failed


def test_before_the_truth_there_is_the_estimate_alone():
    risk = risks()
    told = scored(risk, [pd.NA] * len(risk))
    (row,) = estimate_errors(told, DAY).to_dict("records")
    assert row["estimated"] == estimated(risk).value
    assert row["known"] == 0
    assert pd.isna(row["failed"])
    assert pd.isna(row["truth"])
    assert estimate_errors(told.iloc[:1], DAY)["estimated"].isna().all()
    assert estimate_errors(told.iloc[:0], DAY).empty


def test_a_truth_of_one_class_is_refused():
    with pytest.raises(ValueError, match="both classes"):
        estimate_error([0.1, 0.2], [0, 0])


def test_known_outcomes_mend_probabilities_that_are_too_sure_and_keep_their_order():
    true, rng = risks(6000), np.random.default_rng(6)
    odds = np.log(true / (1 - true))
    too_sure = 1 / (1 + np.exp(-(1.6 * odds + 1)))
    bad = come_true(true, rng)
    mended = recalibrated(too_sure[3000:], too_sure[:3000], bad[:3000])
    truth = auc(bad[3000:], true[3000:])
    assert abs(estimated(mended).value - truth) < 0.03 < abs(estimated(too_sure[3000:]).value - truth)
    assert (np.argsort(mended) == np.argsort(too_sure[3000:])).all()


def test_few_known_outcomes_mend_nothing():
    risk = risks(100)
    assert (recalibrated(risk, risk, [1] * 49 + [0] * 51) == risk).all()
