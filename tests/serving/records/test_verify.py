# ruff: noqa: S608 - names of columns, from the tests themselves
"""Whatever is edited, removed, moved or put in, with the triggers out of the way, is found."""

import shutil
import sqlite3
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from serving.records.database import open_database
from serving.records.entry import Head
from serving.records.records import Records
from serving.records.retention import run
from serving.records.seal import Sealer
from serving.records.tables import ANSWERS, AUDIT
from serving.records.verify import verify

ROWS = 8
COLUMNS = [column.name for column in AUDIT.c]
TEXTS = [name for name in COLUMNS if name not in {"place", "status"}]
OF_ANSWERS = [column.name for column in ANSWERS.c]


def without_triggers(connection, *, postgres=False):
    if postgres:
        for table in ("audit", "audit_head", "answers"):
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        return
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in names:
        connection.execute(f'DROP TRIGGER "{name}"')


@pytest.fixture(scope="session")
def whole(tmp_path_factory, key, told):
    """A file with a whole log of eight rows, seven of them with an answer."""
    file = tmp_path_factory.mktemp("whole") / "service.db"
    records = Records.open(f"sqlite:///{file}", key)
    for number in range(ROWS):
        entry, left = told(subject=f"firm-{number % 3}", status=200 + number, detail={"n": number})
        records.audit.append(entry, left if number else None)
    records.close()
    with sqlite3.connect(file) as connection:
        without_triggers(connection)
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    return file


@pytest.fixture(scope="session")
def tampered(whole, key, tmp_path_factory):
    """Verify a copy of the whole log after raw statements have gone over it."""
    folder = tmp_path_factory.mktemp("tampered")

    def tamper(*statements, anchor=None):
        file = folder / "service.db"
        for old in folder.iterdir():
            old.unlink()
        shutil.copy(whole, file)
        with sqlite3.connect(file) as connection:
            for statement in statements:
                connection.execute(*statement)
        connection.close()
        engine = open_database(f"sqlite:///{file}")
        report = verify(engine, key, anchor)
        engine.dispose()
        return report

    return tamper


places = st.integers(1, ROWS)
words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def now(whole, column, place, table="audit"):
    with sqlite3.connect(whole) as connection:
        (found,) = connection.execute(
            f"SELECT a.{column} FROM {table} a JOIN audit b USING (audit_id) WHERE b.place = ?", (place,)
        ).fetchone()
    connection.close()
    return found


def test_an_untouched_log_is_whole(tampered):
    report = tampered()
    assert (report.rows, report.is_whole, report.head.place) == (ROWS, True, ROWS)


@few
@given(place=places, column=st.sampled_from(TEXTS), word=words | st.none())
def test_any_edit_of_a_row_is_found(tampered, whole, place, column, word):
    if word == now(whole, column, place) or (word is None and not AUDIT.c[column].nullable):
        return
    if column == "audit_id" and word is None:
        return
    report = tampered((f"UPDATE audit SET {column} = ? WHERE place = ?", (word, place)))
    assert not report.is_whole
    assert report.problems[0][0] == place


@few
@given(place=places, column=st.sampled_from(["place", "status"]), number=st.integers(-3, 2**31))
def test_any_edit_of_a_number_is_found(tampered, whole, place, column, number):
    if number == now(whole, column, place) or (column == "place" and 1 <= number <= ROWS):
        return
    assert not tampered((f"UPDATE audit SET {column} = ? WHERE place = ?", (number, place))).is_whole


@few
@given(place=places, head_too=st.booleans())
def test_any_row_removed_is_found_also_where_those_after_it_move_up(tampered, whole, place, head_too):
    statements = [("DELETE FROM audit WHERE place = ?", (place,))]
    assert not tampered(*statements).is_whole
    statements += [("UPDATE audit SET place = -place + 1 WHERE place > ?", (place,))]
    statements += [("UPDATE audit SET place = -place WHERE place < 0",)]
    if head_too:
        last = ROWS if place < ROWS else ROWS - 1
        statements += [("UPDATE audit_head SET place = ?, seal = ?", (ROWS - 1, now(whole, "seal", last)))]
    if place < ROWS or not head_too:
        assert not tampered(*statements).is_whole


