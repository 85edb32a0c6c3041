"""Recipes: every word is known, described and checked."""

import re
from pathlib import Path

import pytest

from features.errors import RecipeError
from models.credit import CreditModel
from models.label_rules import LabelRules
from pipelines.recipe import ALLOWED_COLUMN, ALLOWED_RECIPE, ALLOWED_TABLE, UNITS, load_recipe, parse_recipe
from pipelines.recipe.settings import WORDS

MINIMAL = """
name: mine
key: research
tables:
  - source: bidding
    file: a.csv
    columns:
      entity_id: EID
      record_id: {content: [EID, DAY]}
      event_date: DAY
      available_at: {after: event_date, days: 15}
"""


def test_a_minimal_recipe_names_every_header_it_needs():
    (table,) = parse_recipe(MINIMAL, "mine.yaml").tables
    assert table.headers == {"EID", "DAY"}
    assert table.columns["available_at"].days == 15


@pytest.mark.parametrize("name", ["city", "cumcm2020c", "enterprise_exit2017"])
def test_every_shipped_recipe_fits_the_catalogue(name):
    assert load_recipe(name).tables


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("source: bidding", "source: bids"), "no source 'bids' in the catalogue"),
        (("key: research", "key: code"), "mine.yaml: key is 'code', expected uscc or research"),
        (("event_date: DAY\n", "\n"), "source 'bidding' needs event_date"),
        (
            ("event_date: DAY", "event_date: DAY\n      price: P"),
            "source 'bidding' has no column price; it has project_kind",
        ),
        (
            ("file: a.csv", "file: a.csv\n    encodign: utf-8"),
            "unknown word encodign; expected columns, database, delimiter, encoding",
        ),
        (("event_date: DAY", "event_date: {form: DAY}"), "column 'event_date': unknown word form"),
        (("event_date: DAY", "event_date: {from: DAY, unit: 千元}"), "unit '千元', expected one of 元, 万元"),
        (
            ("event_date: DAY", "event_date: {from: DAY, formats: [any, iso]}"),
            "table 'a.csv', column 'event_date': formats names 'iso', expected any, excel or a spelling",
        ),
        (("event_date: DAY", "event_date: {from: DAY, formats: '%Q'}"), "formats names '%Q'"),
        (("event_date: DAY", "event_date: {from: DAY, formats: '%d.%m.'}"), "formats names '%d.%m.'"),
        (("event_date: DAY", "event_date: 5"), "column 'event_date': is '5', expected a header in quotes"),
        (
            ("event_date: DAY", "event_date: {from: DAY, values: [a]}"),
            "values is '['a']', expected a mapping",
        ),
        (("days: 15", "days: soon"), "column 'available_at': days is 'soon', expected a whole number"),
        (("after: event_date", "after: date"), "after is 'date', expected a date column with a header"),
        (
            ("content: [EID, DAY]", "content: [EID], repeated: skip"),
            "repeated is 'skip', expected keep or refuse",
        ),
        (("source: bidding\n", "missing: x\n"), "mine.yaml: table 'a.csv': has no 'source'"),
        (("- source", "- 5\n  - source"), "mine.yaml: table 1 is '5', expected a mapping"),
        (("    file: a.csv\n", ""), "table '1': expected 'file', or 'database' with 'table' or 'query'"),
        (
            ("file: a.csv", "file: a.csv\n    sheet: x"),
            "'sheet' is for .xlsx and .xls, and the file is 'a.csv'",
        ),
        (("file: a.csv", "file: a.gz\n    member: x"), "'member' is for .zip, and the file is 'a.gz'"),
        (("file: a.csv", "file: a.csv\n    delimiter: ';;'"), "delimiter is ';;', expected one character"),
        (
            ("key: research", "key: research\nasof: 2020-01-01"),
            "mine.yaml: unknown word asof; expected as_of",
        ),
        (
            ("key: research", "key: research\nas_of: soon"),
            "as_of is 'soon', expected a day such as 2026-10-31",
        ),
        (("tables:", "rows:"), "expected a mapping with 'name', 'title', 'key' and 'tables'"),
        (("name: mine", "name: [mine"), "mine.yaml: not YAML"),
    ],
)
def test_a_recipe_that_does_not_fit_says_where(change, message):
    with pytest.raises(RecipeError, match=re.escape(message)):
        parse_recipe(MINIMAL.replace(*change), "mine.yaml")


def test_a_recipe_may_say_what_counts_as_default_on_its_loan_tape():
    rules = parse_recipe(f"{MINIMAL}label_rules: {{bad_dpd_over: 60}}", "mine.yaml").label_rules
    assert rules == LabelRules(bad_dpd_over=60)
    assert parse_recipe(MINIMAL, "mine.yaml").label_rules is None
    assert load_recipe("city").label_rules == LabelRules(bullet_grace_months=None)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("12", "mine.yaml: label_rules is '12', expected a mapping such as months: 12"),
        ("{month: 12}", "mine.yaml: label_rules: no label rule 'month'; there are: bad_dpd_over"),
        ("{months: 0}", "mine.yaml: label_rules: label rule months is 0, expected a whole number of months"),
    ],
)
def test_label_rules_that_cannot_be_are_refused(said, message):
    with pytest.raises(RecipeError, match=message):
        parse_recipe(f"{MINIMAL}label_rules: {said}", "mine.yaml")


