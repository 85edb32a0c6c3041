import re

import pytest

from features.errors import RecipeError
from pipelines.recipe import load_recipe, parse_recipe

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
            "unknown word encodign; expected columns, delimiter, encoding",
        ),
        (("event_date: DAY", "event_date: {form: DAY}"), "column 'event_date': unknown word form"),
        (("event_date: DAY", "event_date: {from: DAY, unit: 千元}"), "unit '千元', expected one of 元, 万元"),
        (("tables:", "rows:"), "expected a mapping with 'name', 'title', 'key' and 'tables'"),
        (("name: mine", "name: [mine"), "mine.yaml: not YAML"),
    ],
)
def test_a_recipe_that_does_not_fit_says_where(change, message):
    with pytest.raises(RecipeError, match=re.escape(message)):
        parse_recipe(MINIMAL.replace(*change), "mine.yaml")


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
