import json
import re
from dataclasses import replace

import lightgbm as lgb
import numpy as np
import pytest

from features.errors import ModelError
from models.credit import CreditModel
from models.lab.booster_text import BoosterText
from models.lab.harmless import digits_of_thresholds, harmless, harmless_record, open_points, save_harmless
from models.lab.leaves import full_leaves


@pytest.fixture(scope="module")
def loans():
    rng = np.random.default_rng(8)
    table = np.column_stack(
        [rng.lognormal(10, 1, 700), np.round(rng.random(700), 2), rng.integers(0, 3, 700)]
    )
    table[::8, 1] = np.nan
    odds = -1 + 0.8 * (np.log(table[:, 0]) - 10)
    return table, (rng.random(700) < 1 / (1 + np.exp(-odds))).astype(int)


@pytest.fixture(scope="module")
def credit(loans) -> CreditModel:
    table, bad = loans
    days = np.array(["2023-02-11", "2025-07-30"] * 350)
    model = CreditModel(n_estimators=60, min_data_in_leaf=15, n_jobs=1).fit(table, bad, time=days)
    model.booster_ = full_leaves(model.booster_, 10)
    return model


@pytest.fixture(scope="module")
def text(credit) -> str:
    return credit.booster_.model_to_string()


def margins(text, rows):
    return lgb.Booster(model_str=text).predict(rows, raw_score=True)


@pytest.mark.parametrize("with_rows", [True, False])
def test_no_row_of_the_lab_gets_another_answer(text, loans, with_rows):
    rows = loans[0]
    safe = harmless(text, 10, rows if with_rows else None)
    assert (margins(safe, rows) == margins(text, rows)).all()


def test_without_rows_no_row_at_all_gets_another_answer(text):
    foreign = np.random.default_rng(9).normal(20_000, 9_000, size=(400, 3))
    assert (margins(harmless(text, 10), foreign) == margins(text, foreign)).all()


def test_it_tells_no_exact_count_no_sum_no_extreme_and_no_seed(text, loans):
    assert len(open_points(text, 10)) == 4
    safe = harmless(text, 10, loans[0])
    assert open_points(safe, 10) == []
    for extreme in (np.min(loans[0][:, 0]), np.max(loans[0][:, 0])):
        assert f"{extreme:.17g}" not in safe
    assert "seed" not in safe


def test_each_of_the_four_points_is_seen_alone(text):
    safe = BoosterText.read(harmless(text, 10))
    one = safe.trees[0]
    told = {
        "exact counts of firms": replace(safe, trees=[one | {"leaf_count": "11 " + one["leaf_count"][2:]}]),
        "sums over firms within": replace(safe, trees=[one | {"internal_value": "0.25"}]),
        "the least or greatest value of a column": replace(safe, head="feature_infos=none [0:81.5]\n"),
        "parameters beyond need": replace(safe, tail="[seed: 3]\n"),
    }
    for what, parts in told.items():
        assert open_points(parts.write(), 10) == [what]


def test_thresholds_are_written_with_fewer_digits_and_no_more_than_needed(text, loans):
    before, after = (digits_of_thresholds(one) for one in (text, harmless(text, 10, loans[0])))
    assert before["thresholds"] == after["thresholds"] > 20
    assert before["most_digits"] >= 15
    assert after["most_digits"] <= 8
    assert after["few_digits"] > before["few_digits"]


def test_a_threshold_is_no_mean_of_two_firms_any_more(text, loans):
    values = np.unique(loans[0][:, 0])
    means = {f"{mean:.12g}" for mean in (values[1:] + values[:-1]) / 2}

    def told(one):
        parts = BoosterText.read(one)
        return {f"{float(word):.12g}" for tree in parts.trees for word in tree["threshold"].split()}

    assert len(told(text) & means) > 10
    assert not told(harmless(text, 10, loans[0])) & means


def test_a_small_leaf_is_refused(loans):
    asked = {"objective": "binary", "min_data_in_leaf": 1, "verbose": -1, "num_threads": 1}
    booster = lgb.train(asked, lgb.Dataset(*loans), 2)
    with pytest.raises(ModelError, match="a leaf of the model holds fewer than 10 firms"):
        harmless(booster.model_to_string(), 10)


def test_a_saved_model_loads_and_answers_as_before(credit, loans, tmp_path):
    table, _ = loans
    frame = credit.shown(table)
    save_harmless(credit, tmp_path, 10, frame)
    again = CreditModel.load(tmp_path)
    assert (again.predict_proba(table) == credit.predict_proba(table)).all()
    reasons = again.points_by_column(table[:20]) - credit.points_by_column(table[:20])
    assert np.abs(reasons).max() < 1
    record = json.loads((tmp_path / "model.json").read_text("utf-8"))
    assert record["period"] == ["2023-02-01", "2025-07-31"]
    assert record["random_state"] is None


def test_a_record_without_a_period_gets_none():
    assert harmless_record({"columns": ["a"], "period": None}) == {"columns": ["a"], "period": None}


def test_what_lightgbm_writes_is_what_is_told(text, loans):
    safe = harmless(text, 10, loans[0])
    assert lgb.Booster(model_str=safe).model_to_string() == safe
    assert re.search(r"(?m)^\[objective: binary\]$", safe)
