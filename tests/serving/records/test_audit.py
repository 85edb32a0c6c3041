"""The audit log: added to only, one chain whoever writes, an answer never without its row."""

import subprocess
import threading
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from features.errors import LakeError
from serving.records.audit import Item
from serving.records.database import Contradiction, Unavailable, writing
from serving.records.idempotency import Key, KeyTaken
from serving.records.records import Records
from serving.records.seal import digest_of
from serving.records.tables import AUDIT
from serving.records.verify import verify


def test_an_answer_is_found_to_the_byte_and_its_row_holds_its_hash(records, told):
    entry, left = told(answer='{"绿": "é😀\\u0000"}', question='{"a": "\\u0000"}')
    assert records.audit.append(entry, left) == 1
    assert records.answers.find(entry.audit_id) == left
    (row,) = records.audit.page()
    assert (row.place, row.answer_hash) == (1, digest_of(left.answer))
    assert row.question_hash == digest_of(left.question)
    assert row.sealed_with.startswith("hmac-sm3:")
    assert records.audit.head().seal == row.seal


def test_pages_go_from_new_to_old_and_hold_what_fits(records, told):
    for number in range(5):
        entry, left = told(subject=f"firm-{number % 2}", actor=f"a-{number}", bank=f"B{number % 2}")
        records.audit.append(entry, left)
    assert [row.place for row in records.audit.page(subject="firm-0")] == [5, 3, 1]
    assert [row.place for row in records.audit.page(subject="firm-0", before=5, limit=1)] == [3]
    assert [row.actor for row in records.audit.page(actor="a-3", bank="B1", kind="preapproval")] == ["a-3"]
    assert records.audit.page(subject="firm-0\0") == []


def test_the_firms_that_the_newest_rows_are_about_come_once_each_newest_first(records, told):
    for subject in ("old", "a", "b", None, "a"):
        entry, left = told(subject=subject)
        records.audit.append(entry, left)
    assert records.audit.subjects(4) == ["a", "b"]


def test_answers_come_in_pages_that_neither_repeat_nor_leave_out(records, told, clock):
    names = []
    for number in range(7):
        entry, left = told(at=clock() + timedelta(minutes=number // 3), bank=f"B{number % 2}")
        records.audit.append(entry, left)
        names.append(entry.audit_id)
    seen, before = [], None
    while page := records.answers.page(before=before, limit=2):
        seen += [one.audit_id for one in page]
        before = (page[-1].asked_at, page[-1].audit_id)
    assert sorted(seen) == sorted(names)
    assert len(records.answers.page(bank="B1")) == 3
    assert records.answers.page(entity_id="' OR 1=1 --") == []
    assert records.answers.find("\ud800") is None


def test_the_database_itself_refuses_to_change_or_remove_a_row(records, told):
    records.audit.append(*told())
    changes = [
        "UPDATE audit SET actor = 'x'",
        "DELETE FROM audit",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET place = 0",
        "UPDATE answers SET answer = 'x'",
    ]
    if records.engine.dialect.name == "postgresql":
        changes += ["TRUNCATE audit", "TRUNCATE audit_head", "TRUNCATE answers"]
    else:
        changes += [
            "INSERT OR REPLACE INTO audit SELECT * FROM audit",
            f"INSERT OR REPLACE INTO audit SELECT 2, {', '.join(AUDIT.c.keys()[1:])} FROM audit",  # noqa: S608
        ]
    for change in changes:
        with pytest.raises(DBAPIError, match=r"append-only|is there"), records.engine.begin() as connection:
            connection.execute(text(change))
    with (
        pytest.raises(Unavailable, match="the audit log refuses to be changed"),
        writing(records.engine) as it,
    ):
        it.execute(text(changes[0]))
    assert verify(records.engine, "the secret of the tests, long enough").rows == 1


def test_what_a_stranger_typed_is_cut_and_cannot_stop_the_log(records, told):
    entry, left = told(actor="x\0" * 99, subject="\ud800" + "长" * 99, bank="b" * 65)
    records.audit.append(entry, left)
    (row,) = records.audit.page()
    assert len(row.actor) == len(row.subject) == len(row.bank) == 64
    kept = records.answers.find(entry.audit_id)
    assert (kept.account, kept.entity_id, kept.bank) == (row.actor, row.subject, row.bank)
    assert verify(records.engine, "the secret of the tests, long enough").is_whole


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"kind": "k" * 25}, "'kind' has 25 characters"),
        ({"outcome": "o" * 17}, "'outcome' has 17 characters"),
        ({"audit_id": "i\0"}, "'audit_id' has 2 characters"),
        ({"detail": {"a": float("nan")}}, "Out of range float"),
        ({"detail": {"a": "\ud800"}}, "surrogate pair"),
    ],
)
def test_a_word_of_the_programs_own_that_cannot_be_kept_is_an_error_of_the_program(
    embedded, told, words, said
):
    with pytest.raises(ValueError, match=said):
        embedded.audit.append(told(**words)[0])
    assert embedded.audit.head().place == 0


