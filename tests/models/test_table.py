"""The matrix a booster reads, and positions within the industry that only training rows decide."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from features.errors import ModelError
from models.credit import CreditModel
from models.reasons import Meaning
from models.table import Encoder

WANTED = {"by": "industry", "columns": ["growth"]}


def training() -> pd.DataFrame:
    """40 firms of C17 around 100, 40 of F51 around 0, 5 of Z01 far away."""
    around = np.linspace(-20, 20, 40)
    return pd.DataFrame(
        {
            "growth": [*(100 + around), *around, *[900.0] * 5],
            "size": range(85),
            "industry": ["C17"] * 40 + ["F51"] * 40 + ["Z01"] * 5,
        }
    )


def firm(growth: float, industry: str | None) -> pd.DataFrame:
    return pd.DataFrame({"growth": [growth], "size": [1.0], "industry": [industry]})


def position(encoder: Encoder, growth: float, industry: str | None) -> float:
    return encoder.matrix(firm(growth, industry))[0, -1]


def test_a_position_is_measured_by_the_industrys_median_and_quartiles():
    encoder = Encoder.learn(training(), WANTED)
    quartiles = np.subtract(*np.quantile(np.linspace(-20, 20, 40), [0.75, 0.25]))
    assert encoder.columns == ["growth", "size", "industry", "growth_vs_industry"]
    assert position(encoder, 100, "C17") == pytest.approx(0)
    assert position(encoder, 100 + quartiles, "C17") == pytest.approx(1)
    assert position(encoder, -quartiles, "F51") == pytest.approx(-1)


def test_positions_are_cut_off_at_five():
    encoder = Encoder.learn(training(), WANTED)
    assert position(encoder, 1e6, "C17") == 5
    assert position(encoder, -1e6, "C17") == -5


def test_missing_stays_missing():
    encoder = Encoder.learn(training(), WANTED)
    assert np.isnan(position(encoder, np.nan, "C17"))
    assert np.isnan(position(encoder, np.nan, None))


@pytest.mark.parametrize("industry", ["Z01", "Z99", None])
def test_small_unseen_and_unknown_industries_are_measured_by_all_firms(industry):
    table = training()
    encoder = Encoder.learn(table, WANTED)
    low, middle, high = np.quantile(table["growth"], [0.25, 0.5, 0.75])
    assert position(encoder, 900, industry) == pytest.approx(min((900 - middle) / (high - low), 5))


def test_values_count_not_rows_when_an_industry_is_large_enough():
    table = training()
    table.loc[table.index[:11], "growth"] = np.nan
    encoder = Encoder.learn(table, WANTED)
    assert list(encoder.relative.own["growth"]) == ["F51"]


def test_an_industry_whose_firms_are_all_alike_is_measured_by_all_firms():
    table = training()
    table.loc[table["industry"] == "F51", "growth"] = 0.0
    assert list(Encoder.learn(table, WANTED).relative.own["growth"]) == ["C17"]


def test_a_column_that_never_differed_has_no_positions():
    encoder = Encoder.learn(training().assign(growth=3.0), WANTED)
    assert np.isnan(position(encoder, 7, "C17"))
    assert json.loads(json.dumps(encoder.relative.as_record()))["whole"] == {"growth": [None, None]}


def test_only_rows_of_training_decide():
    """What else is scored beside a firm, or comes later, moves nothing."""
    encoder = Encoder.learn(training(), WANTED)
    alone = encoder.matrix(firm(110, "C17"))
    crowd = pd.concat([firm(110, "C17"), *[firm(1e9, "C17")] * 50])
    assert encoder.matrix(crowd)[0].tolist() == alone[0].tolist()
    assert Encoder.learn(training(), WANTED).matrix(firm(110, "C17"))[0].tolist() == alone[0].tolist()


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"by": "size", "columns": ["growth"]}, "relative: 'size' is no categorical column"),
        ({"by": "industry", "columns": ["industry"]}, "relative: 'industry' is no numeric column"),
        ({"by": "industry", "columns": ["profit"]}, "relative: 'profit' is no numeric column"),
        ({"by": "industry", "columns": ["growth", "growth"]}, "'growth_vs_industry' would stand twice"),
        ({"by": "industry"}, "relative says by; expected 'by' and 'columns'"),
    ],
)
def test_positions_that_cannot_be_told_are_refused(wanted, message):
    with pytest.raises(ModelError, match=re.escape(message)):
        Encoder.learn(training(), wanted)


RELATIVE = {"by": "industry", "columns": ["debt", "sales"]}


@pytest.fixture(scope="module")
def placed(firms) -> CreditModel:
    meanings = {
        "debt": Meaning("负债率", "Debt ratio.", "负债率偏高", "负债率较低", unit="share", monotone=1),
        "sales": Meaning("销售额", "Sales.", "销售额偏低", "销售额较高", reason="turnover", monotone=-1),
    }
    model = CreditModel(meanings=meanings, relative=RELATIVE, n_estimators=60)
    return model.fit(firms.table, firms.bad)


def test_batch_single_and_reloaded_agree_with_positions_too(placed, unseen, tmp_path):
    batch = placed.predict_proba(unseen.table)[:, 1]
    single = [placed.predict_proba(unseen.table.iloc[[row]])[0, 1] for row in range(20)]
    placed.save(tmp_path)
    again = CreditModel.load(tmp_path)
    assert batch[:20].tolist() == single
    assert batch.tolist() == again.predict_proba(unseen.table)[:, 1].tolist()
    assert again.relative == RELATIVE
    assert again.reasons(unseen.table.head(5)) == placed.reasons(unseen.table.head(5))


def test_a_clone_learns_the_same_positions(placed, firms):
    again = clone(placed).fit(firms.table, firms.bad)
    assert again.booster_.model_to_string() == placed.booster_.model_to_string()
    assert placed.n_features_in_ == firms.table.shape[1]


def test_positions_move_the_risk_as_their_column_does(placed, unseen):
    signs = dict(zip(placed.encoder_.columns, placed.directions(), strict=True))
    assert (signs["debt_vs_industry"], signs["sales_vs_industry"]) == (1, -1)
    one = unseen.table.head(1)
    ladder = pd.concat([one.assign(debt=value) for value in np.linspace(-6, 6, 80)])
    assert (np.diff(placed.predict_proba(ladder)[:, 1]) >= 0).all()


def test_a_position_is_told_together_with_its_column(placed, unseen):
    meanings = placed.meanings_of_columns()
    assert meanings["debt_vs_industry"].zh == "负债率（同行业相对水平）"
    assert meanings["debt_vs_industry"].reason == "debt"
    assert meanings["sales_vs_industry"].reason == "turnover"
    told = [reason.code for reasons in placed.reasons(unseen.table.head(200)) for reason in reasons]
    assert {code for code in told if "INDUSTRY_" in code} <= {"INDUSTRY_LOW"}
    assert "DEBT_LOW" in told


def test_a_model_saved_before_there_were_positions_still_loads(model, unseen, tmp_path):
    model.save(tmp_path)
    state = json.loads((tmp_path / "model.json").read_text("utf-8"))
    assert state.pop("relative") is None
    (tmp_path / "model.json").write_text(json.dumps(state, ensure_ascii=False), "utf-8")
    again = CreditModel.load(tmp_path)
    assert again.predict_proba(unseen.table).tolist() == model.predict_proba(unseen.table).tolist()


def test_a_firm_alone_is_read_as_among_many():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({
        "number": rng.normal(size=60),
        "gaps": np.where(rng.random(60) < 0.5, np.nan, 1.0),
        "whole": pd.array(rng.integers(0, 9, 60), dtype="Int64"),
        "narrow": rng.normal(size=60).astype("float32"),
        "flag": rng.random(60) < 0.5,
        "odd": pd.Series([1, 2.5, None, True] * 15, dtype="object"),
        "word": pd.Series(rng.choice(["C17", "F51", None], 60), dtype="str"),
        "kind": pd.Categorical(rng.choice(["一", "二"], 60)),
    })  # fmt: skip
    table.loc[3, "whole"] = pd.NA
    encoder = Encoder.learn(table)
    turned = table.assign(word=table["word"].replace("F51", "Z99"))[table.columns[::-1]]
    for frame in (table, turned):
        whole = encoder.matrix(frame)
        alone = np.vstack([encoder.matrix(frame.iloc[[row]]) for row in range(len(frame))])
        np.testing.assert_array_equal(alone, whole)


def test_a_word_among_numbers_is_refused_for_one_firm_as_for_many():
    encoder = Encoder.learn(pd.DataFrame({"debt": [1.0, 2.0]}))
    with pytest.raises(ModelError, match="column 'debt' was numeric in training and holds 'many' now"):
        encoder.matrix(pd.DataFrame({"debt": ["many"]}))
