import json
import re

import numpy as np
import pandas as pd
import pytest
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
