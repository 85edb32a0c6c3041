"""When the database is gone: told at once, never half written, and well again by itself."""

import shutil
import signal
import sqlite3
import subprocess
import threading
import time

import pytest
from sqlalchemy import event

from features.errors import LakeError, RequestError
from serving.records.database import Unavailable, open_database, reading, writing
from serving.records.gate import CLOSED_SECONDS, gate_of
from serving.records.records import Records
from serving.records.verify import verify

AT_ONCE = 4.0
"""Seconds within which everybody must know; a loaded machine included."""


def refused(records, told, within=AT_ONCE):
    """An entry is not written, and that is known in time; what was said."""
    entry, left = told()
    began = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        records.audit.append(entry, left)
    assert time.monotonic() - began < within
    assert not records.is_up()
    assert "firm-1" not in str(caught.value)
    assert "INSERT" not in str(caught.value)
    return str(caught.value)


def is_up_again(records, told):
    """It is well again by itself, soon; an entry is written."""
    deadline = time.monotonic() + 20
    while not records.is_up():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return records.audit.append(*told())


def test_a_postgresql_that_was_killed_is_told_at_once_and_found_again(postgres_server, postgres, told, key):
    records = Records.open(postgres, key)
    assert records.audit.append(*told()) == 1
    postgres_server.kill()
    said = refused(records, told)
    try:
        assert any(word in said for word in ("refused", "lost", "ended", "closed", "a moment ago")), said
        unborn = Records.open(postgres.replace(postgres.rsplit("/", 1)[1], "postgres"), key, must_be_up=False)
        assert not unborn.is_up()
        with pytest.raises(Unavailable):
            Records.open(postgres, key)
    finally:
        postgres_server.start()
    assert is_up_again(records, told) == 2
    assert verify(records.engine, key).rows == 2
    assert is_up_again(unborn, told) == 1, "its tables were made when the database came"
    records.close()
    unborn.close()


