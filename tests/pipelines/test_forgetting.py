"""Bad information leaves the lake on its day, by the clock of its source, and does not come back."""

from datetime import date

import pandas as pd
import pyarrow.parquet as pq
import pytest

from features.catalogue import source_named
from features.lake import Receipt, batch_path, read_receipt, stamp, to_arrow
from pipelines.forgetting import forget, rules

TODAY = date(2026, 11, 23)
RECEIPT = Receipt("s", "t", "f", "b", "x", 9, 9, 0, {})


@pytest.fixture
def batch(home, rows):
    """Write a batch of a source, drawn as a table; what a drawing leaves out is missing."""

    def write(source, name, drawing):
        drawn, told = rows(drawing), source_named(source)
        for column in ("event_date", "available_at", "delisted_date", "settled_date"):
            if column in drawn:
                drawn[column] = pd.to_datetime(drawn[column])
        missing = {column: None for column in told.columns if column not in drawn}
        table = to_arrow(drawn.assign(**missing), told)
        path = batch_path(home, source, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table.replace_schema_metadata(stamp(RECEIPT)), path)
        return path

    return write


def left(path):
    return pq.read_table(path)["record_id"].to_pylist()


def test_every_rule_is_of_a_source_and_a_day_of_it_and_names_its_article():
    for source, rule in rules().items():
        columns = source_named(source).columns
        assert rule.column == "event_date" or columns[rule.column].dtype == "date", source
        assert "条例" in rule.cites


def test_what_was_determined_five_years_ago_goes_and_a_day_younger_stays(home, batch):
    path = batch("administrative_penalty", "a", """
        entity_id | record_id | event_date | available_at
        A         | old       | 2021-11-22 | 2021-11-30
        A         | young     | 2021-11-23 | 2021-11-30
    """)  # fmt: skip
    assert forget(home, TODAY) == {"administrative_penalty": 1}
    assert left(path) == ["young"]
    assert read_receipt(path) == RECEIPT, "the same file brings nothing back"
    assert forget(home, TODAY) == {}


def test_what_has_not_ended_stays_and_what_ended_counts_from_its_end(home, batch):
    path = batch("dishonest_debtor", "a", """
        entity_id | record_id | event_date | available_at | delisted_date
        A         | listed    | 2015-01-01 | 2015-01-05   |
        A         | ended     | 2015-01-01 | 2015-01-05   |
        A         | long_ago  | 2015-01-01 | 2015-01-05   | 2017-01-01
    """)  # fmt: skip
    later = batch("dishonest_debtor", "b", """
        entity_id | record_id | event_date | available_at | delisted_date
        A         | ended     | 2015-01-01 | 2022-01-05   | 2022-01-01
    """)  # fmt: skip
    assert forget(home, TODAY) == {"dishonest_debtor": 1}
    assert left(path) == ["listed", "ended"]
    assert forget(home, date(2027, 1, 2)) == {"dishonest_debtor": 2}, "with its older version"
    assert (left(path), left(later)) == (["listed"], [])


def test_a_correction_that_makes_it_young_keeps_every_version(home, batch):
    path = batch("court_judgment", "a", """
        entity_id | record_id | event_date | available_at
        A         | corrected | 2019-01-01 | 2019-02-01
        A         | corrected | 2023-01-01 | 2023-02-01
    """)  # fmt: skip
    assert forget(home, TODAY) == {}
    assert len(left(path)) == 2


def test_a_repaired_record_goes_at_once_where_its_source_is_repaired(home, batch):
    drawing = """
        entity_id | record_id | event_date | available_at | op
        A         | repaired  | 2026-01-01 | 2026-02-01   | upsert
        A         | repaired  | 2026-01-01 | 2026-10-01   | withdraw
        A         | stays     | 2026-01-01 | 2026-02-01   | upsert
    """
    penalties, judgments = (
        batch("administrative_penalty", "a", drawing),
        batch("court_judgment", "a", drawing),
    )
    assert forget(home, TODAY) == {"administrative_penalty": 2}
    assert left(penalties) == ["stays"]
    assert len(left(judgments)) == 3


def test_a_home_without_such_sources_has_nothing_to_forget(home):
    assert forget(home, TODAY) == {}
