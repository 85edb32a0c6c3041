import json
import re

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.base import clone

from features.errors import ModelError
from models.credit import CreditModel
from models.metrics import auc, calibration_ratio


def test_it_ranks_and_calibrates_firms_it_has_not_seen(model, unseen):
    predicted = model.predict_proba(unseen.table)[:, 1]
    assert auc(unseen.bad, predicted) > 0.78
    assert 0.85 < calibration_ratio(unseen.bad, predicted) < 1.15


def test_batch_single_and_reloaded_scores_agree_to_the_bit(model, unseen, tmp_path):
    batch = model.predict_proba(unseen.table)[:, 1]
    single = [model.predict_proba(unseen.table.iloc[[row]])[0, 1] for row in range(30)]
    model.save(tmp_path)
    reloaded = CreditModel.load(tmp_path).predict_proba(unseen.table)[:, 1]
    assert batch[:30].tolist() == single
    assert batch.tolist() == reloaded.tolist()


def test_no_pickle_is_written(model, tmp_path):
    model.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["booster.txt", "model.json"]


def test_training_twice_gives_the_same_bytes(firms, model):
    again = clone(model).fit(firms.table, firms.bad)
    assert again.booster_.model_to_string() == model.booster_.model_to_string()
    assert (again.slope_, again.intercept_) == (model.slope_, model.intercept_)


def test_columns_in_another_order_change_nothing(model, unseen):
    turned = unseen.table[unseen.table.columns[::-1]]
    assert (model.predict_proba(turned) == model.predict_proba(unseen.table)).all()


def test_risk_moves_only_in_its_declared_direction(model, unseen):
    firm = unseen.table.head(1)
    ladder = pd.concat([firm.assign(debt=value) for value in np.linspace(-4, 4, 80)])
    assert (np.diff(model.predict_proba(ladder)[:, 1]) >= 0).all()
    ladder = pd.concat([firm.assign(sales=value) for value in np.linspace(-4, 4, 80)])
    assert (np.diff(model.predict_proba(ladder)[:, 1]) <= 0).all()


def test_an_unseen_category_is_unknown_not_an_error(model, unseen):
    odd = unseen.table.head(3).assign(industry="Z99")
    missing = unseen.table.head(3).assign(industry=None)
    assert (model.predict_proba(odd) == model.predict_proba(missing)).all()


def test_points_fall_with_risk_and_bands_follow_points(model, unseen):
    order = np.argsort(model.predict_proba(unseen.table)[:, 1])
    points = model.points(unseen.table)[order]
    assert (np.diff(points) <= 0).all()
    assert set(model.bands(unseen.table)) <= set("ABCDE")
    assert (model.bands(unseen.table)[order] == model.bands_of(points)).all()


def test_reasons_add_up_to_the_distance_from_the_average_firm(model, unseen):
    table = unseen.table.head(50)
    contributions = model.booster_.predict(model.encoder_.matrix(table), pred_contrib=True)
    margin = model.booster_.predict(model.encoder_.matrix(table), raw_score=True)
    assert np.allclose(contributions.sum(axis=1), margin, atol=1e-9)
    assert np.allclose(model.shapley(table), contributions[:, :-1])


def test_few_bads_are_learnt_with_care(firms):
    few = CreditModel(n_estimators=50).fit(firms.table.head(150), firms.bad[:150])
    assert few.small_sample_
    trees = few.booster_.trees_to_dataframe()
    assert trees.groupby("tree_index")["node_depth"].max().max() <= 3


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ([0] * 20, "label holds 0; expected both 0"),
        ([0, 1, 2, 1] * 5, "label holds 0, 1, 2; expected both"),
        ([0.1 * step for step in range(20)], "Unknown label type: continuous"),
        ([0, 1] * 9 + [0, None], "label is missing in 1 of 20 rows"),
        (None, "the target y is None"),
        ([0, 1] * 9, "label has shape (18,), expected one value for each of 20 rows"),
        ([1] + [0] * 19, "1 firm of the rarer class"),
    ],
)
def test_a_label_that_teaches_nothing_is_refused(firms, label, message):
    with pytest.raises(ModelError, match=re.escape(message)):
        CreditModel().fit(firms.table.head(20), label)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda table: table.drop(columns="debt"), "1 columns of training are missing: debt"),
        (lambda table: table.assign(debt=np.inf), "infinite values in debt"),
        (
            lambda table: table.assign(debt="many"),
            "column 'debt' was numeric in training and holds 'many' now",
        ),
    ],
)
def test_a_table_that_cannot_be_scored_says_why(model, unseen, spoil, message):
    with pytest.raises(ModelError, match=re.escape(message)):
        model.predict_proba(spoil(unseen.table.head(5)))


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (
            ["2024-03-01", "2023/5/7", "2024年3月1日", "new"] * 5,
            "column 'odd' holds dates as text ('2024-03-01'",
        ),
        ([1.5, "many"] * 10, "column 'odd' mixes numbers and words, such as 1.5 and 'many'"),
        ([{"a": 1}] * 20, "column 'odd' holds a dict"),
        ([np.inf, 1.0] * 10, "infinite values in odd"),
    ],
)
def test_a_column_that_cannot_be_learnt_from_is_named(firms, column, message):
    table = firms.table.head(20).assign(
        odd=pd.Series(column, dtype=object if isinstance(column[0], dict) else None)
    )
    with pytest.raises(ModelError, match=re.escape(message)):
        CreditModel().fit(table, [0, 1] * 10)


