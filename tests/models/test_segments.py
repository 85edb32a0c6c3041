import numpy as np
import pandas as pd
import pytest

from models.evidence import Rows
from models.segments import OTHERS, UNKNOWN, Gap, by_segment, gap


def rows_of(words, bad, groups=None):
    table = pd.DataFrame({"x": np.zeros(len(bad))})
    firms = None if groups is None else pd.Series(groups)
    return Rows(table=table, bad=np.array(bad), groups=firms, segments=pd.DataFrame({"industry": words}))


def draw(sizes, seed=0, rate=0.2, lift=None):
    """Rows of several words, with risks that are true; `lift` makes a word's bads more than predicted."""
    rng = np.random.default_rng(seed)
    words = np.repeat(list(sizes), list(sizes.values()))
    risk = np.clip(rng.beta(2, 2 / rate - 2, len(words)), 0.001, 0.9)
    true = np.where(words == lift, np.minimum(3 * risk, 0.95), risk)
    return words, (rng.random(len(words)) < true).astype(int), risk


def test_parts_come_by_size_with_small_ones_together_and_unknown_last():
    words, bad, risk = draw({"C": 100, "F": 200, "x": 10, "y": 12, "gap": 40})
    words = pd.Series(words).where(words != "gap")
    found = by_segment(rows_of(words, bad), risk)["industry"]
    assert [(one.word, one.rows) for one in found] == [("F", 200), ("C", 100), (OTHERS, 22), (UNKNOWN, 40)]


def test_a_single_small_word_keeps_its_name():
    words, bad, risk = draw({"C": 100, "F": 200, "x": 10})
    assert [one.word for one in by_segment(rows_of(words, bad), risk)["industry"]] == ["F", "C", "x"]


def test_every_row_is_in_one_part():
    words, bad, risk = draw({name: 31 + place for place, name in enumerate("ABCDEFGHIJKLMNOP")})
    found = by_segment(rows_of(words, bad), risk)["industry"]
    assert len(found) == 13
    assert sum(one.rows for one in found) == len(bad)
    assert sum(one.bads for one in found) == bad.sum()


def test_a_part_with_few_bads_has_no_auc_and_one_without_bads_no_ratio():
    words = ["C"] * 100 + ["F"] * 100
    bad = [1] * 4 + [0] * 96 + [0] * 100
    few, none = by_segment(rows_of(words, bad), np.full(200, 0.02))["industry"]
    assert few.auc is None
    assert few.ratio == pytest.approx(0.5)
    assert none.ratio is None


def test_goods_among_the_riskiest_fifth_are_told_by_part():
    words, bad = ["C"] * 50 + ["F"] * 50, np.zeros(100, dtype=int)
    risk = np.concatenate([np.linspace(0.01, 0.1, 50), np.linspace(0.2, 0.3, 50)])
    safe, risky = sorted(by_segment(rows_of(words, bad), risk)["industry"], key=lambda one: one.word)
    assert safe.held_back.value == 0
    assert risky.held_back.value == 0.4
    bad[-10:] = 1  # the riskiest ten are bad now, and bads are no goods held back
    risky = max(by_segment(rows_of(words, bad), risk)["industry"], key=lambda one: one.word)
    assert risky.held_back.value == 0.25


def test_a_part_that_defaults_three_times_as_often_as_predicted_is_a_surprise():
    words, bad, risk = draw({"C": 500, "F": 500}, lift="F", rate=0.1)
    found = {one.word: one for one in by_segment(rows_of(words, bad), risk)["industry"]}
    assert abs(found["C"].surprise) < 3
    assert found["F"].surprise > 5
    told = gap(list(found.values()))
    assert told.ratio > 2
    assert told.ratio_p < 0.001


def test_parts_that_do_not_differ_show_no_gap_beyond_chance():
    ps = []
    for seed in range(20):
        words, bad, risk = draw({"C": 400, "F": 400, "G": 400}, seed=seed)
        told = gap(by_segment(rows_of(words, bad), risk)["industry"])
        ps += [told.auc_p, told.ratio_p]
    assert np.mean(np.array(ps) < 0.05) < 0.2
    assert np.median(ps) > 0.2


def test_a_gap_needs_two_parts_with_enough_bads():
    words, bad, risk = draw({"C": 300})
    assert gap(by_segment(rows_of(words, bad), risk)["industry"]) == Gap(parts=1)


def test_no_rows_have_no_parts():
    assert by_segment(rows_of([], np.array([], dtype=int)), np.array([])) == {"industry": []}
