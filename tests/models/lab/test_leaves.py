import re

import lightgbm as lgb
import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError
from models.credit import CreditModel
from models.lab.leaves import refuse_small_leaves, rounded_export, smallest_leaf


@pytest.fixture(scope="module")
def firms():
    """400 firms with a number, a category and gaps."""
    draw = np.random.default_rng(3)
    table = pd.DataFrame(
        {"sales": draw.lognormal(size=400), "kind": pd.Categorical(draw.choice(["甲", "乙", "丙"], 400))}
    )
    table.loc[::7, "sales"] = np.nan
    bad = (draw.random(400) < 1 / (1 + np.exp(table["sales"].fillna(1) - 1))).astype(int)
    return table, bad


@pytest.fixture(scope="module")
def credit(firms):
    return CreditModel(n_estimators=60, min_data_in_leaf=15).fit(*firms)


@pytest.fixture(scope="module")
def plain(firms):
    """One booster with leaves of any size."""
    table, bad = firms
    settings = {"objective": "binary", "verbose": -1, "min_data_in_leaf": 1, "num_leaves": 40, "seed": 1}
    return lgb.train(settings, lgb.Dataset(table[["sales"]], bad), 5)


def test_the_smallest_leaf_is_that_of_all_trees(plain):
    frame = plain.trees_to_dataframe()
    assert smallest_leaf(plain) == frame.loc[frame["left_child"].isna(), "count"].min()


def test_a_merged_credit_model_holds_no_leaf_below_what_was_asked_for(credit):
    assert refuse_small_leaves(credit.booster_, 15) >= 15


def test_a_small_leaf_is_refused_without_telling_how_small(plain):
    with pytest.raises(ModelError, match="fewer than 10 firms; fit it with min_data_in_leaf=10") as caught:
        refuse_small_leaves(plain, 10)
    assert not re.search(r"\b[1-9]\b", str(caught.value))


@pytest.mark.parametrize("name", ["credit", "plain"])
def test_a_harmless_text_predicts_the_same_to_the_bit(name, request, firms):
    model = request.getfixturevalue(name)
    booster = getattr(model, "booster_", model)
    matrix = model.encoder_.matrix(firms[0]) if name == "credit" else firms[0][["sales"]]
    again = lgb.Booster(model_str=rounded_export(booster.model_to_string(), 10))
    assert (again.predict(matrix, raw_score=True) == booster.predict(matrix, raw_score=True)).all()


def test_it_tells_no_range_of_a_column_and_no_exact_count(plain, firms):
    text = rounded_export(plain.model_to_string(), 10)
    for extreme in (firms[0]["sales"].min(), firms[0]["sales"].max()):
        assert repr(float(extreme)) not in text
    counts = [int(one) for line in re.findall(r"_count=(.*)", text) for one in line.split()]
    assert counts
    assert all(count % 10 == 0 and count > 0 for count in counts)
    assert set(re.findall(r"split_gain=(.*)", text)[0].split()) == {"0"}


def test_its_shapley_values_still_add_up(credit, firms):
    matrix = credit.encoder_.matrix(firms[0])
    again = lgb.Booster(model_str=rounded_export(credit.booster_.model_to_string(), 15))
    told = again.predict(matrix, pred_contrib=True)
    assert told.sum(axis=1) == pytest.approx(again.predict(matrix, raw_score=True), abs=1e-9)


def test_a_saved_credit_model_with_a_harmless_text_loads_and_scores_as_before(credit, firms, tmp_path):
    credit.save(tmp_path)
    file = tmp_path / "booster.txt"
    file.write_text(rounded_export(file.read_text("utf-8"), 15), "utf-8")
    again = CreditModel.load(tmp_path)
    assert (again.predict_proba(firms[0]) == credit.predict_proba(firms[0])).all()


def test_what_is_no_booster_is_refused():
    with pytest.raises(ModelError, match="it has no trees"):
        rounded_export("tree\nversion=v4\n", 10)