def test_words_that_are_no_dates_are_categories(firms):
    table = firms.table.head(400).assign(code=["2024-03-01", "C17", "20-30", "A1"] * 100)
    assert "code" in CreditModel(n_estimators=20).fit(table, firms.bad[:400]).encoder_.categories


def test_a_column_that_is_missing_everywhere_changes_nothing(firms, unseen):
    plain = CreditModel(n_estimators=50, feature_fraction=1.0).fit(firms.table, firms.bad)
    table = firms.table.assign(nothing=np.nan, no_word=None)
    more = CreditModel(n_estimators=50, feature_fraction=1.0).fit(table, firms.bad)
    asked = unseen.table.assign(nothing=1.0, no_word=None)
    assert (more.predict_proba(asked) == plain.predict_proba(unseen.table)).all()


def test_sparse_tables_and_rows_of_numbers_alone_are_refused():
    with pytest.raises(ModelError, match="a sparse matrix was passed"):
        CreditModel().fit(csr_matrix(np.eye(20)), [0, 1] * 10)
    with pytest.raises(ModelError, match="Expected 2D array"):
        CreditModel().fit(np.arange(20.0), [0, 1] * 10)


def test_a_matrix_needs_as_many_columns_as_in_training(firms):
    matrix = firms.table[["debt", "sales"]].to_numpy()
    model = CreditModel(n_estimators=20).fit(matrix, firms.bad)
    with pytest.raises(ModelError, match="X has 1 features, but CreditModel is expecting 2 features"):
        model.predict_proba(matrix[:, :1])


def test_of_two_other_classes_the_later_one_is_bad(firms, tmp_path):
    words = np.where(firms.bad == 1, "lost", "kept")
    model = CreditModel(n_estimators=50).fit(firms.table, words)
    plain = CreditModel(n_estimators=50).fit(firms.table, firms.bad)
    assert model.classes_.tolist() == ["kept", "lost"]
    assert (model.predict_proba(firms.table) == plain.predict_proba(firms.table)).all()
    assert ((model.predict(firms.table) == "lost") == (plain.predict(firms.table) == 1)).all()
    model.save(tmp_path)
    assert set(CreditModel.load(tmp_path).predict(firms.table)) <= {"kept", "lost"}


def test_probabilities_move_to_the_long_run(firms, unseen, tmp_path):
    sample = CreditModel(n_estimators=50).fit(firms.table, firms.bad)
    long_run = CreditModel(n_estimators=50, long_run_rate=0.02).fit(firms.table, firms.bad)
    rate = firms.bad.mean()
    factor = (0.02 / 0.98) / (rate / (1 - rate))
    one, other = (model.predict_proba(unseen.table)[:, 1] for model in (sample, long_run))
    assert np.allclose(other / (1 - other), factor * one / (1 - one))
    long_run.save(tmp_path)
    assert CreditModel.load(tmp_path).long_run_rate == 0.02


@pytest.mark.parametrize("calibration", ["platt", "isotonic"])
def test_a_calibration_may_be_chosen_and_is_kept_to_the_bit(firms, unseen, tmp_path, calibration):
    model = CreditModel(n_estimators=50, calibration=calibration).fit(firms.table, firms.bad)
    model.save(tmp_path)
    again = CreditModel.load(tmp_path)
    assert again.calibration_.kind == calibration
    assert (again.predict_proba(unseen.table) == model.predict_proba(unseen.table)).all()


def test_weights_count(firms, unseen):
    weight = np.where(firms.bad == 1, 3.0, 1.0)
    heavy = CreditModel(n_estimators=50).fit(firms.table, firms.bad, sample_weight=weight)
    judged = np.where(unseen.bad == 1, 3.0, 1.0)
    predicted = np.average(heavy.predict_proba(unseen.table)[:, 1], weights=judged)
    assert predicted == pytest.approx(np.average(unseen.bad, weights=judged), rel=0.1)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([1.0] * 19, "sample_weight has shape (19,)"),
        ([1.0] * 19 + [-1.0], "negative, infinite or missing"),
        ([0.0, 1.0] * 10, "the weight of one class is zero"),
    ],
)
def test_weights_that_make_no_sense_are_refused(firms, weight, message):
    with pytest.raises(ModelError, match=re.escape(message)):
        CreditModel().fit(firms.table.head(20), [0, 1] * 10, sample_weight=weight)


