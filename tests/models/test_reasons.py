from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.credit import CreditModel
from models.ranking import NOTICEABLE
from models.reasons import PARTS, Meaning, rank_reasons, reason_table
from models.relative import relative_meanings

TABLE = pd.DataFrame({"debt": [0.8], "debt_long": [0.9], "sales": [np.nan], "industry": ["G54"]})
MEANINGS = {
    "debt": Meaning("负债率", "Debt", "负债率偏高", "负债率较低", unit="share", source="税务", reason="debt"),
    "debt_long": Meaning("长期负债率", "Long debt", "负债率偏高", "负债率较低", unit="share", reason="debt"),
    "sales": Meaning(
        "销售额", "Sales", "销售额偏低", "销售额较高", unit="CNY",
        source="增值税发票、纳税申报", sources=("vat_invoice", "tax_declaration"),
    ),
}  # fmt: skip


def ranked(points, top=5, direction="lowers", **more):
    return rank_reasons(np.array([points]), TABLE, MEANINGS, top, direction, **more)[0]


def test_columns_of_one_reason_are_summed_and_told_by_the_strongest():
    (first, *_) = ranked([-6.0, -7.0, -10.0, 0.0])
    assert (first.code, first.feature, first.points) == ("DEBT_LOW", "debt_long", -13.0)
    assert first.text_zh == "负债率偏高（长期负债率 90.0%）"
    assert first.text_en == "Long debt: 90.0% (lowers the score)"


def test_columns_of_one_reason_that_pull_apart_are_told_by_the_one_that_prevails():
    (first,) = ranked([-9.0, 6.0, 0.0, 0.0])
    assert (first.feature, first.points) == ("debt", -3.0)


def test_a_missing_value_is_said_to_be_unknown():
    (reason,) = ranked([0.0, 0.0, -10.0, 0.0])
    assert reason.value is None
    assert reason.text_zh == "销售额暂无信息"
    assert reason.text_en == "Sales: not known (lowers the score)"


def test_what_raises_the_score_is_told_apart_from_what_lowers_it():
    assert [reason.feature for reason in ranked([5.0, 0, -4.0, 2.0], direction="raises")] == [
        "debt",
        "industry",
    ]
    assert [reason.feature for reason in ranked([5.0, 0, -4.0, 2.0])] == ["sales"]


def test_less_than_half_a_point_is_no_reason():
    assert ranked([-0.4, 0.0, 0.0, 0.0]) == []
    assert [reason.feature for reason in ranked([-0.4, 0.0, -0.8, 0.0])] == ["sales"]


def test_no_more_than_asked_for():
    assert len(ranked([-3.0, 0.0, -2.0, -1.0], top=2)) == 2


def test_a_column_without_a_meaning_speaks_by_its_name():
    (reason,) = ranked([0.0, 0.0, 0.0, -3.0])
    assert (reason.code, reason.text_zh) == ("INDUSTRY_LOW", "industry处于不利水平（industry G54）")
    assert reason.data_date is None


def test_braces_in_a_name_are_no_pattern():
    table = pd.DataFrame({"{0}": [1.5]})
    (reason,) = rank_reasons(np.array([[-3.0]]), table, {}, 1, "lowers")[0]
    assert reason.text_zh == "{0}处于不利水平（{0} 1.50）"


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ({"vat_invoice": date(2026, 9, 30), "tax_declaration": date(2026, 6, 30)}, date(2026, 6, 30)),
        ({"vat_invoice": date(2026, 9, 30), "tax_declaration": None}, date(2026, 9, 30)),
        ({"vat_invoice": None}, None),
        ({}, None),
    ],
)
def test_a_reason_is_as_old_as_the_source_furthest_behind(dates, day):
    (reason,) = ranked([0.0, 0.0, -10.0, 0.0], dates=[dates])
    assert reason.data_date == day