def test_a_recipe_may_set_the_credit_model():
    assert parse_recipe(MINIMAL, "mine.yaml").model == {}
    told = "{n_estimators: 60, long_run_rate: 0.02, calibration: platt, lambda_l2: 0, random_state: 0}"
    found = parse_recipe(f"{MINIMAL}model: {told}", "mine.yaml").model
    assert found == {
        "n_estimators": 60, "long_run_rate": 0.02, "calibration": "platt", "lambda_l2": 0, "random_state": 0,
    }  # fmt: skip
    assert CreditModel(**found).n_estimators == 60


def test_every_setting_of_a_recipe_is_one_of_the_model():
    assert set(CreditModel().get_params()) >= WORDS


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("60", "mine.yaml: model is '60', expected a mapping such as n_estimators: 300"),
        ("{trees: 60}", "mine.yaml: model: unknown setting trees; expected calibration, feature_fraction"),
        ("{n_estimators: 0}", "model: n_estimators is '0', expected a whole number from 1"),
        ("{n_estimators: 1.5}", "model: n_estimators is '1.5', expected a whole number from 1"),
        ("{max_depth: true}", "model: max_depth is 'True', expected a whole number from 1"),
        ("{random_state: -1}", "model: random_state is '-1', expected a whole number from 0"),
        ("{learning_rate: 0}", "model: learning_rate is '0', expected a number above 0, at most 1"),
        ("{feature_fraction: 2}", "model: feature_fraction is '2', expected a number above 0, at most 1"),
        ("{lambda_l2: -1}", "model: lambda_l2 is '-1', expected a number from 0"),
        ("{calibration: best}", "model: calibration is 'best', expected auto or platt or isotonic"),
    ],
)
def test_settings_that_cannot_be_are_refused(said, message):
    with pytest.raises(RecipeError, match=re.escape(message)):
        parse_recipe(f"{MINIMAL}model: {said}", "mine.yaml")


def test_an_unknown_recipe_is_answered_with_those_there_are():
    with pytest.raises(
        RecipeError, match="no recipe 'town': expected a YAML file or one of city, cumcm2020c"
    ):
        load_recipe("town")


@pytest.mark.parametrize("name", ["信誉评级", "credit_rating", "是否违约", "defaulted"])
def test_the_rating_is_an_outcome_and_may_not_be_a_feature(name):
    with pytest.raises(
        RecipeError, match=f"'{name}' is declared an outcome in cumcm2020c; an outcome may not be a feature"
    ):
        load_recipe("cumcm2020c").refuse_outcome(name)


def test_what_is_no_outcome_is_not_refused():
    load_recipe("cumcm2020c").refuse_outcome("largest_buyer_share_12m")


def test_one_word_stands_for_a_list_of_one():
    words = MINIMAL.replace("event_date: DAY", "event_date: {from: DAY, formats: any}").replace(
        "file: a.csv", "file: a.csv\n    missing: none\n    ignore: NOTE"
    )
    (table,) = parse_recipe(words.replace("content: [EID, DAY]", "content: EID"), "mine.yaml").tables
    assert table.columns["event_date"].formats == ("any",)
    assert table.columns["record_id"].content == ("EID",)
    assert (table.missing, table.ignore) == (("none",), ("NOTE",))
    assert table.headers == {"EID", "DAY", "NOTE"}
    assert table.read_headers == {"EID", "DAY"}


def test_two_tables_may_not_share_a_name():
    twice = MINIMAL + MINIMAL.split("tables:\n")[1]
    with pytest.raises(RecipeError, match=r"mine\.yaml: two tables are called 'a\.csv'; give each a 'name'"):
        parse_recipe(twice, "mine.yaml")


def test_sheets_of_one_file_have_names_of_their_own():
    first = MINIMAL.replace("file: a.csv", "file: a.xlsx\n    sheet: 一月")
    second = first.split("tables:\n")[1].replace("一月", "二月")
    names = [table.name for table in parse_recipe(first + second, "mine.yaml").tables]
    assert names == ["a.xlsx › 一月", "a.xlsx › 二月"]


def test_a_changed_word_changes_the_spec():
    (one,) = parse_recipe(MINIMAL, "mine.yaml").tables
    (same,) = parse_recipe(MINIMAL, "other.yaml").tables
    (other,) = parse_recipe(MINIMAL.replace("15", "16"), "mine.yaml").tables
    assert one.spec == same.spec != other.spec


DESCRIBED = Path(__file__).resolve().parents[2] / "docs" / "recipes.md"


@pytest.mark.parametrize(
    ("chapter", "allowed"),
    [
        ("Of the whole recipe", ALLOWED_RECIPE),
        ("Of a table", ALLOWED_TABLE),
        ("Of a column", ALLOWED_COLUMN),
    ],
)
def test_every_word_is_described_with_an_example_and_no_other(chapter, allowed):
    text = DESCRIBED.read_text("utf-8").split(f"## {chapter}\n")[1].split("\n## ")[0]
    described = dict(re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", text, re.MULTILINE))
    assert set(described) == allowed
    assert all(
        f"{word}:" in example or word in {"tables", "from", "content", "after"}
        for word, example in described.items()
    )


def test_every_unit_is_described():
    text = DESCRIBED.read_text("utf-8")
    assert all(unit in text for unit in UNITS)


def test_the_whole_example_of_the_description_is_a_recipe():
    example = DESCRIBED.read_text("utf-8").split("```yaml\n")[1].split("```")[0]
    assert parse_recipe(example, "docs/recipes.md").tables[0].sheet == "2026年"
