"""Cells into types: every spelling that the recipes know, and what becomes of the others."""

import pandas as pd
import pytest

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
