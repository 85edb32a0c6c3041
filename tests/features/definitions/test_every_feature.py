"""What holds for every feature, whatever it measures."""

from collections import Counter
from datetime import date, timedelta
from functools import cache

import ibis
import pandas as pd
import pytest
from ibis.config import Config

from features.catalogue import Column, load_catalogue, source_named
from features.definitions import ALL, CREDIT, GREEN, GREEN_BACKGROUND, GREEN_VETOES, by_name
from features.feature import Feature
from features.fuse import NEWEST, Fused
from features.session import Session, known_schema

DAY = date(2024, 6, 30)
PLAIN = [one for one in ALL if isinstance(one, Feature)]
ENVIRONMENTAL = {"environment", "output_per_mu", "carbon_code"}
FOR_THE_MEASURES_ONLY = {"enterprise_visit"}
"""Visits answer the first measure; a model would learn whom the task force chose to visit."""
each_source = pytest.mark.parametrize("source", sorted({one.source for one in PLAIN}))


def cell(column: Column, place: int) -> object:
    """Any admissible value, another at every place."""
    words = {
        "text": f"C{place % 30 + 10}",
        "money": 100.0 * (place + 1),
        "number": (place % 7 + 1) / 10,
        "count": place % 5 + 1,
        "flag": place % 2 == 0,
        "date": DAY - timedelta(days=40 * (place % 9) - 90),
    }
    return column.values[place % len(column.values)] if column.values else words[column.dtype]


