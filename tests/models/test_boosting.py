import lightgbm as lgb
import numpy as np
import pytest

from features.errors import ModelError
from models.boosting import Boosting, Grown
from models.merging import merged

ROWS = 1_500


def table(rows=ROWS, seed=0):
    """Risk rises with the first column, differs by the categories of the third; values are missing."""
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(rows, 4))
    matrix[:, 2] = rng.integers(0, 6, rows)
    odds = -1.5 + 1.2 * matrix[:, 0] + np.where(matrix[:, 2] == 3, 1.0, 0.0)
    matrix[rng.random(matrix.shape) < 0.1] = np.nan
    return matrix, (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(np.int64)


def boosting(**changes):
    given = {
        "small_sample": False,
        "directions": [1, 0, 0, 0],
        "categorical": [2],
        "most_trees": 100,
        "learning_rate": 0.1,
        "seed": 0,
        "threads": 1,
    }
    return Boosting(**(given | changes))


def bare(seed, trees=30):
    matrix, label = table()
    data = lgb.Dataset(matrix, label, categorical_feature=[2], params={"verbose": -1})
    parameters = {"objective": "binary", "num_leaves": 7, "seed": seed, "verbose": -1, "num_threads": 1}
    return lgb.train(parameters | {"bagging_fraction": 0.5, "bagging_freq": 1}, data, trees)


def test_the_margin_of_merged_boosters_is_the_mean_of_theirs():
    boosters = [bare(seed) for seed in range(3)]
    matrix, _ = table(seed=1)
    together = merged(boosters, 20, 1 / 3)
    apart = [booster.predict(matrix, raw_score=True, num_iteration=20) for booster in boosters]
    assert together.num_trees() == 60
    assert np.allclose(together.predict(matrix, raw_score=True), np.mean(apart, axis=0), atol=1e-12)


def test_shapley_values_of_merged_boosters_are_the_mean_of_theirs():
    boosters = [bare(seed) for seed in range(2)]
    matrix, _ = table(200, seed=1)
    apart = [booster.predict(matrix, pred_contrib=True) for booster in boosters]
    together = merged(boosters, 30, 0.5).predict(matrix, pred_contrib=True)
    assert np.allclose(together, np.mean(apart, axis=0), atol=1e-12)


def test_a_merged_booster_reads_itself_back_to_the_bit():
    booster = merged([bare(seed) for seed in range(2)], 30, 0.5)
    matrix, _ = table(seed=1)
    again = lgb.Booster(model_str=booster.model_to_string())
    assert again.model_to_string() == booster.model_to_string()
    assert (again.predict(matrix) == booster.predict(matrix)).all()


def test_a_booster_without_any_question_merges_too():
    label = np.tile([0, 1], 10)
    data = lgb.Dataset(np.zeros((20, 1)), label, params={"verbose": -1})
    booster = lgb.train({"objective": "binary", "verbose": -1}, data, 3)
    assert merged([booster, booster], 3, 0.5).predict(np.zeros((2, 1))).tolist() == [0.5, 0.5]


@pytest.fixture(scope="module")
def grown() -> Grown:
    return boosting().grow(*table())


def test_held_out_margins_are_of_trees_that_have_not_seen_the_row():
    """Labels drawn by lot: whoever has seen them knows them, whoever has not cannot."""
    rng = np.random.default_rng(0)
    matrix, label = rng.normal(size=(400, 4)), rng.integers(0, 2, 400)
    wishes = {"min_data_in_leaf": 1, "lambda_l2": 0.0}
    lot = boosting(directions=[0] * 4, categorical=[], wishes=wishes).grow(matrix, label)
    seen = lot.booster.predict(matrix, raw_score=True)
    assert np.corrcoef(lot.held_out, label)[0, 1] < 0.15
    assert np.corrcoef(seen, label)[0, 1] > 0.3


def test_the_margin_is_as_large_as_that_of_rows_held_out(grown):
    """The mean of the boosters, not their sum."""
    matrix, _ = table()
    margin = grown.booster.predict(matrix, raw_score=True)
    assert np.std(margin) == pytest.approx(np.std(grown.held_out), rel=0.3)
    assert np.mean(margin) == pytest.approx(np.mean(grown.held_out), abs=0.1)


def test_no_more_trees_grow_than_allowed(grown):
    assert grown.booster.num_trees() <= 100
    assert grown.booster.num_trees() % grown.rounds == 0


def test_trees_over_are_spent_on_folds_drawn_anew():
    quick = boosting(learning_rate=0.5, most_trees=400).grow(*table())
    assert quick.rounds <= 40
    assert quick.booster.num_trees() > 5 * quick.rounds


def test_trees_begin_shallow_and_deepen(grown):
    at = boosting().schedule
    assert [at(round_, 100)["max_depth"] for round_ in (1, 30, 60, 100)] == [3, 4, 5, 6]
    assert at(1, 100)["learning_rate"] == 0.1
    assert at(100, 100)["learning_rate"] == pytest.approx(0.5)
    depths = grown.booster.trees_to_dataframe().groupby("tree_index")["node_depth"].max()
    assert depths.iloc[0] <= 4


def test_depth_and_leaves_that_are_wished_for_are_upper_bounds():
    few = boosting(wishes={"max_depth": 4, "num_leaves": 5}).grow(*table())
    trees = few.booster.trees_to_dataframe()
    assert trees["node_depth"].max() <= 5
    assert trees[trees["left_child"].isna()].groupby("tree_index").size().max() <= 5


def test_the_small_sample_manner_asks_two_questions_at_most():
    few = boosting(small_sample=True).grow(*table(200))
    assert few.booster.trees_to_dataframe()["node_depth"].max() <= 3


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(grown):
    again = boosting().grow(*table())
    other = boosting(seed=1).grow(*table())
    assert again.booster.model_to_string() == grown.booster.model_to_string()
    assert again.held_out.tolist() == grown.held_out.tolist()
    assert other.booster.model_to_string() != grown.booster.model_to_string()


def test_risk_rises_only_with_a_column_that_is_said_to_raise_it(grown):
    matrix, _ = table(50, seed=2)
    ladder = np.repeat(matrix, 60, axis=0)
    ladder[:, 0] = np.tile(np.linspace(-3, 3, 60), 50)
    margins = grown.booster.predict(ladder, raw_score=True).reshape(50, 60)
    assert (np.diff(margins, axis=1) >= -1e-12).all()


def test_rows_of_one_group_are_held_out_together():
    """Copies of a firm tell each other's outcome unless they stay in one fold."""
    rng = np.random.default_rng(0)
    firms, label = rng.normal(size=(150, 4)), rng.integers(0, 2, 150)
    copies, truth, names = np.repeat(firms, 4, axis=0), np.repeat(label, 4), np.repeat(np.arange(150), 4)
    free = boosting(directions=[0] * 4, categorical=[], wishes={"min_data_in_leaf": 1})
    told = free.grow(copies, truth).held_out
    kept = free.grow(copies, truth, groups=names).held_out
    assert np.corrcoef(told, truth)[0, 1] > 0.5
    assert np.corrcoef(kept, truth)[0, 1] < 0.2


def test_one_group_of_the_rarer_class_is_too_few():
    matrix, label = table(200)
    groups = np.where(label == 1, 0, np.arange(200))
    with pytest.raises(ModelError, match="1 group of the rarer class"):
        boosting().grow(matrix, label, groups=groups)


def test_weights_move_the_margin_where_they_say():
    matrix, label = table()
    heavy = boosting().grow(matrix, label, np.where(label == 1, 5.0, 1.0))
    light = boosting().grow(matrix, label)
    assert heavy.held_out.mean() > light.held_out.mean() + 1
