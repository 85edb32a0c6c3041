"""Tables of patterns against the booster's own TreeSHAP."""

import lightgbm as lgb
import numpy as np
import pytest

from models.patterns import MOST_QUESTIONS, parts_of
from models.shapley import MANY_ROWS, margins, shapley

ROWS = MANY_ROWS + 500


def firms(rows=ROWS, seed=0):
    """Two numbers that interact, one with gaps, one with many zeros, one constant, and a category."""
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(rows, 8))
    matrix[:, 2] = np.where(rng.random(rows) < 0.4, np.nan, matrix[:, 2])
    matrix[:, 3] = np.where(rng.random(rows) < 0.7, 0.0, np.abs(matrix[:, 3]))
    matrix[:, 4] = 1.0
    matrix[:, 5] = rng.integers(0, 12, rows)
    matrix[:, 5] = np.where(rng.random(rows) < 0.1, np.nan, matrix[:, 5])
    odds = matrix[:, 0] * matrix[:, 1] + np.nan_to_num(matrix[:, 2], nan=1.0) + matrix[:, 3]
    odds = odds + np.isin(matrix[:, 5], (2, 3, 7)) - 1
    return matrix, (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(int)


def grown(trees=40, **wishes):
    """A booster of such firms, read from its text as a registered one is."""
    matrix, bad = firms()
    categorical = wishes.pop("categorical", [5])
    parameters = {
        "objective": "binary", "max_depth": 4, "num_leaves": 15, "verbose": -1, "num_threads": 1,
        "min_data_in_leaf": 5, "min_data_per_group": 5, "cat_smooth": 1.0,
    } | wishes  # fmt: skip
    booster = lgb.train(parameters, lgb.Dataset(matrix, bad, categorical_feature=categorical), trees)
    return lgb.Booster(model_str=booster.model_to_string())


def contributions(booster, matrix):
    return booster.predict(matrix, pred_contrib=True, num_threads=1)[:, :-1]


@pytest.mark.parametrize(
    "wishes",
    [
        {"categorical": "auto"},
        {},
        {"monotone_constraints": [1, 0, 1, 1, 0, 0, 0, -1]},
        {"max_depth": 3, "num_leaves": 8},
        {"max_depth": 1, "num_leaves": 2},
        {"max_depth": 7, "num_leaves": 40},
        {"use_missing": False},
        {"max_cat_to_onehot": 20},
        {"bagging_fraction": 0.5, "bagging_freq": 1, "feature_fraction": 0.5},
    ],
    ids=lambda wishes: ", ".join(wishes) or "categories and gaps",
)
def test_many_rows_agree_with_the_booster(wishes):
    booster = grown(**wishes)
    matrix, _ = firms(seed=1)
    assert parts_of(booster.dump_model()) is not None
    np.testing.assert_allclose(
        shapley(booster, matrix, threads=2), contributions(booster, matrix), atol=1e-10, rtol=0
    )


@pytest.mark.parametrize(
    ("column", "value"),
    [(0, np.nan), (0, 1e300), (0, -1e300), (3, np.nan), (3, -0.0), (5, 99.0), (5, -1.0), (5, np.nan)],
)
def test_values_that_training_never_saw_go_where_the_booster_sends_them(column, value):
    booster = grown()
    matrix, _ = firms(seed=1)
    matrix[:, column] = value
    np.testing.assert_allclose(
        shapley(booster, matrix, threads=1), contributions(booster, matrix), atol=1e-10, rtol=0
    )


def test_a_value_on_a_threshold_goes_left_as_in_the_booster():
    booster = grown(categorical="auto")
    cuts = booster.trees_to_dataframe().query("split_feature == 'Column_0'")["threshold"].to_numpy(float)
    matrix, _ = firms(seed=1)
    matrix[:, 0] = np.resize(np.concatenate([cuts, np.nextafter(cuts, np.inf)]), len(matrix))
    np.testing.assert_allclose(
        shapley(booster, matrix, threads=1), contributions(booster, matrix), atol=1e-10, rtol=0
    )


@pytest.mark.parametrize(
    "wishes",
    [
        {"max_depth": -1, "num_leaves": 100},
        {"zero_as_missing": True},
        {"boosting": "rf", "bagging_fraction": 0.5, "bagging_freq": 1},
    ],
    ids=["deep", "zero is missing", "averaged trees"],
)
def test_trees_that_tables_cannot_hold_are_left_to_the_booster(wishes):
    booster = grown(trees=10, categorical="auto", **wishes)
    matrix, _ = firms(seed=1)
    assert parts_of(booster.dump_model()) is None
    assert (shapley(booster, matrix, threads=1) == contributions(booster, matrix)).all()


def test_leaves_that_are_functions_are_not_taken_for_constants():
    assert parts_of(grown(trees=5, categorical="auto", linear_tree=True).dump_model()) is None


def test_few_rows_are_the_boosters_own():
    booster = grown()
    matrix, _ = firms(rows=3, seed=1)
    assert (shapley(booster, matrix, threads=2) == contributions(booster, matrix)).all()


def test_a_row_and_the_mean_of_training_make_the_margin():
    booster = grown()
    matrix, _ = firms(seed=1)
    mean = booster.predict(matrix[:1], pred_contrib=True)[0, -1]
    margin = booster.predict(matrix, raw_score=True)
    np.testing.assert_allclose(shapley(booster, matrix, threads=2).sum(axis=1) + mean, margin, atol=1e-9)


def test_a_rows_values_depend_neither_on_the_rows_beside_it_nor_on_threads():
    booster = grown()
    matrix, _ = firms(rows=40_000, seed=1)
    whole = shapley(booster, matrix, threads=2)
    assert (shapley(booster, matrix[7_000:30_000], threads=1) == whole[7_000:30_000]).all()


def test_a_booster_that_grew_since_is_explained_as_it_is_now():
    matrix, bad = firms()
    parameters = {"objective": "binary", "max_depth": 3, "verbose": -1, "num_threads": 1}
    booster = lgb.Booster(parameters, lgb.Dataset(matrix, bad))
    booster.update()
    before = shapley(booster, matrix, threads=1)
    booster.update()
    after = shapley(booster, matrix, threads=1)
    assert (before != after).any()
    np.testing.assert_allclose(after, contributions(booster, matrix), atol=1e-10, rtol=0)


def test_a_part_asks_no_more_questions_than_its_patterns_have_bits():
    parts = parts_of(grown(max_depth=7, num_leaves=60).dump_model())
    assert all(len(part.questions) <= MOST_QUESTIONS for part in parts)
    assert all(part.table.shape == (len(part.columns), 2 ** len(part.questions)) for part in parts)
    assert all(set(part.columns) == {one.column for one in part.questions} for part in parts)


def test_a_booster_that_learnt_nothing_gives_nothing():
    matrix, _ = firms()
    booster = lgb.train(
        {"objective": "binary", "verbose": -1, "min_data_in_leaf": ROWS},
        lgb.Dataset(matrix, np.arange(ROWS) % 2),
        2,
    )
    assert not shapley(booster, matrix, threads=1).any()


@pytest.mark.parametrize(
    "wishes",
    [{}, {"categorical": "auto"}, {"max_depth": 7, "num_leaves": 60}, {"use_missing": False}],
    ids=lambda wishes: ", ".join(wishes) or "gaps",
)
def test_margins_of_many_rows_are_the_boosters_own_to_the_bit(wishes, monkeypatch):
    booster = grown(**wishes)
    matrix, _ = firms(rows=20_000, seed=1)
    own = booster.predict(matrix, raw_score=True)
    assert (margins(booster, matrix, threads=2) == own).all()
    monkeypatch.setattr("models.shapley.VERY_MANY_ROWS", MANY_ROWS)
    assert (margins(booster, matrix, threads=2) == own).all()
    shapley(booster, matrix, threads=1)
    assert (margins(booster, matrix[:MANY_ROWS], threads=1) == own[:MANY_ROWS]).all()
    assert (margins(booster, matrix[:3], threads=1) == own[:3]).all()


def test_margins_of_trees_that_learnt_nothing_are_the_mean_of_training(monkeypatch):
    monkeypatch.setattr("models.shapley.VERY_MANY_ROWS", MANY_ROWS)
    matrix, _ = firms()
    booster = lgb.train(
        {"objective": "binary", "verbose": -1, "min_data_in_leaf": ROWS},
        lgb.Dataset(matrix, np.arange(ROWS) % 5 == 0),
        2,
    )
    found = margins(booster, matrix, threads=1)
    assert found[0] != 0
    assert (found == booster.predict(matrix, raw_score=True)).all()


def test_margins_that_tables_cannot_tell_are_left_to_the_booster(monkeypatch):
    monkeypatch.setattr("models.shapley.VERY_MANY_ROWS", MANY_ROWS)
    booster = grown(trees=10, categorical="auto", max_depth=-1, num_leaves=100)
    matrix, _ = firms(seed=1)
    assert (margins(booster, matrix, threads=1) == booster.predict(matrix, raw_score=True)).all()
