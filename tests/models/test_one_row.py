"""One row through all parts at once, against parts one by one and the booster itself."""

import lightgbm as lgb
import numpy as np
import pytest

from models.one_row import OneRow
from models.patterns import MOST_QUESTIONS, parts_of
from models.shapley import MANY_ROWS, margins, shapley, warm

ROWS = MANY_ROWS + 100


def firms(rows=ROWS, seed=0):
    """Numbers with gaps and zeros, and two categories."""
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(rows, 6))
    matrix[:, 1] = np.where(rng.random(rows) < 0.4, np.nan, matrix[:, 1])
    matrix[:, 2] = np.where(rng.random(rows) < 0.7, 0.0, np.abs(matrix[:, 2]))
    matrix[:, 4:] = rng.integers(0, 12, (rows, 2))
    matrix[:, 4] = np.where(rng.random(rows) < 0.1, np.nan, matrix[:, 4])
    odds = (
        matrix[:, 0] * matrix[:, 3] + np.nan_to_num(matrix[:, 1], nan=1.0) + np.isin(matrix[:, 4], (2, 3, 7))
    )
    return matrix, (rng.random(rows) < 1 / (1 + np.exp(1 - odds))).astype(int)


def grown(trees=30, **wishes):
    """A booster of such firms, read from its text as a registered one is."""
    matrix, bad = firms()
    parameters = {
        "objective": "binary", "max_depth": 4, "num_leaves": 15, "verbose": -1, "num_threads": 1,
        "min_data_in_leaf": 5, "min_data_per_group": 5, "cat_smooth": 1.0,
    } | wishes  # fmt: skip
    booster = lgb.train(parameters, lgb.Dataset(matrix, bad, categorical_feature=[4, 5]), trees)
    return lgb.Booster(model_str=booster.model_to_string())


@pytest.fixture(scope="module")
def booster():
    made = grown()
    warm(made)
    return made


def alone(values):
    """Every row by itself."""
    return [values[[row]] for row in range(len(values))]


@pytest.mark.parametrize(
    "wishes",
    [{}, {"max_depth": 7, "num_leaves": 60}, {"max_depth": 1, "num_leaves": 2}, {"use_missing": False}],
    ids=lambda wishes: ", ".join(wishes) or "categories and gaps",
)
def test_a_row_alone_is_told_to_the_bit_what_it_is_told_among_many(wishes):
    made = grown(**wishes)
    matrix, _ = firms(seed=1)
    own = made.predict(matrix[:60], pred_contrib=True, num_threads=1)[:, :-1]
    many = shapley(made, matrix, threads=2)
    one = np.vstack([shapley(made, row, threads=1) for row in alone(matrix[:60])])
    assert (one == many[:60]).all()
    assert (shapley(made, matrix[:60], threads=1) == one).all()
    np.testing.assert_allclose(one, own, atol=1e-12, rtol=0)


def test_a_margin_alone_is_the_boosters_own_to_the_bit(booster):
    matrix, _ = firms(seed=1)
    own = booster.predict(matrix[:200], raw_score=True)
    assert [margins(booster, row, threads=1)[0] for row in alone(matrix[:200])] == own.tolist()


@pytest.mark.parametrize("value", [np.nan, 1e300, -1e300, -0.0, -1.0, 0.5, 11.0, 99.0])
@pytest.mark.parametrize("column", range(6))
def test_values_that_training_never_saw_go_where_the_booster_sends_them(booster, column, value):
    matrix, _ = firms(rows=5, seed=1)
    matrix[:, column] = value
    own = booster.predict(matrix, pred_contrib=True)[:, :-1]
    np.testing.assert_allclose(shapley(booster, matrix, threads=1), own, atol=1e-12, rtol=0)
    assert [margins(booster, row, threads=1)[0] for row in alone(matrix)] == booster.predict(
        matrix, raw_score=True
    ).tolist()


def test_a_value_on_a_threshold_goes_left_as_in_the_booster(booster):
    cuts = booster.trees_to_dataframe().query("split_feature == 'Column_0'")["threshold"].to_numpy(float)
    cuts = cuts[np.abs(cuts) > 1e-30][:40]  # LightGBM takes values nearer to zero than 1e-35 for zero
    matrix, _ = firms(rows=2 * len(cuts), seed=1)
    matrix[:, 0] = np.concatenate([cuts, np.nextafter(cuts, np.inf)])
    own = booster.predict(matrix, pred_contrib=True)[:, :-1]
    np.testing.assert_allclose(shapley(booster, matrix, threads=1), own, atol=1e-12, rtol=0)


def test_a_question_that_only_asks_whether_a_value_is_missing_sends_every_number_left():
    """Its threshold is infinite, which the dump writes as 1e300."""
    rng = np.random.default_rng(0)
    matrix = np.where(rng.random((ROWS, 1)) < 0.3, np.nan, rng.normal(size=(ROWS, 1)))
    bad = (np.isnan(matrix[:, 0]) & (rng.random(ROWS) < 0.8)).astype(int)
    wishes = {"objective": "binary", "verbose": -1, "max_depth": 2, "num_threads": 1}
    booster = lgb.train(wishes, lgb.Dataset(matrix, bad), 5)
    assert booster.trees_to_dataframe()["threshold"].max() == 1e300
    warm(booster)
    asked = np.array([[2e300], [1e300], [np.nan], [-2e300]])
    own = booster.predict(asked, raw_score=True)
    assert [margins(booster, row, threads=1)[0] for row in alone(asked)] == own.tolist()
    assert (margins(booster, np.repeat(asked, ROWS, axis=0), threads=1) == np.repeat(own, ROWS)).all()


def test_a_warmed_booster_that_grew_since_answers_as_it_is_now():
    matrix, bad = firms()
    booster = lgb.Booster({"objective": "binary", "verbose": -1, "max_depth": 3}, lgb.Dataset(matrix, bad))
    booster.update()
    warm(booster)
    before = margins(booster, matrix[:1], threads=1)
    booster.update()
    assert margins(booster, matrix[:1], threads=1) == booster.predict(matrix[:1], raw_score=True) != before


def test_a_booster_that_tables_cannot_hold_answers_itself_when_warmed():
    booster = grown(trees=5, max_depth=-1, num_leaves=200)
    warm(booster)
    matrix, _ = firms(rows=3, seed=1)
    assert (shapley(booster, matrix, threads=1) == booster.predict(matrix, pred_contrib=True)[:, :-1]).all()
    assert (margins(booster, matrix, threads=1) == booster.predict(matrix, raw_score=True)).all()


def test_trees_that_learnt_nothing_give_nothing_and_the_mean_of_training():
    matrix, _ = firms()
    wishes = {"objective": "binary", "verbose": -1, "min_data_in_leaf": ROWS}
    booster = lgb.train(wishes, lgb.Dataset(matrix, np.arange(ROWS) % 5 == 0), 2)
    warm(booster)
    assert not shapley(booster, matrix[:1], threads=1).any()
    assert margins(booster, matrix[:1], threads=1) == booster.predict(matrix[:1], raw_score=True) != 0


def test_both_ways_read_the_same_memory(booster):
    parts = parts_of(booster.dump_model())
    layout = OneRow.of(parts, 6)
    shared = layout.shared(parts)
    assert all(np.shares_memory(part.table, layout.values) for part in shared)
    assert all((one.table == other.table).all() for one, other in zip(shared, parts, strict=True))
    assert len(layout.most) == MOST_QUESTIONS * len(parts)