@few
@given(one=places, other=places, seals_too=st.booleans())
def test_any_two_rows_swapped_are_found(tampered, one, other, seals_too):
    if one == other:
        return
    swap = (
        "UPDATE audit SET place = CASE place WHEN ? THEN -1 WHEN ? THEN ? ELSE ? END WHERE place IN (?, -1)"
    )
    statements = [
        (swap, (one, 0, 0, 0, one)),
        ("UPDATE audit SET place = ? WHERE place = ?", (one, other)),
        ("UPDATE audit SET place = ? WHERE place = -1", (other,)),
    ]
    if seals_too:  # seals and previous stay where they were
        kept = "SELECT ? AS place, previous, seal FROM audit WHERE place = ?"
        back = "(previous, seal) = (SELECT previous, seal FROM kept WHERE kept.place = audit.place)"
        statements += [
            (f"CREATE TABLE kept AS {kept} UNION ALL {kept}", (one, other, other, one)),
            (f"UPDATE audit SET {back} WHERE place IN (SELECT place FROM kept)",),
        ]
    assert not tampered(*statements).is_whole


@few
@given(place=st.integers(1, ROWS + 1), like=places, sealed=st.booleans())
def test_any_row_put_in_is_found(tampered, place, like, sealed):
    values = ", ".join({"place": str(place), "audit_id": "'new'"}.get(name, name) for name in COLUMNS)
    statements = [
        ("UPDATE audit SET place = -place - 1 WHERE place >= ?", (place,)),
        ("UPDATE audit SET place = -place WHERE place < 0",),
        (
            f"INSERT INTO audit SELECT {values} FROM audit WHERE place = ?",
            (like if like < place else like + 1,),
        ),
    ]
    if sealed:  # by somebody who does not know the key
        statements += [("UPDATE audit SET sealed_with = 'sm3' WHERE audit_id = 'new'",)]
    assert not tampered(*statements).is_whole


@few
@given(place=st.integers(2, ROWS), column=st.sampled_from(OF_ANSWERS), word=words)
def test_any_edit_of_an_answer_is_found(tampered, whole, place, column, word):
    if word == now(whole, column, place, "answers"):
        return
    name = now(whole, "audit_id", place)
    report = tampered((f"UPDATE answers SET {column} = ? WHERE audit_id = ?", (word, name)))
    assert not report.is_whole


def test_an_answer_removed_or_put_in_is_found(tampered, whole):
    name = now(whole, "audit_id", 3)
    report = tampered(("DELETE FROM answers WHERE audit_id = ?", (name,)))
    assert report.problems == [(3, "its answer is gone, and no retention took it")]
    first = now(whole, "audit_id", 1)
    put_in = f"INSERT INTO answers SELECT ?, {', '.join(OF_ANSWERS[1:])} FROM answers LIMIT 1"
    assert tampered((put_in, (first,))).problems == [(1, "has an answer that did not leave with it")]
    assert tampered((put_in, ("new",))).problems == [(0, "answer new has no row in the log: it was put in")]


@pytest.mark.parametrize("column", ["actor", "detail", "seal"])
def test_bytes_where_a_text_was_are_found(tampered, column):
    assert not tampered((f"UPDATE audit SET {column} = x'ff00' WHERE place = 4",)).is_whole


