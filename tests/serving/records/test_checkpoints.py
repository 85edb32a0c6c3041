"""SQLite's log is copied into the database behind the answers."""

import sqlite3
import threading
from contextlib import closing

import pytest

from serving.records.checkpoints import Checkpoints
from serving.records.database import CHECKPOINT_PAGES, open_database
from serving.records.records import Records

KEY = "k" * 32


@pytest.fixture
def written(tmp_path):
    """A database and an open connection under which something was committed; the log is not copied yet."""
    file = tmp_path / "service.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for words in ("PRAGMA journal_mode=WAL", "PRAGMA wal_autocheckpoint=0", "CREATE TABLE t (x TEXT)"):
            connection.execute(words)
        connection.execute("INSERT INTO t VALUES (?)", ["a" * 50_000])
        yield file, connection


def in_the_file_alone(file, tmp_path):
    """Rows that the database itself holds, without its log."""
    copy = tmp_path / "copy.db"
    copy.write_bytes(file.read_bytes())
    with closing(sqlite3.connect(copy)) as connection:
        try:
            return connection.execute("SELECT count(*) FROM t").fetchone()[0]
        except sqlite3.OperationalError:
            return 0


def test_what_was_committed_is_copied_into_the_database(written, tmp_path):
    file, _ = written
    assert in_the_file_alone(file, tmp_path) == 0
    assert Checkpoints(file).look()
    assert in_the_file_alone(file, tmp_path) == 1


def test_nothing_is_done_where_nothing_was_committed_since(written):
    file, connection = written
    checkpoints = Checkpoints(file)
    assert [checkpoints.look(), checkpoints.look()] == [True, False]
    connection.execute("INSERT INTO t VALUES ('b')")
    assert [checkpoints.look(), checkpoints.look()] == [True, False]


def test_what_a_reader_still_needs_is_copied_later(written, tmp_path):
    file, connection = written
    checkpoints = Checkpoints(file)
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM t").fetchone()
        connection.execute("INSERT INTO t VALUES ('b')")
        assert checkpoints.look()
        assert reader.execute("SELECT count(*) FROM t").fetchone() == (1,), (
            "a reader keeps what it began with"
        )
    connection.execute("INSERT INTO t VALUES ('c')")
    assert checkpoints.look()
    assert in_the_file_alone(file, tmp_path) == 3


@pytest.mark.parametrize("is_there", [True, False])
def test_a_file_that_is_gone_or_no_database_troubles_nobody(tmp_path, is_there):
    file = tmp_path / "service.db"
    file.write_bytes(b"no database" * 100)
    file.with_name("service.db-wal").write_bytes(b"no log")
    if not is_there:
        file.unlink()
    Checkpoints(file).look()
    assert file.exists() is is_there


def test_the_thread_copies_by_itself_and_ends_when_told(written, tmp_path):
    file, _ = written
    checkpoints = Checkpoints(file, every=0.005)
    checkpoints.start()
    for _ in range(2_000):
        if in_the_file_alone(file, tmp_path):
            break
        threading.Event().wait(0.005)
    checkpoints.stop()
    assert in_the_file_alone(file, tmp_path) == 1
    assert "checkpoints" not in {one.name for one in threading.enumerate()}


def test_a_service_s_records_copy_behind_the_answers_and_stop_with_them(tmp_path):
    records = Records.open(f"sqlite:///{tmp_path / 'service.db'}", KEY)
    assert "checkpoints" not in {one.name for one in threading.enumerate()}, "verbs need no thread"
    records.copy_behind()
    records.copy_behind()
    assert [one.name for one in threading.enumerate()].count("checkpoints") == 1
    records.close()
    assert "checkpoints" not in {one.name for one in threading.enumerate()}


def test_a_writer_copies_a_long_log_itself(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'service.db'}")
    with engine.connect() as connection:
        told = connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar()
    engine.dispose()
    assert told == CHECKPOINT_PAGES