def test_a_source_named_like_the_catalogues_needs_no_second_name():
    assert MEANINGS["debt"].read == ("税务",)
    (reason,) = ranked([-9.0, 0.0, 0.0, 0.0], dates=[{"税务": date(2026, 9, 30)}])
    assert reason.data_date == date(2026, 9, 30)


def test_sources_come_back_from_json_as_they_were():
    assert Meaning("a", "a", "a", "a", sources=["b"]) == Meaning("a", "a", "a", "a", sources=("b",))
    assert relative_meanings(MEANINGS, ["sales"])["sales_vs_industry"].read == MEANINGS["sales"].read


def test_the_first_column_is_told_first_while_it_lies_within_half_a_point():
    names = [reason.feature for reason in ranked([-3.0, 0.0, -3.4, -3.3])]
    assert names == ["debt", "sales", "industry"]


def test_beyond_half_a_point_the_stronger_one_is_told_first():
    assert [reason.feature for reason in ranked([-3.0, 0.0, -3.6, 0.0])] == ["sales", "debt"]


def test_the_margin_counts_from_the_strongest_one_left_and_does_not_add_up():
    names = [reason.feature for reason in ranked([-2.4, 0.0, -3.2, -2.8])]
    assert names == ["sales", "debt", "industry"]


def test_within_a_reason_the_first_column_tells_it_likewise():
    (reason,) = ranked([-6.0, -6.4, 0.0, 0.0])
    assert (reason.feature, reason.points) == ("debt", -12.4)


def test_equal_reasons_keep_their_order_whichever_is_a_hair_larger():
    for hair in (-1e-9, 0.0, 1e-9):
        assert [one.feature for one in ranked([-5.0, 0.0, -5.0 - hair, -5.0 + hair])] == [
            "debt",
            "sales",
            "industry",
        ]


@pytest.fixture(scope="module")
def many():
    """Points and values of many rows with ties, gaps, words, flags and columns told together."""
    rng = np.random.default_rng(5)
    rows = 3_000
    units = ["CNY", "share", "count", "days", "flag", "ratio", "months", "kWh", "code", ""]
    table = pd.DataFrame({f"n{place}": np.round(rng.lognormal(3, 2, rows), place % 3) for place in range(20)})
    table = table.mask(rng.random(table.shape) < 0.1)
    table["flag"] = rng.random(rows) < 0.5
    table["whole"] = rng.integers(0, 9, rows)
    table["word"] = pd.Series(rng.choice(["C17", "F51", None], rows), dtype="str")
    table["kind"] = pd.Categorical(rng.choice(["一", "二"], rows))
    table["empty"] = np.nan
    meanings = {
        f"n{place}": Meaning(
            f"名{place}", f"name {place}", "低", "高", unit=units[place % len(units)],
            source=f"源{place % 3}", sources=(f"s{place % 3}", "s3")[: 1 + place % 2],
            department="D", reason=f"r{place // 2}",
        )
        for place in range(20)
    }  # fmt: skip
    meanings["flag"] = Meaning("是否", "flag", "低", "高", unit="flag")
    points = (
        np.round(rng.normal(size=(rows, table.shape[1])) * 2, 1) + rng.choice([0.0, 1e-12], rows)[:, None]
    )
    points[:100] *= 0.05
    days = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 300, (rows, 4)).ravel(), unit="D")
    dates = pd.DataFrame(days.to_numpy().reshape(rows, 4), columns=["s0", "s1", "s2", "s3"])
    return table, meanings, points, dates.mask(rng.random(dates.shape) < 0.2)