@pytest.mark.parametrize("left", [0, 1, ROWS - 1])
def test_rows_cut_off_at_the_end_are_found_by_the_anchor(tampered, whole, left):
    anchor = Head(ROWS, now(whole, "seal", ROWS))
    seal = now(whole, "seal", left) if left else "0" * 64
    cut = [
        ("DELETE FROM answers WHERE audit_id IN (SELECT audit_id FROM audit WHERE place > ?)", (left,)),
        ("DELETE FROM audit WHERE place > ?", (left,)),
    ]
    assert not tampered(*cut).is_whole, "the head still knows"
    cut += [("UPDATE audit_head SET place = ?, seal = ?", (left, seal))]
    assert tampered(*cut).is_whole, "without an anchor nobody could know"
    report = tampered(*cut, anchor=anchor)
    assert report.problems == [(left, f"rows {left + 1} to {ROWS}, the anchor's, were cut off")]
    assert tampered(anchor=anchor).is_whole
    assert not tampered(anchor=Head(3, "0" * 64)).is_whole
    assert not tampered(("DELETE FROM audit_head",)).is_whole


def test_who_seals_the_whole_log_anew_without_the_key_is_found(tampered, whole):
    sealer, statements, previous = Sealer("guessed"), [], "0" * 64
    with sqlite3.connect(whole) as connection:
        rows = connection.execute(f"SELECT {', '.join(COLUMNS)} FROM audit ORDER BY place").fetchall()
    connection.close()
    claimed = rows[0][COLUMNS.index("sealed_with")]
    for row in rows:
        told = dict(zip(COLUMNS, row, strict=True)) | {"actor": "somebody", "previous": previous}
        told.pop("seal")
        previous = sealer.seal(told)
        words = ("somebody", told["previous"], previous, told["place"])
        statements.append(("UPDATE audit SET actor = ?, previous = ?, seal = ? WHERE place = ?", words))
    statements.append(("UPDATE audit_head SET seal = ?", (previous,)))
    report = tampered(*statements)
    assert report.found >= ROWS
    assert claimed != sealer.name


def test_another_key_than_the_logs_is_told(whole, tmp_path):
    shutil.copy(whole, tmp_path / "service.db")
    engine = open_database(f"sqlite:///{tmp_path}/service.db")
    report = verify(engine, "another")
    assert report.found == ROWS
    assert "sealed with another key" in report.problems[0][1]
    assert verify(engine, "another", older_keys=["the secret of the tests, long enough"]).is_whole
    engine.dispose()


def test_an_edit_and_a_removal_are_found_in_either_database(records, told, key):
    for _ in range(5):
        records.audit.append(*told())
    is_postgres = records.engine.dialect.name == "postgresql"
    with records.engine.begin() as connection:
        if is_postgres:
            without_triggers(connection, postgres=True)
        else:
            without_triggers(connection.connection.driver_connection)
        connection.execute(text("UPDATE audit SET actor = 'somebody' WHERE place = 2"))
        connection.execute(text("DELETE FROM audit WHERE place = 4"))
    assert [place for place, _ in verify(records.engine, key).problems] == [2, 2, 5, 5, 0]


def test_what_retention_took_is_no_problem_and_what_somebody_else_took_is(records, told, key):
    old, answer = told(at=datetime(2016, 11, 22, 15, 59, 59, tzinfo=UTC))
    records.audit.append(old, answer)
    young, answer = told(at=datetime(2016, 11, 22, 16, 0, tzinfo=UTC))
    records.audit.append(young, answer)
    went = run(records, date(2026, 11, 23))
    assert went.rows["answers"] == 1
    assert records.answers.find(old.audit_id) is None
    assert records.answers.find(young.audit_id) is not None
    assert verify(records.engine, key).is_whole
    with records.engine.begin() as connection:
        connection.execute(text("DELETE FROM answers"))
    assert verify(records.engine, key).problems == [(2, "its answer is gone, and no retention took it")]


def test_only_so_many_problems_are_told_and_all_are_counted(tampered, monkeypatch):
    monkeypatch.setattr("serving.records.verify.MOST_TOLD", 2)
    report = tampered(("UPDATE audit SET actor = 'x'",))
    assert (report.found, len(report.problems)) == (ROWS + ROWS - 1, 2)
