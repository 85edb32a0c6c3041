"""Champion and challenger on the same loans."""

import numpy as np
import pandas as pd
import pytest

from models.metrics import auc
from pipelines.retraining.comparison import compare
from pipelines.retraining.limits import limits_of


@pytest.fixture
def limits(home):
    return limits_of(home)


def judged(many=600, *, noise=1.5, seed=0, level=1.0):
    """Loans whose true odds the challenger knows, and the champion up to noise."""
    draw = np.random.default_rng(seed)
    odds = draw.normal(-2, 1.5, many)
    blurred = odds + draw.normal(0, noise, many)
    bad = (draw.random(many) < 1 / (1 + np.exp(-odds))).astype(np.int64)
    right, wrong = (1 / (1 + np.exp(-one)) for one in (odds, blurred))
    firms = [f"F{number // 2}" for number in range(many)]
    return pd.DataFrame(
        {
            "entity_id": firms,
            "group": firms,
            "application_date": pd.Timestamp("2025-05-01") + pd.to_timedelta(np.arange(many) % 180, unit="D"),
            "bad": bad,
            "challenger": right,
            "challenger_whole": right,
            "champion": np.clip(wrong * level, 0.001, 0.999),
            "known": np.arange(many) % 3 == 0,
            "segment_kind": np.where(np.arange(many) % 2, "ENTERPRISE", "INDIVIDUAL_BUSINESS"),
        }
    )


def test_the_gain_is_the_difference_of_both_aucs_on_the_same_loans(limits):
    rows = judged()
    told = compare(rows, "2024-04-30", limits)
    by_hand = auc(rows["bad"], rows["challenger"]) - auc(rows["bad"], rows["champion"])
    assert told["gain"]["value"] == pytest.approx(by_hand)
    assert told["gain"]["low"] > 0, "the noise is plain to see"
    assert told["unfair"] is None
    assert (told["rows"], told["firms"], told["known_rows"]) == (600, 300, 200)
    assert (told["first"], told["last"]) == ("2025-05-01", "2025-10-27")
    strangers = rows[~rows["known"]]
    assert told["gain_new_firms"]["value"] == pytest.approx(
        auc(strangers["bad"], strangers["challenger"]) - auc(strangers["bad"], strangers["champion"])
    )


def test_a_model_compared_with_itself_gains_nothing(limits):
    rows = judged()
    told = compare(rows.assign(challenger=rows["champion"]), "2024-04-30", limits)
    assert told["gain"] == {"value": 0.0, "low": 0.0, "high": 0.0}


@pytest.mark.parametrize(
    ("until", "unfair"),
    [
        ("2025-04-30", None),
        ("2025-05-01", "learnt_later"),
        ("2025-09-01", "learnt_later"),
        (None, "unknown_period"),
    ],
)
def test_a_champion_that_learnt_from_the_days_of_the_comparison_makes_it_unfair(limits, until, unfair):
    assert compare(judged(), until, limits)["unfair"] == unfair


def test_few_bads_say_nothing(limits):
    rows = judged(100)
    kept = rows[(rows["bad"] == 0) | (rows["bad"].cumsum() <= 19)]
    told = compare(kept, "2024-04-30", limits)
    assert (told["bads"], told["unfair"]) == (int(kept["bad"].sum()), "few_bads")
    assert told["gain"] is not None
    alone = compare(kept[kept["bad"] == 0], "2024-04-30", limits)
    assert (alone["unfair"], alone["gain"], alone["segments"]) == ("few_bads", None, [])


def test_where_nobody_knows_what_the_champion_learnt_from_nobody_counts_it(limits):
    told = compare(judged().assign(known=None), "2024-04-30", limits)
    assert (told["known_rows"], told["gain_new_firms"]) == (None, None)


def test_probabilities_twice_too_high_show_in_the_champions_ratio(limits):
    told = compare(judged(noise=0.01, level=2.0), "2024-04-30", limits)
    assert told["champion"]["ratio"]["low"] > 1.25
    assert told["challenger"]["ratio"]["low"] < 1 < told["challenger"]["ratio"]["high"]


def test_a_segment_that_is_ranked_worse_is_found_and_the_other_is_not(limits):
    rows, draw = judged(1200, noise=0.3), np.random.default_rng(1)
    inside = rows["segment_kind"] == "ENTERPRISE"
    shuffled = rows["challenger"].where(~inside, draw.permutation(rows["challenger"].to_numpy()))
    found = {
        one["word"]: (one["worse"], one["newly_off"])
        for one in compare(rows.assign(challenger=shuffled), "2024-04-30", limits)["segments"]
    }
    assert found == {"ENTERPRISE": (True, False), "INDIVIDUAL_BUSINESS": (False, False)}


def test_a_loss_within_a_segment_that_may_be_chance_is_no_finding(limits):
    rows, draw = judged(200, noise=0.01, seed=3), np.random.default_rng(2)
    odds = np.log(rows["challenger"] / (1 - rows["challenger"])) + draw.normal(0, 0.7, len(rows))
    (found,) = [
        one
        for one in compare(rows.assign(challenger=1 / (1 + np.exp(-odds))), "2024-04-30", limits)["segments"]
        if one["word"] == "ENTERPRISE"
    ]
    assert found["gain"]["value"] < -limits["segment_loss"].value
    assert not found["worse"]


def test_a_segment_whose_probabilities_are_newly_off_is_found(limits):
    rows = judged(1200, noise=0.1)
    inside = rows["segment_kind"] == "ENTERPRISE"
    halved = rows["challenger"].where(~inside, rows["challenger"] / 2)
    found = {
        one["word"]: one["newly_off"]
        for one in compare(rows.assign(challenger=halved), "2024-04-30", limits)["segments"]
    }
    assert found == {"ENTERPRISE": True, "INDIVIDUAL_BUSINESS": False}
    both = rows.assign(challenger=halved, champion=halved)
    assert not any(one["newly_off"] for one in compare(both, "2024-04-30", limits)["segments"])


def test_segments_with_few_bads_are_left_out(limits):
    rows = judged(60)
    assert compare(rows, "2024-04-30", limits)["segments"] == []