def test_a_small_sample_says_what_it_cannot_show(firms, model):
    few = CreditModel(n_estimators=50).fit(firms.table.head(150), firms.bad[:150])
    bads = int(firms.bad[:150].sum())
    assert few.limits_["en"].startswith(f"{bads} bads among 150 firms: an AUC of 0.75 is known to ±")
    assert f"坏样本 {bads} 户" in few.limits_["zh"]
    assert model.limits_ == {}


@pytest.mark.parametrize("bads", [30, 60])
def test_few_bads_are_still_predicted_in_the_right_number(firms, unseen, bads):
    """Many small samples of one population, each judged by all the other firms of it, at the same mix."""
    bad, good = np.flatnonzero(firms.bad == 1), np.flatnonzero(firms.bad == 0)
    judged = np.where(unseen.bad == 1, (unseen.bad == 0).sum() / 6 / unseen.bad.sum(), 1.0)
    ratios = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        rows = np.concatenate(
            [rng.choice(bad, bads, replace=False), rng.choice(good, 6 * bads, replace=False)]
        )
        predicted = (
            CreditModel().fit(firms.table.iloc[rows], firms.bad[rows]).predict_proba(unseen.table)[:, 1]
        )
        ratios.append(np.average(predicted, weights=judged) / np.average(unseen.bad, weights=judged))
    assert np.mean(ratios) == pytest.approx(1, abs=0.1)


def test_shape_may_be_told_and_is_kept(firms, tmp_path):
    told = {
        "num_leaves": 6,
        "max_depth": 3,
        "min_data_in_leaf": 30,
        "lambda_l2": 9.0,
        "feature_fraction": 0.5,
    }
    model = CreditModel(n_estimators=50, **told).fit(firms.table, firms.bad)
    assert model.booster_.trees_to_dataframe()["node_depth"].max() <= 4
    model.save(tmp_path)
    assert told.items() <= CreditModel.load(tmp_path).get_params().items()


def test_dates_and_repeated_columns_are_refused_in_training(firms):
    with pytest.raises(ModelError, match="column 'day' holds dates"):
        CreditModel().fit(firms.table.assign(day=pd.Timestamp("2024-01-01")), firms.bad)
    with pytest.raises(ModelError, match="1 columns stand twice: debt"):
        CreditModel().fit(pd.concat([firms.table, firms.table[["debt"]]], axis=1), firms.bad)


@pytest.mark.parametrize("file", ["booster.txt", "model.json"])
def test_a_damaged_file_is_no_model(model, tmp_path, file):
    model.save(tmp_path)
    path = tmp_path / file
    path.write_text(path.read_text("utf-8")[:200], "utf-8")
    with pytest.raises(ModelError, match="no whole credit model"):
        CreditModel.load(tmp_path)


def test_the_state_names_sample_scale_and_calibration(model, firms, tmp_path):
    model.save(tmp_path)
    state = json.loads((tmp_path / "model.json").read_text("utf-8"))
    assert state["sample"] == {"rows": 3000, "bads": int(firms.bad.sum())}
    assert state["scale"]["base"] == 600


def test_points_by_column_add_up_to_the_score_before_rounding(firms, unseen):
    model = CreditModel(n_estimators=50, calibration="platt").fit(firms.table, firms.bad)
    exact = model.points_scale.exact(model.decision_function(unseen.table))
    average = exact - model.points_by_column(unseen.table).sum(axis=1)
    assert abs(model.slope_ - 1) > 0.05, "else points that forget the slope would add up too"
    assert np.allclose(average, average[0], atol=1e-6)


def test_warming_changes_no_score_and_no_reason(model, unseen, tmp_path):
    model.save(tmp_path)
    cold, warm = CreditModel.load(tmp_path), CreditModel.load(tmp_path)
    warm.warm()
    few = unseen.table.head(40)
    assert (warm.predict_proba(few) == cold.predict_proba(few)).all()
    assert warm.reasons(few) == cold.reasons(few)
    np.testing.assert_allclose(warm.shapley(few), cold.shapley(few), atol=1e-12, rtol=0)
    alone = [warm.shapley(few.iloc[[row]])[0] for row in range(len(few))]
    assert (np.array(alone) == warm.shapley(unseen.table)[:40]).all()
    assert [warm.predict_proba(few.iloc[[row]])[0, 1] for row in range(len(few))] == warm.predict_proba(
        unseen.table
    )[:40, 1].tolist()