def as_wide(ranked_rows, top, language):
    """Reasons row by row as `reason_table` lays them out."""
    rows = []
    for reasons in ranked_rows:
        row = {}
        for rank in range(1, top + 1):
            one = reasons[rank - 1] if rank <= len(reasons) else None
            told = (None,) * len(PARTS) if one is None else (
                getattr(one, f"text_{language}"), one.code, one.points, one.feature,
                one.source, one.department, one.data_date,
            )  # fmt: skip
            row |= {f"reason_{rank}{part}": value for part, value in zip(PARTS, told, strict=True)}
        rows.append(row)
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("direction", "language", "top"), [("lowers", "zh", 5), ("raises", "en", 3), ("lowers", "zh", 40)]
)
def test_the_table_of_many_rows_says_what_is_said_row_by_row(many, direction, language, top):
    table, meanings, points, dates = many
    fresh = [
        {name: None if pd.isna(day) else day.date() for name, day in row.items()}
        for row in dates.to_dict("records")
    ]
    single = rank_reasons(points, table, meanings, top, direction, dates=fresh)
    wide = reason_table(points, table, meanings, top, direction, dates=dates, language=language)
    expected = as_wide(single, top, language)
    assert list(wide.columns) == list(expected.columns)
    for name in wide:
        found = wide[name].dt.date if name.endswith("_date") else wide[name]
        assert found.astype(object).where(found.notna(), None).tolist() == [
            None if pd.isna(value) else value for value in expected[name].astype(object)
        ], name


def test_the_table_keeps_the_index_and_has_every_rank(many):
    table, meanings, points, _ = many
    few = table.head(3).set_axis(["甲", "乙", "丙"])
    wide = reason_table(points[:3] * 0, few, meanings, 2, "lowers")
    assert wide.index.tolist() == ["甲", "乙", "丙"]
    assert list(wide.columns) == [f"reason_{rank}{part}" for rank in (1, 2) for part in PARTS]
    assert wide.isna().all(axis=None)


def test_no_rows_have_no_reasons_and_all_columns():
    wide = reason_table(np.empty((0, 4)), TABLE.head(0), MEANINGS, 2, "lowers")
    assert wide.shape == (0, 2 * len(PARTS))


def test_a_model_says_the_same_of_many_firms_as_of_each(model, unseen):
    wide = model.reason_table(unseen.table, 3)
    single = model.reasons(unseen.table.head(200), 3)
    for row, reasons in enumerate(single):
        told = [
            value for value in wide.iloc[row][[f"reason_{rank}" for rank in (1, 2, 3)]] if pd.notna(value)
        ]
        assert told == [reason.text_zh for reason in reasons]


def test_chunks_change_nothing(model, unseen, monkeypatch):
    days = pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(len(unseen.table)) % 301, unit="D")
    dates = pd.DataFrame({"测试": days})
    whole = model.reason_table(unseen.table, 3, dates=dates)
    assert whole["reason_1_date"].nunique() > 200
    monkeypatch.setattr("models.scored.CHUNK_ROWS", 700)
    pd.testing.assert_frame_equal(model.reason_table(unseen.table, 3, dates=dates), whole)


def test_a_hair_more_or_less_of_every_value_does_not_reshuffle_the_first_reason(model, unseen):
    numbers = unseen.table.select_dtypes("number").columns
    before = model.reason_table(unseen.table, 1)
    rng = np.random.default_rng(0)
    for _ in range(5):
        table = unseen.table.copy()
        table[numbers] *= 1 + rng.choice([-1e-6, 1e-6], (len(table), len(numbers)))
        after = model.reason_table(table, 1)
        assert (after["reason_1_code"].fillna("") == before["reason_1_code"].fillna("")).all()
        assert (after["reason_1_feature"].fillna("") == before["reason_1_feature"].fillna("")).all()


def test_two_columns_that_say_the_same_do_not_take_turns(firms):
    table = firms.table.assign(debt_again=firms.table["debt"])
    model = CreditModel(n_estimators=60).fit(table, firms.bad)
    first = model.reason_table(table, 1)["reason_1_feature"]
    hair = table.assign(debt=table["debt"] * (1 + 1e-6), debt_again=table["debt_again"] * (1 - 1e-6))
    assert (model.reason_table(hair, 1)["reason_1_feature"].fillna("") == first.fillna("")).all()


def test_half_a_point_is_what_a_whole_point_shows():
    assert NOTICEABLE == 0.5
