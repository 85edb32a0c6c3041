import gc
from contextlib import contextmanager
from pathlib import Path

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


def view_of(session, source):
    session.stored(source)
    return session.engine.execute(
        "SELECT sql FROM duckdb_views() WHERE view_name = ?", [f"stored_{source.name}"]
    ).fetchone()[0]
