"""The tables are what the migrations make, in both databases; what older programs kept is carried over."""

import json
import sqlite3
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hatchling.builders.wheel import WheelBuilder
from sqlalchemy import text

from features.errors import LakeError
from serving.records.database import bring_up_to_date, open_database, reading, writing
from serving.records.records import Records
from serving.records.schema import NEWEST, newest_migration
from serving.records.tables import METADATA
from serving.records.verify import verify

ROOT = Path(__file__).resolve().parents[3]
OLD = """
CREATE TABLE answers (
	place INTEGER NOT NULL, audit_id VARCHAR(36) NOT NULL, kind VARCHAR(20) NOT NULL,
	asked_at VARCHAR(32) NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL,
	PRIMARY KEY (place), UNIQUE (audit_id))
"""


def test_the_newest_migration_is_the_one_that_the_program_expects():
    assert newest_migration() == NEWEST


def test_migrations_and_terms_travel_in_the_wheel():
    packed = {one.distribution_path for one in WheelBuilder(str(ROOT)).recurse_included_files()}
    records = ROOT / "serving" / "records"
    needed = {*records.rglob("*.py"), *records.rglob("*.yaml")}
    assert {one.relative_to(ROOT).as_posix() for one in needed} <= packed


def test_the_migrations_make_the_tables_that_the_program_knows(address):
    engine = open_database(address)
    bring_up_to_date(engine)
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_several_processes_may_start_at_once(address):
    engines = [open_database(address) for _ in range(4)]
    failed = []

    def bring(engine):
        try:
            bring_up_to_date(engine)
        except Exception as error:  # noqa: BLE001 - told to the test below
            failed.append(error)

    threads = [threading.Thread(target=bring, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with reading(engines[0]) as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_head")).scalar() == 1
    for engine in engines:
        engine.dispose()


def test_records_of_a_newer_program_are_refused(address):
    engine = open_database(address)
    bring_up_to_date(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LakeError, match="have the form '9999', which a newer program gave them"):
        bring_up_to_date(engine)
    engine.dispose()


def old_file(folder, rows):
    with sqlite3.connect(folder / "service.db") as connection:
        connection.execute(OLD)
        connection.executemany("INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?)", rows)
    connection.close()
    return f"sqlite:///{folder}/service.db"


def old_rows(many):
    return [
        (
            place, f"old-{place}", "preapproval", f"2026-11-22T08:00:{place % 60:02d}.000+00:00",
            json.dumps({"entity_id": f"firm-{place}"}), f'{{"答": {place}}}',
        )
        for place in range(1, many + 1)
    ]  # fmt: skip


def test_answers_of_the_time_before_accounts_are_carried_over_to_the_byte_and_sealed(tmp_path, key, clock):
    rows = old_rows(1203)
    address = old_file(tmp_path, rows)
    with_them = Records.open(address, key, clock)
    for _, audit_id, kind, asked_at, question, answer in rows:
        kept = with_them.answers.find(audit_id)
        assert (kept.kind, kept.asked_at, kept.question, kept.answer) == (kind, asked_at, question, answer)
        assert kept.account == "before-accounts"
    assert with_them.answers.page(entity_id="firm-7")[0].audit_id == "old-7"
    assert verify(with_them.engine, key).rows == 1203
    assert verify(with_them.engine, key).is_whole
    assert with_them.audit.page(subject="firm-7")[0].detail["place_before"] == 7
    with_them.close()
    again = Records.open(address, key, clock)
    assert again.audit.head().place == 1203, "nothing is carried twice"
    again.close()


def test_a_carrying_over_that_was_cut_short_goes_on(tmp_path, key, clock, monkeypatch):
    address = old_file(tmp_path, old_rows(1203))
    append, calls = Records.open.__globals__["Audit"].append_all, []

    def breaks(self, items):
        calls.append(len(items))
        if len(calls) == 2:
            raise MemoryError
        return append(self, items)

    monkeypatch.setattr("serving.records.audit.Audit.append_all", breaks)
    with pytest.raises(MemoryError):
        Records.open(address, key, clock)
    opened = Records.open(address, key, clock)
    assert opened.audit.head().place == 1203
    assert verify(opened.engine, key).is_whole
    opened.close()


def test_an_old_record_without_answers_is_no_hindrance(tmp_path, key, clock):
    opened = Records.open(old_file(tmp_path, []), key, clock)
    assert opened.audit.head().place == 0
    opened.close()
