"""The journal: what is told as done is done, and nothing else is told."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from features.errors import LakeError
from pipelines.retraining.journal import FILE, Journal, folder_of

DAY = date(2026, 10, 31)
NOW = datetime(2026, 11, 12, 11, 30, tzinfo=timezone(timedelta(hours=8)))


@pytest.fixture
def journal(home):
    home.root.mkdir()
    made = Journal.read(home, DAY)
    made.begin({"champion": "sme_credit/1"}, NOW)
    return made


def test_what_came_of_a_step_is_read_back_with_its_moment_in_utc(journal, home):
    told = journal.end("learnt", {"rows": 3, "ratio": float("inf"), "days": (1, 2)}, NOW)
    assert told == {"rows": 3, "ratio": None, "days": [1, 2]}
    again = Journal.read(home, DAY)
    assert again.told("learnt") == told
    assert again.lines == [("learnt", "2026-11-12T03:30:00+00:00")]
    assert (again.told("challenger"), again.begun_at) == (None, "2026-11-12T03:30:00+00:00")


def test_nothing_is_written_before_the_first_step_ends(journal, home):
    assert journal.begun_at
    assert not folder_of(home, DAY).exists()


def test_with_the_same_it_goes_on_and_with_other_things_it_begins_anew(journal, home):
    journal.end("learnt", {}, NOW)
    same, other = Journal.read(home, DAY), Journal.read(home, DAY)
    same.begin({"champion": "sme_credit/1"}, NOW + timedelta(days=1))
    other.begin({"champion": "sme_credit/2"}, NOW + timedelta(days=1))
    assert (same.told("learnt"), same.begun_at) == ({}, "2026-11-12T03:30:00+00:00")
    assert (other.told("learnt"), other.begun_at) == (None, "2026-11-13T03:30:00+00:00")


def test_a_file_that_cannot_be_made_leaves_the_step_undone(journal, home):
    def fail(_path):
        raise OSError(28, "No space left on device")

    with pytest.raises(LakeError, match="the disk is full"):
        journal.end("learnt", {}, NOW, {"a.txt": lambda path: path.write_text("a"), "b.txt": fail})
    assert journal.told("learnt") is None
    assert not folder_of(home, DAY).exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no journal of a retraining"),
        ("[]", "no journal of a retraining"),
        (json.dumps({"as_of": "2026-10-31"}), "no journal of a retraining: 'done'"),
        (json.dumps({"as_of": "2026-09-30", "done": {}}), "it is of 2026-09-30, expected 2026-10-31"),
    ],
)
def test_a_file_that_is_no_journal_of_the_day_is_refused(home, text, said):
    file = folder_of(home, DAY) / FILE
    file.parent.mkdir(parents=True)
    file.write_text(text, "utf-8")
    with pytest.raises(LakeError, match=said):
        Journal.read(home, DAY)


def test_moments_are_told_in_utc_whatever_the_clock_says(journal):
    journal.end("learnt", {}, NOW.astimezone(UTC))
    assert journal.lines[0][1] == journal.begun_at