def test_an_answer_that_speaks_of_something_else_than_its_entry_is_refused(embedded, told):
    entry, _ = told()
    _, other = told(audit_id=entry.audit_id, bank="BANK-B")
    with pytest.raises(ValueError, match="the same name, kind, moment, account, bank and firm"):
        embedded.audit.append(entry, other)
    with pytest.raises(ValueError, match="NUL"):
        embedded.audit.append(*told(answer="\0"))


def test_a_key_stands_for_one_answer_and_is_forgotten_after_a_day(records, told, clock):
    entry, left = told(at=clock())
    records.audit.append(entry, left, Key("officer", "k-1", "a" * 64))
    found = records.idempotency.find("officer", "k-1")
    assert (found.question_hash, found.audit_id) == ("a" * 64, entry.audit_id)
    assert records.idempotency.find("officer-b", "k-1") is None
    again = told(at=clock())
    with pytest.raises(KeyTaken) as caught:
        records.audit.append(*again, Key("officer", "k-1", "b" * 64))
    assert caught.value.remembered == found
    assert records.answers.find(again[0].audit_id) is None, "nothing of it is written"
    clock.pass_(hours=24, seconds=1)
    assert records.idempotency.find("officer", "k-1") is None
    later = told(at=clock())
    records.audit.append(*later, Key("officer", "k-1", "b" * 64))
    assert records.idempotency.find("officer", "k-1").audit_id == later[0].audit_id


def test_of_many_with_the_same_key_at_once_one_is_answered(records, told):
    outcomes = []

    def ask():
        entry, left = told()
        try:
            records.audit.append(entry, left, Key("officer", "k", "a" * 64))
            outcomes.append(("written", entry.audit_id))
        except KeyTaken as error:
            outcomes.append(("taken", error.remembered.audit_id))

    _at_once(ask, 12)
    (winner,) = [name for what, name in outcomes if what == "written"]
    assert {name for _, name in outcomes} == {winner}
    assert records.audit.head().place == 1


def test_the_one_at_fault_fails_and_those_written_with_it_do_not(records, told):
    taken, left = told()
    records.audit.append(taken, left)
    failed, written = [], []

    def ask(number):
        entry, answer = told(audit_id=taken.audit_id) if number % 4 == 0 else told()
        try:
            records.audit.append(entry, answer)
            written.append(entry.audit_id)
        except Contradiction as error:
            failed.append(str(error))

    _at_once(ask, 16, numbered=True)
    assert (len(failed), len(written)) == (4, 12)
    assert not any("firm-1" in told_ or taken.audit_id in told_ for told_ in failed)
    assert all(records.answers.find(name) for name in written)
    assert verify(records.engine, "the secret of the tests, long enough").rows == 13


def test_what_is_written_also_is_there_if_and_only_if_the_entry_is(records, told):
    def fails(_connection):
        raise LakeError("no")

    with pytest.raises(LakeError, match="no"):
        records.audit.append(*told(), also=fails)
    assert records.audit.head().place == 0
    assert records.answers.page() == []
    with pytest.raises(LakeError):
        records.audit.append_all([Item(*told()), Item(*told(), also=fails)])
    assert records.audit.head().place == 0
    assert records.audit.append_all([]) == []
    assert records.audit.append_all([Item(*told()), Item(told()[0])]) == [1, 2]


def test_two_processes_that_append_at_once_keep_one_chain(address, key, writer):
    command = [*writer, address, key, "4", "50"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    names = {name for one in both for name in one.communicate(timeout=60)[0].split()}
    assert [one.returncode for one in both] == [0, 0]
    records = Records.open(address, key)
    report = verify(records.engine, key)
    assert (report.rows, report.is_whole, len(names)) == (400, True, 400)
    assert all(records.answers.find(name) for name in names)
    records.close()


def test_another_key_does_not_go_on_with_a_log(address, key, told):
    records = Records.open(address, key)
    records.audit.append(*told())
    records.close()
    for other in ("", "another secret of the same length ..."):
        with pytest.raises(LakeError, match="set LVDAITONG_AUDIT_KEY to the key that the log was begun with"):
            Records.open(address, other)


def _at_once(act, threads, *, numbered=False):
    running = [threading.Thread(target=act, args=(number,) if numbered else ()) for number in range(threads)]
    for one in running:
        one.start()
    for one in running:
        one.join()
