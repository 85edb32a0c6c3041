"""Cells into types: every spelling that the recipes know, and what becomes of the others."""

from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest

from features.lake import to_arrow
from pipelines.recipe import parse_recipe
from pipelines.typing_rows import type_rows

RECIPE = """
name: t
key: research
tables:
  - source: court_judgment
    file: a.csv
    missing: ["", "-"]
    columns:
      entity_id: EID
      record_id: {content: [EID, DAY, SUM], repeated: keep}
      event_date: {from: DAY, formats: ["%Y-%m-%d", "%Y年%m月", "%Y%m", "%Y"]}
      available_at: {after: event_date, days: 30}
      amount_cny: {from: SUM, unit: 万元}
"""


def typed(*cells: tuple[object, object]):
    (table,) = parse_recipe(RECIPE, "t.yaml").tables
    raw = pd.DataFrame([("A", day, amount) for day, amount in cells], columns=["EID", "DAY", "SUM"])
    return type_rows(raw, table)


@pytest.mark.parametrize(
    ("spelling", "day"),
    [
        ("2015-08-03", "2015-08-03"),
        ("2015年08月", "2015-08-31"),
        ("2015年8月", "2015-08-31"),
        ("201602", "2016-02-29"),
        ("2014", "2014-12-31"),
        (" 2015-08-03 ", "2015-08-03"),
    ],
)
def test_a_date_that_names_a_month_or_year_stands_for_its_last_day(spelling, day):
    one = typed((spelling, "1"))
    assert one.rows["event_date"].iloc[0] == pd.Timestamp(day)
    assert one.rows["available_at"].iloc[0] == pd.Timestamp(day) + pd.Timedelta(days=30)
    assert one.broken == {}


@pytest.mark.parametrize("spelling", ["2024-02-30", "20158x", "八月", "2015/08/03"])
def test_a_date_that_does_not_exist_is_refused_not_guessed(spelling):
    (rule,) = typed((spelling, "1")).broken
    assert rule == "event_date: not a date written %Y-%m-%d or %Y年%m月 or %Y%m or %Y"


@pytest.mark.parametrize(
    ("cell", "yuan"),
    [("1", 10_000), ("0.0001", 1), ("1,234.5", 12_345_000), ("１２", 120_000), (2.5, 25_000)],
)
def test_amounts_are_stored_in_yuan(cell, yuan):
    assert typed(("2015-08-03", cell)).rows["amount_cny"].iloc[0] == yuan


@pytest.mark.parametrize("cell", ["", "-", None, float("nan")])
def test_a_missing_amount_stays_missing_and_is_no_fault(cell):
    one = typed(("2015-08-03", cell))
    assert one.rows["amount_cny"].isna().all()
    assert one.broken == {}


@pytest.mark.parametrize("cell", ["1e5x", "many", "inf"])
def test_what_is_no_number_is_refused(cell):
    assert list(typed(("2015-08-03", cell)).broken) == ["amount_cny: not a number"]


def test_rows_alike_in_everything_are_kept_and_numbered_where_the_recipe_says_so():
    keys = typed(("2015-08-03", "1"), ("2015-08-03", "1"), ("2015-08-03", "2")).rows["record_id"]
    assert keys.nunique() == 3
    assert keys.iloc[1] == keys.iloc[0] + "-1"


def test_the_key_of_a_record_depends_on_its_content_alone():
    one = typed(("2015-08-03", "1")).rows["record_id"].iloc[0]
    assert typed(("2016-01-01", "7"), ("2015-08-03", "1")).rows["record_id"].iloc[1] == one


def test_a_column_that_is_held_in_several_parts_is_read_as_one():
    recipe = RECIPE.replace("key: research", "key: uscc").replace("SUM, unit: 万元", "SUM")
    (table,) = parse_recipe(recipe, "t.yaml").tables
    codes, wrong = "91330502MA29K00168", "91330502MA29K00167"
    money = pa.decimal128(18, 2)
    parts = {
        "EID": pa.chunked_array([[codes], [wrong, codes.lower()]]),
        "DAY": pa.chunked_array([["2015-08-03"], ["2015-08-03"] * 2]),
        "SUM": pa.chunked_array([pa.array(["1.10"]).cast(money), pa.array(["2", "3"]).cast(money)]),
    }
    kinds = {money: pd.ArrowDtype(money)}
    one = type_rows(pa.table(parts).to_pandas(types_mapper=kinds.get), table)
    assert one.rows["entity_id"].tolist() == [codes, wrong, codes]
    assert [str(amount) for amount in one.rows["amount_cny"]] == ["1.10", "2.00", "3.00"]
    assert [where.tolist() for where in one.broken.values()] == [[False, True, False]]
    assert to_arrow(one.rows, table.source)["amount_cny"].null_count == 0


def test_a_number_may_name_its_unit_in_its_cell():
    (table,) = parse_recipe(RECIPE.replace("unit: 万元", "unit: in_cell"), "t.yaml").tables
    raw = pd.DataFrame(
        {"EID": ["A"] * 3, "DAY": ["2015-08-03"] * 3, "SUM": ["12.5万元", "1,200元", "8万美元"]}
    )
    one = type_rows(raw, table)
    assert one.rows["amount_cny"].tolist()[:2] == [125_000, 1_200]
    assert {rule: where.tolist() for rule, where in one.broken.items()} == {
        "amount_cny: not a number": [False, False, True]
    }


CONSTANTS = """
name: t
key: research
tables:
  - source: bidding
    file: a.csv
    columns:
      entity_id: EID
      record_id: EID
      event_date: {constant: 2020-02-29}
      available_at: {constant: 2020-02-29}
      in_province: {constant: true}
  - name: courts
    source: court_judgment
    file: a.csv
    columns:
      entity_id: EID
      record_id: EID
      event_date: {constant: 2020-02-29}
      available_at: {constant: 2020-02-29}
      amount_cny: {constant: 12.30}
      role: {constant: DEFENDANT}
"""


def test_a_constant_is_of_its_columns_type():
    bids, courts = parse_recipe(CONSTANTS, "t.yaml").tables
    raw = pd.DataFrame({"EID": ["A", "B"]})
    rows = type_rows(raw, bids).rows
    assert rows["event_date"].tolist() == [pd.Timestamp("2020-02-29")] * 2
    assert rows["in_province"].tolist() == [True, True]
    judged = type_rows(raw, courts).rows
    assert judged["amount_cny"].tolist() == [Decimal("12.30")] * 2
    assert to_arrow(judged, courts.source)["role"].to_pylist() == ["DEFENDANT"] * 2
