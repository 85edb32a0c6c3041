import numpy as np
import pandas as pd
import pytest

from models.iv import MISSING, OTHERS, Binning, feature_figures


def figures(values, bad, later=None):
    held_out = None if later is None else pd.DataFrame({"x": later})
    return feature_figures(pd.DataFrame({"x": values}), np.array(bad), held_out)[0]


def test_iv_of_two_words_is_worked_out_by_hand():
    found = figures(["a"] * 100 + ["b"] * 100, [1] * 20 + [0] * 80 + [1] * 60 + [0] * 40)
    good, bad = np.array([80.5, 40.5]) / 121, np.array([20.5, 60.5]) / 81
    assert found.iv == pytest.approx(((good - bad) * np.log(good / bad)).sum())
    assert {one.name: one.woe > 0 for one in found.bins} == {"a": True, "b": False}


def test_rows_of_all_bins_add_up():
    rng = np.random.default_rng(0)
    values = np.where(rng.random(500) < 0.2, np.nan, rng.normal(size=500))
    found = figures(values, rng.random(500) < 0.3)
    assert sum(one.rows for one in found.bins) == 500
    assert found.bins[-1].name == MISSING
    assert found.missing == pytest.approx(np.isnan(values).mean())


def test_a_feature_of_noise_is_not_strong_however_few_the_bads():
    rng = np.random.default_rng(1)
    bad = np.zeros(400, dtype=int)
    bad[rng.choice(400, 30, replace=False)] = 1
    noise = pd.DataFrame({f"x{place}": rng.normal(size=400) for place in range(60)})
    found = feature_figures(noise, bad)
    assert np.mean([one.iv for one in found]) == pytest.approx(
        np.mean([one.iv_by_chance for one in found]), rel=0.25
    )
    assert np.mean([one.strength == "none" for one in found]) > 0.5


def test_a_feature_that_knows_the_outcome_is_suspicious():
    bad = np.array([0, 1] * 200)
    assert figures(bad * 1.0 + np.linspace(0, 0.1, 400), bad).strength == "suspicious"


def test_few_bads_make_few_bins():
    values = np.arange(1000.0)
    assert len(Binning.learn(pd.Series(values), 500).names) == 11
    assert len(Binning.learn(pd.Series(values), 16).names) == 4


@pytest.mark.parametrize(
    "values", [[np.nan] * 20, [3.0] * 20, [None] * 20], ids=["missing", "constant", "nothing"]
)
def test_a_feature_without_variety_says_nothing(values):
    found = figures(pd.Series(values, dtype="float64"), [0, 1] * 10)
    assert found.iv == 0
    assert found.iv_by_chance == 0
    assert found.strength == "none"


def test_rare_words_stand_together_and_new_ones_join_them():
    binning = Binning.learn(pd.Series([f"w{place % 20:02d}" for place in range(200)]), 50)
    names, place = binning.names, binning.place(pd.Series(["w00", "never seen", None]))
    assert [names[at] for at in place] == ["w00", OTHERS, MISSING]


def test_a_value_outside_training_goes_to_the_outermost_bin():
    binning = Binning.learn(pd.Series(np.arange(100.0)), 100)
    assert binning.place(pd.Series([-5.0, 1e9])).tolist() == [0, 9]


def test_shares_that_differ_by_rounding_alone_are_one_value():
    values = np.where(np.arange(200) % 2, 1.0, 1 - 1e-12)
    assert Binning.learn(pd.Series(values), 100).edges == ()


def test_missing_later_is_told_beside_missing_in_training():
    found = figures([1.0, 2.0, np.nan, 4.0], [0, 1, 0, 1], [np.nan, np.nan, 1.0, 2.0])
    assert (found.missing, found.missing_held_out) == (0.25, 0.5)
    assert figures([1.0, 2.0], [0, 1]).missing_held_out is None


def test_flags_and_categories_of_every_kind_are_read():
    bad = [0, 1] * 30
    assert figures([True, False] * 30, bad).iv > 1
    assert figures(pd.Series(["a", "b"] * 30, dtype="category"), bad).iv > 1