def of(source: str, firm: str, days: list[date], *, available: date | None = None) -> pd.DataFrame:
    """Rows of a source for a firm, one a day given."""
    columns = source_named(source).columns
    rows = [
        {
            "entity_id": firm,
            "record_id": f"{source} {firm} {place}",
            "event_date": day,
            "available_at": available or day + timedelta(days=1),
            "op": "upsert",
            **{
                name: cell(column, place // stride)
                for stride, (name, column) in enumerate(columns.items(), start=1)
            },
        }
        for place, day in enumerate(days)
    ]
    return pd.DataFrame(rows)


def monthly(months: int) -> list[date]:
    """The last days of so many months before the day, several in each."""
    ends = pd.date_range(end=pd.Timestamp(DAY) - pd.Timedelta(days=2), periods=months, freq="ME")
    return [(end - pd.Timedelta(days=back)).date() for end in ends for back in (0, 3, 9, 11)]


def test_there_are_many_features_over_many_sources() -> None:
    assert len(ALL) >= 150
    assert len({source for one in CREDIT for source in one.sources}) >= 15


def test_every_source_that_is_no_outcome_is_read() -> None:
    sources = {name for name, source in load_catalogue().items() if not source.outcome}
    assert sources - FOR_THE_MEASURES_ONLY == {source for one in ALL for source in one.sources}


def test_names_are_unique_and_found_again() -> None:
    twice = [name for name, times in Counter(one.name for one in ALL).items() if times > 1]
    assert not twice
    assert list(by_name()) == [one.name for one in ALL]


def test_no_two_features_of_a_model_share_their_chinese_name() -> None:
    twice = [zh for zh, times in Counter(one.zh for one in ALL).items() if times > 1]
    assert not twice


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_every_feature_says_what_a_reader_must_know(one) -> None:
    assert one.en.endswith(".")
    assert all((one.zh, one.unit, one.reason, one.lowers, one.raises))
    assert "{" not in one.zh
    assert one.kind == "number" or one.monotone == 0


def test_no_outcome_is_read() -> None:
    assert not [one.name for one in ALL for source in one.sources if source_named(source).outcome]


def test_the_credit_model_reads_nothing_environmental_and_the_green_model_little_else() -> None:
    assert not {source for one in CREDIT for source in one.sources} & ENVIRONMENTAL
    others = [one.name for one in (*GREEN, *GREEN_VETOES) if not ENVIRONMENTAL.issuperset(one.sources)]
    assert others == [
        "environmental_penalty_count_36m",
        "environmental_fines_cny_36m",
        "days_since_environmental_penalty",
        "ended_environmental_licence_count_36m",
        "days_to_environmental_licence_expiry",
        "water_per_sales_12m",
        "industry_division",
        "severe_environmental_penalty_count_36m",
        "revoked_environmental_permit",
        "in_excluded_industry",
    ]


def test_what_tells_nothing_environmental_is_background() -> None:
    assert [one.name for one in GREEN_BACKGROUND] == ["water_per_sales_12m", "industry_division"]
    assert set(GREEN_BACKGROUND) < set(GREEN)


def values_on(source: str, rows: pd.DataFrame) -> pd.DataFrame:
    """All features of a source on the day, a row a firm."""
    session = Session(None)
    session.offer(source_named(source), rows)
    firms = sorted(rows["entity_id"].unique())
    session.set_spine(pd.DataFrame({"entity_id": firms, "as_of": DAY}))
    found = session.values(source_named(source), [one for one in PLAIN if one.source == source])
    return found.drop(columns=NEWEST).reindex(range(len(firms))).set_axis(firms)


@each_source
def test_a_firm_without_rows_in_the_window_has_no_value(source) -> None:
    long_ago = [DAY - timedelta(days=4000), DAY - timedelta(days=3900)]
    tomorrow = DAY + timedelta(days=1)
    parts = [
        of(source, "A", monthly(25)),
        of(source, "known tomorrow", [DAY], available=tomorrow),
        of(source, "happens tomorrow", [tomorrow], available=DAY),
        of(source, "long ago", long_ago),
    ]
    values = values_on(source, pd.concat(parts))
    assert values.loc[["known tomorrow", "happens tomorrow"]].isna().all(axis=None)
    windowed = [one.name for one in PLAIN if one.source == source and one.months]
    assert values.loc["long ago", windowed].isna().all()


@each_source
def test_every_feature_has_a_value_where_there_is_much_to_know(source) -> None:
    days = monthly(60)
    values = values_on(source, of(source, "A", [*days, *days]).assign(record_id=lambda all_: all_.index))
    assert list(values.columns[values.isna().all()]) == []


@cache
def plainly(source: str) -> pd.DataFrame:
    """What is told of firm A by 25 months of its rows."""
    return values_on(source, of(source, "A", monthly(25)))


@each_source
def test_what_became_known_later_changes_nothing(source) -> None:
    known = of(source, "A", monthly(25))
    tomorrow = DAY + timedelta(days=1)
    later = of(source, "A", [DAY, DAY - timedelta(days=45)], available=tomorrow)
    later["record_id"] = ["new", "newer"]
    withdrawn = known.assign(available_at=tomorrow, op="withdraw")
    told = values_on(source, pd.concat([known, later, withdrawn]))
    pd.testing.assert_frame_equal(told, plainly(source), check_exact=True)


@each_source
def test_neither_the_order_of_rows_nor_another_firm_changes_a_bit(source) -> None:
    rows = pd.concat([of(source, "B", monthly(13)), of(source, "A", monthly(25))])
    told = values_on(source, rows.sample(frac=1, random_state=1)).loc[["A"]]
    pd.testing.assert_frame_equal(told, plainly(source), check_exact=True)


class SparkOptions(Config):
    """What Ibis asks of Spark's settings when it writes SQL, without Spark."""

    treat_nan_as_null: bool = False


@pytest.fixture(scope="module")
def _spark_options():
    before = ibis.options.pyspark
    ibis.options.pyspark = before or SparkOptions()
    yield
    ibis.options.pyspark = before


@pytest.mark.usefixtures("_spark_options")
@each_source
def test_every_feature_is_written_for_duckdb_and_for_spark(source) -> None:
    known = ibis.table(known_schema(source_named(source)), name="known")
    query = Fused([one for one in PLAIN if one.source == source], known).query(known)
    for dialect in ("duckdb", "pyspark"):
        sql = ibis.to_sql(query, dialect=dialect)
        assert [one.name for one in PLAIN if one.source == source and one.name not in sql] == []