def test_a_postgresql_that_does_not_answer_keeps_nobody_waiting(postgres_server, postgres, told, key):
    records = Records.open(postgres, key)
    records.audit.append(*told())
    waited, failed = [], []

    def ask():
        began = time.monotonic()
        try:
            records.audit.append(*told())
        except Unavailable as error:
            failed.append(str(error))
        waited.append(time.monotonic() - began)

    postgres_server.signal(signal.SIGSTOP)
    try:
        threads = [threading.Thread(target=ask) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(failed) == 12
        assert max(waited) < 2 * AT_ONCE
        began = time.monotonic()
        assert not records.is_up()
        assert time.monotonic() - began < AT_ONCE
    finally:
        postgres_server.signal(signal.SIGCONT)
    is_up_again(records, told)
    assert verify(records.engine, key).is_whole
    records.close()


def test_a_password_of_an_address_is_never_told(key):
    address = "postgresql://boss:geheim-4711@127.0.0.1:1/x"
    with pytest.raises(Unavailable, match="the connection was refused") as caught:
        Records.open(address, key)
    assert "4711" not in str(caught.value)
    assert caught.value.__cause__ is None
    for wrong in ("geheim-4711", "mysql://u:geheim-4711@h/x", "sqlite://", "sqlite:///:memory:"):
        with pytest.raises(RequestError) as refused_:
            open_database(wrong)
        assert "4711" not in str(refused_.value)


def test_a_file_that_was_removed_is_not_written_on_in_secret(embedded, told, tmp_path):
    file = tmp_path / "service.db"
    embedded.audit.append(*told())
    file.rename(tmp_path / "elsewhere")
    assert "the database file was removed or replaced" in refused(embedded, told)
    assert not file.exists(), "an empty log is not made in its place"
    shutil.copy(tmp_path / "elsewhere", file)
    assert "removed or replaced" in refused(embedded, told), "another file is another log"
    file.unlink()
    (tmp_path / "elsewhere").rename(file)
    assert is_up_again(embedded, told) == 2


def test_a_file_removed_while_it_is_written_is_told_before_the_answer_leaves(embedded, told, tmp_path):
    file = tmp_path / "service.db"
    with pytest.raises(Unavailable, match="removed"):
        embedded.audit.append(*told(), also=lambda _: file.rename(tmp_path / "elsewhere"))


def test_a_file_that_another_process_holds_is_told_in_time(embedded, told, tmp_path, key):
    embedded.audit.append(*told())
    holder = sqlite3.connect(tmp_path / "service.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    began, failed = time.monotonic(), []

    def ask():
        with pytest.raises(Unavailable) as caught:
            embedded.audit.append(*told())
        failed.append(str(caught.value))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < 2 * AT_ONCE
    assert len(failed) == 8
    assert any("another process holds the database" in one for one in failed)
    holder.execute("ROLLBACK")
    holder.close()
    time.sleep(CLOSED_SECONDS)
    assert is_up_again(embedded, told) == 2
    assert verify(embedded.engine, key).is_whole


def test_a_full_disk_is_told_and_nothing_is_half_written(embedded, told, key):
    embedded.audit.append(*told())
    with reading(embedded.engine) as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    embedded.engine.dispose()
    limit = lambda driver, _record: driver.execute(f"PRAGMA max_page_count={pages}")  # noqa: E731
    event.listen(embedded.engine, "connect", limit)
    entry, left = told(answer="x" * 1_000_000)
    with pytest.raises(Unavailable, match="the disk is full"):
        embedded.audit.append(entry, left)
    event.remove(embedded.engine, "connect", limit)
    embedded.engine.dispose()
    assert embedded.audit.append(*told()) == 2
    assert embedded.answers.find(entry.audit_id) is None
    assert verify(embedded.engine, key).is_whole


def test_a_file_that_is_no_database_is_told(tmp_path, key):
    (tmp_path / "service.db").write_text("this is no database, but long enough to be taken for one" * 99)
    with pytest.raises(Unavailable, match="the file is no database"):
        Records.open(f"sqlite:///{tmp_path}/service.db", key)
    (tmp_path / "file").touch()
    with pytest.raises(LakeError, match="no records can be kept there"):
        Records.open(f"sqlite:///{tmp_path}/file/service.db", key)


def test_a_path_may_hold_any_character(tmp_path, key, told):
    file = tmp_path / "绿贷通 100%41 #1?x=2" / "service.db"
    records = Records.open(f"sqlite:///{str(file).replace('?', '%3F')}", key)
    records.audit.append(*told())
    records.close()
    assert [one.name for one in file.parent.parent.glob("*/service.db")] == ["service.db"]


def test_who_finds_the_gate_closed_does_not_wait(embedded, monkeypatch):
    monkeypatch.setattr("serving.records.gate.SLOW_SECONDS", 0.0)
    gate, error = gate_of(embedded.engine), Unavailable("slow")
    with pytest.raises(Unavailable, match="slow"), gate.passing():
        raise error
    with pytest.raises(Unavailable, match="a moment ago"), writing(embedded.engine):
        pass
    time.sleep(CLOSED_SECONDS)
    assert embedded.is_up()


def killed_under_load(command, rows):
    """Let a process write until so many rows are told, kill it, and give the names of all told."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    names = [process.stdout.readline().strip() for _ in range(rows)]
    process.kill()
    names += process.stdout.read().split("\n")[:-1]
    process.stdout.close()
    assert process.wait() == -signal.SIGKILL
    return names


def test_kill_9_of_a_process_that_writes_loses_no_row_that_it_told_of(address, key, writer, told):
    names = killed_under_load([*writer, address, key, "8", "100000"], 150)
    records = Records.open(address, key)
    assert verify(records.engine, key).is_whole
    assert all(records.answers.find(name) for name in names)
    assert records.audit.append(*told()) > len(names)
    records.close()


def test_kill_9_of_postgresql_under_load_loses_no_row_that_was_told(postgres_server, postgres, key, told):
    records = Records.open(postgres, key)
    written, failed, stop = [], [], threading.Event()

    def write():
        while not stop.is_set():
            entry, left = told()
            try:
                records.audit.append(entry, left)
                written.append(entry.audit_id)
            except Unavailable:
                failed.append(entry.audit_id)
                time.sleep(0.05)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    while len(written) < 150:
        time.sleep(0.01)
    postgres_server.kill()
    before = len(written)
    postgres_server.start()
    deadline = time.monotonic() + 30
    while len(written) < before + 50 and time.monotonic() < deadline:
        time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join()
    assert failed
    assert len(written) >= before + 50, "it goes on by itself"
    report = verify(records.engine, key)
    assert report.is_whole, report.problems
    assert all(records.answers.find(name) for name in written)
    records.close()
