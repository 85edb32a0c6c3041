import gc
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.catalogue import source_named
from features.errors import LakeError
from features.lake import schema_of
from features.session import Session
from features.staging import staged

MORE_THAN_FITS = "SELECT count(*) FROM (SELECT hash(range) AS h, range FROM range(6000000) ORDER BY h, range)"


@pytest.fixture
def lake(home):
    home.root.mkdir(parents=True)
    return home


def spill_of(session: Session) -> Path:
    return Path(session.engine.execute("SELECT current_setting('temp_directory')").fetchone()[0])


def test_what_does_not_fit_into_memory_goes_to_disk(lake):
    session = Session(lake, memory="80MB")
    assert session.engine.execute(MORE_THAN_FITS).fetchone() == (6_000_000,)


def test_another_writer_does_not_clear_the_folder_of_a_living_session(lake):
    one, other = Session(lake), Session(lake)
    with staged(lake):
        assert spill_of(one).is_dir()
    assert spill_of(one) != spill_of(other)


def test_the_folder_is_gone_when_the_session_is(lake):
    session = Session(lake)
    folder = spill_of(session)
    assert folder.parent == lake.staging
    del session
    gc.collect()
    assert not folder.exists()


def test_a_home_that_may_only_be_read_is_left_alone(lake, monkeypatch):
    @contextmanager
    def refused(_home):
        raise LakeError("read-only")
        yield

    monkeypatch.setattr("features.session.staged", refused)
    session = Session(lake, memory="80MB")
    assert session.engine.execute(MORE_THAN_FITS).fetchone() == (6_000_000,)
    assert not lake.staging.exists()


def test_a_home_that_is_not_there_is_not_made(home):
    Session(home)
    assert not home.root.exists()


def test_a_column_that_older_batches_lack_is_missing_in_their_rows(lake):
    register = source_named("registration")
    folder = lake.lake / "registration"
    folder.mkdir(parents=True)
    row = dict.fromkeys(schema_of(register).names) | {"entity_id": "A", "name": "德清甲有限公司"}
    new = pa.Table.from_pylist([row], schema=schema_of(register))
    pq.write_table(new, folder / "b0.parquet")
    assert "UNION" not in view_of(Session(lake), register)
    pq.write_table(new.drop_columns("name"), folder / "a0.parquet")
    session = Session(lake)
    assert "UNION" in view_of(session, register)
    told = session.frame(session.stored(register).select("entity_id", "name").order_by("name"))
    assert told.fillna("").to_numpy().tolist() == [["A", "德清甲有限公司"], ["A", ""]]


@pytest.fixture
def corrected(lake):
    """A register in which a record of firm A was corrected to be one of B."""
    register = source_named("registration")
    (lake.lake / "registration").mkdir(parents=True)
    empty = dict.fromkeys(schema_of(register).names)
    rows = [("A", "r1", 1), ("B", "r1", 9), ("A", "r2", 1), ("C", "r3", 1)]
    told = [
        empty
        | {"entity_id": firm, "record_id": record, "op": "upsert"}
        | dict.fromkeys(("event_date", "available_at"), date(2026, 1, day))
        for firm, record, day in rows
    ]
    pq.write_table(
        pa.Table.from_pylist(told, schema=schema_of(register)), lake.lake / "registration" / "a0.parquet"
    )
    return lake, register


def known_firms(session, source, day):
    known = session.known_on(source, date(2026, 1, day)).select("entity_id", "record_id")
    return sorted(map(tuple, session.frame(known).to_numpy()))


def test_on_one_day_the_version_that_was_not_replaced_yet_is_known(corrected):
    lake, register = corrected
    assert known_firms(Session(lake), register, 8) == [("A", "r1"), ("A", "r2"), ("C", "r3")]
    assert known_firms(Session(lake), register, 9) == [("A", "r2"), ("B", "r1"), ("C", "r3")]


def test_of_the_spines_firms_every_version_is_set_aside_whatever_firm_it_names(corrected):
    lake, register = corrected
    session = Session(lake)
    session.set_spine(pd.DataFrame({"entity_id": ["A"], "as_of": [date(2026, 1, 31)]}))
    session.narrow_to_spine(register)
    assert known_firms(session, register, 31) == [("A", "r2"), ("B", "r1")]


def view_of(session, source):
    session.stored(source)
    return session.engine.execute(
        "SELECT sql FROM duckdb_views() WHERE view_name = ?", [f"stored_{source.name}"]
    ).fetchone()[0]
