import re
from collections import Counter

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from features.errors import ModelError
from models.credit import CreditModel
from models.lab.leaves import enough_rows, full_leaves, refuse_small_leaves, smallest_leaf

ROWS = 600


@pytest.fixture(scope="module")
def matrix():
    """Two numbers, a category of eight words, gaps."""
    rng = np.random.default_rng(4)
    values = np.column_stack([rng.normal(size=ROWS), rng.normal(size=ROWS), rng.integers(0, 8, ROWS)])
    values[::9, 1] = np.nan
    return values


@pytest.fixture(scope="module")
def bad(matrix):
    odds = -0.5 + matrix[:, 0] + np.where(matrix[:, 2] > 4, 1.0, 0.0)
    return (np.random.default_rng(5).random(ROWS) < 1 / (1 + np.exp(-odds))).astype(int)


@pytest.fixture(scope="module")
def booster(matrix, bad) -> lgb.Booster:
    """Leaves of any size, a column whose risk may only rise."""
    asked = {
        "objective": "binary",
        "min_data_in_leaf": 1,
        "min_data_per_group": 5,
        "num_leaves": 24,
        "monotone_constraints": [1, 0, 0],
        "verbose": -1,
        "num_threads": 1,
    }
    return lgb.train(asked, lgb.Dataset(matrix, bad, categorical_feature=[2]), 12)


def test_lightgbm_itself_makes_smaller_leaves_than_it_was_asked_for(matrix, bad):
    """The reason why this module is there; once it fails, `full_leaves` changes nothing any more."""
    asked = {"objective": "binary", "min_data_in_leaf": 10, "verbose": -1, "num_threads": 1, "num_leaves": 31}
    data = lgb.Dataset(matrix, bad, categorical_feature=[2])
    assert smallest_leaf(lgb.train(asked, data, 60)) < 10


def test_the_smallest_leaf_is_that_of_all_trees(booster):
    frame = booster.trees_to_dataframe()
    assert smallest_leaf(booster) == frame.loc[frame["left_child"].isna(), "count"].min()


def test_a_small_leaf_is_refused_without_telling_how_small(booster):
    with pytest.raises(ModelError, match="fewer than 10 firms; fit it with min_data_in_leaf=10") as caught:
        refuse_small_leaves(booster, 10)
    assert not re.search(r"\b[1-9]\b", str(caught.value))
    assert refuse_small_leaves(full_leaves(booster, 10), 10) >= 10


@pytest.mark.parametrize("smallest", [2, 10, 40, 150])
def test_no_leaf_is_smaller_and_every_row_still_finds_one(booster, matrix, smallest):
    full = full_leaves(booster, smallest)
    assert smallest_leaf(booster) < 2
    assert smallest_leaf(full) >= smallest
    reached = full.predict(matrix, pred_leaf=True)
    for tree in full.dump_model()["tree_info"]:
        places = Counter(reached[:, tree["tree_index"]])
        assert min(places.values()) >= smallest
        assert len(places) == tree["num_leaves"]


def test_only_rows_of_small_leaves_and_their_neighbours_get_another_answer(booster, matrix):
    first = lgb.Booster(model_str=booster.model_to_string(num_iteration=1))
    before, after = (one.predict(matrix, raw_score=True) for one in (first, full_leaves(first, 10)))
    sizes = Counter(first.predict(matrix, pred_leaf=True).ravel())
    assert 0 < (before != after).mean() < 0.5
    assert np.average(before - after) == pytest.approx(0, abs=0.02)
    assert min(sizes.values()) < 10


def test_a_risk_that_may_only_rise_still_does(booster, matrix):
    full = full_leaves(booster, 25)
    ladder = np.repeat(matrix[:30], 40, axis=0)
    ladder[:, 0] = np.tile(np.linspace(-3, 3, 40), 30)
    margins = full.predict(ladder, raw_score=True).reshape(30, 40)
    assert (np.diff(margins, axis=1) >= -1e-12).all()


def test_shapley_values_still_add_up(booster, matrix):
    full = full_leaves(booster, 10)
    told = full.predict(matrix, pred_contrib=True).sum(axis=1)
    assert told == pytest.approx(full.predict(matrix, raw_score=True), abs=1e-9)


def test_a_booster_of_full_leaves_stays_as_it_is(booster):
    full = full_leaves(booster, 10)
    assert full_leaves(full, 10).model_to_string() == full.model_to_string()


def test_a_tree_of_which_no_question_parts_enough_asks_none(booster, matrix):
    none = full_leaves(booster, ROWS)
    assert {tree["num_leaves"] for tree in none.dump_model()["tree_info"]} == {1}
    assert len(set(none.predict(matrix))) == 1


@pytest.mark.parametrize("rows", [150, ROWS])
def test_both_manners_of_the_credit_model_take_the_fewest_rows_of_a_leaf(matrix, bad, rows):
    model = CreditModel(n_estimators=25, min_data_in_leaf=20, n_jobs=1).fit(matrix[:rows], bad[:rows])
    assert model.small_sample_ == (rows == 150)
    assert smallest_leaf(full_leaves(model.booster_, 20)) >= 20
    assert smallest_leaf(model.booster_) > 5


@settings(max_examples=25, deadline=None)
@given(some.lists(some.integers(1, 6), min_size=3, max_size=8))
def test_so_many_rows_always_hold_enough_firms_and_one_fewer_need_not(sizes):
    firms = [firm for firm, size in enumerate(sizes) for _ in range(size)]
    largest = sorted(firms, key=lambda firm: (-sizes[firm], firm))
    enough = enough_rows(firms, 3)
    assert len(set(largest[:enough])) >= 3
    assert len(set(largest[: enough - 1])) == 2


def test_more_firms_than_there_are_cannot_be_asked_for():
    with pytest.raises(ModelError, match="fewer firms than 10"):
        enough_rows(["A", "B"] * 20, 10)


def test_trees_that_ask_nothing_have_no_leaf_to_look_at(booster):
    with pytest.raises(ModelError, match="no tree of the model asks a question"):
        smallest_leaf(full_leaves(booster, ROWS))
