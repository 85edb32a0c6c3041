import hashlib
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from features.errors import LakeError, ModelError
from models import ledger
from models.chained import BEGINNING, seal_of
from models.ledger import Line, append, read
from models.registry import answered_on, reigns, standing

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
"""Noon in China."""


def line(version, act="promote", alias="champion", model="sme_credit"):
    return Line(
        model=model,
        act=act,
        alias=alias,
        version=str(version),
        run_id=f"r{version}",
        by="王敏",
        why="影子运行通过",
    )


def write(home, *told, begin=NOON, every=timedelta(days=1)):
    """Lines a day apart."""
    for one in told:
        seen = len(read(home))
        append(home, one, now=begin + seen * every, seen=seen)
    return home.root / ledger.FILE


def test_what_was_appended_is_read_with_its_number_time_and_chain(home):
    write(home, line(1, "register"), line(2))
    first, second = read(home)
    assert (first.number, first.previous, first.at) == (1, BEGINNING, "2026-11-20T04:00:00+00:00")
    assert second.previous == first.hash
    assert second.why == "影子运行通过"


def test_the_hash_is_sm3_over_the_line_and_the_hash_before(home):
    file = write(home, line(1))
    told = json.loads(file.read_text("utf-8"))
    found = told.pop("hash")
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert told["algorithm"] == "sm3"
    assert found == hashlib.new("sm3", text.encode()).hexdigest()


def test_where_openssl_has_no_sm3_lines_say_that_they_are_of_sha256(home, monkeypatch):
    monkeypatch.setattr("models.chained.ALGORITHM", "sha256")
    write(home, line(1))
    monkeypatch.undo()
    write(home, line(2))
    assert [one.algorithm for one in read(home)] == ["sha256", "sm3"]


def test_a_home_without_models_has_no_lines(home):
    assert read(home) == []
    assert not home.root.exists()


def edited(lines):
    return [lines[0], lines[1].replace("王敏", "李伟"), lines[2]]


def edited_and_hashed_again(lines):
    told = json.loads(lines[1]) | {"by": "李伟"}
    told["hash"] = seal_of(told)
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return [lines[0], text, lines[2]]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (edited, "line 2 was edited"),
        (edited_and_hashed_again, "line 3 does not follow"),
        (lambda lines: [lines[0], lines[2]], "line 2 does not follow"),
        (lambda lines: lines[1:], "line 1 does not follow"),
        (lambda lines: [lines[0], lines[2], lines[1]], "line 2 does not follow"),
        (lambda lines: [lines[0], lines[1], lines[1], lines[2]], "line 3 does not follow"),
        (lambda lines: [*lines, "{}"], "line 4 is no line of a ledger"),
        (lambda lines: [*lines, lines[2][:40]], "line 4 is no line of a ledger"),
        (lambda lines: [lines[0].replace('":', '": ', 1), *lines[1:]], "line 1 was edited"),
        (lambda lines: [lines[0], "", *lines[1:]], "line 2 is no line of a ledger"),
    ],
)
def test_a_line_edited_removed_moved_or_added_is_found_and_named(home, change, told):
    file = write(home, line(1), line(2), line(3))
    file.write_text("\n".join(change(file.read_text("utf-8").splitlines())) + "\n", "utf-8")
    with pytest.raises(ModelError, match=told):
        read(home)
    with pytest.raises(ModelError, match=told):
        append(home, line(4), now=NOON, seen=3)


def test_bytes_that_are_no_text_are_named(home):
    file = write(home, line(1))
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ModelError, match="cannot be read"):
        read(home)


def test_a_line_decided_on_an_older_ledger_is_refused(home):
    write(home, line(1), line(2))
    with pytest.raises(ModelError, match="another line was added meanwhile"):
        append(home, line(3), now=NOON + timedelta(days=9), seen=1)
    assert len(read(home)) == 2


def test_a_clock_set_back_is_refused_and_a_clock_a_little_behind_is_not(home):
    write(home, line(1))
    with pytest.raises(ModelError, match="set the clock right"):
        append(home, line(2), now=NOON - timedelta(hours=2), seen=1)
    append(home, line(2), now=NOON - timedelta(minutes=5), seen=1)
    assert [one.since for one in reigns(read(home), "sme_credit")] == [NOON, NOON]


def test_a_time_without_its_offset_is_refused(home):
    with pytest.raises(ValueError, match="offset"):
        append(home, line(1), now=datetime(2026, 11, 20), seen=0)  # noqa: DTZ001 - that is the point


def test_a_full_disk_leaves_the_ledger_as_it_was(home, monkeypatch):
    file = write(home, line(1))
    before = file.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("models.chained.commit", full)
    with pytest.raises(LakeError, match="the disk is full"):
        append(home, line(2), now=NOON, seen=1)
    assert file.read_bytes() == before


# ---------------------------------------------------------------- what the lines come to


def test_the_newest_champion_answers_and_a_rollback_returns_to_the_one_before(home):
    write(home, line(1, "register"), line(2, "register"), line(3), line(2, "rollback"), line(1, "rollback"))
    entries = read(home)
    assert [standing(entries[:count], "sme_credit").champion.version for count in range(1, 6)] == list(
        "12321"
    )
    assert len(standing(entries, "sme_credit").champions) == 1


def test_a_challenger_stands_beside_until_it_is_promoted(home):
    write(home, line(1, "register"), line(2, "register", "challenger"))
    assert standing(read(home), "sme_credit").challenger.version == "2"
    write(home, line(2))
    stands = standing(read(home), "sme_credit")
    assert (stands.champion.version, stands.challenger) == ("2", None)


def test_lines_of_other_models_count_nothing(home):
    write(home, line(1, "register"), line(7, "register", model="green_grade"))
    assert standing(read(home), "sme_credit").champion.version == "1"
    assert standing(read(home), "other").champion is None


@pytest.mark.parametrize(
    ("day", "versions"),
    [
        ("2026-11-19", []),
        ("2026-11-20", ["1"]),
        ("2026-11-21", ["1", "2"]),
        ("2026-11-22", ["2", "3"]),
        ("2026-11-23", ["3"]),
        ("2030-01-01", ["3"]),
    ],
)
def test_a_day_is_answered_by_every_version_that_answered_on_it(home, day, versions):
    write(home, line(1, "register"), line(2), line(3), line(4, "register", "challenger"))
    told = answered_on(read(home), "sme_credit", date.fromisoformat(day))
    assert [one.entry.version for one in told] == versions


def test_a_day_is_a_day_of_chinas_time(home):
    write(home, line(1, "register"), begin=datetime(2026, 11, 20, 16, 30, tzinfo=UTC))
    assert answered_on(read(home), "sme_credit", date(2026, 11, 20)) == []
    assert len(answered_on(read(home), "sme_credit", date(2026, 11, 21))) == 1


def test_who_answered_until_midnight_did_not_answer_on_the_next_day(home):
    midnight = datetime(2026, 11, 19, 16, 0, tzinfo=UTC)
    write(home, line(1, "register"), line(2), begin=midnight)
    assert [one.entry.version for one in answered_on(read(home), "sme_credit", date(2026, 11, 20))] == ["1"]
    assert [one.entry.version for one in answered_on(read(home), "sme_credit", date(2026, 11, 21))] == ["2"]
