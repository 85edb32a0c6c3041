"""The record of answers."""

import sqlite3

import pytest

from features.errors import LakeError
from serving.answers import Answered, Answers

ANSWERED = Answered("a-1", "preapproval", "2026-11-22T08:00:00.000+00:00", '{"q": 1}', '{"答": "1.0"}')


@pytest.fixture
def file(tmp_path):
    """Where the record lies."""
    return tmp_path / "new" / "service.db"


@pytest.fixture
def answers(file):
    """An empty record."""
    made = Answers.open(file)
    yield made
    made.close()


def test_what_was_kept_is_found_word_for_word(answers):
    answers.keep(ANSWERED)
    assert answers.find("a-1", "preapproval") == ANSWERED


def test_another_name_or_kind_finds_nothing(answers):
    answers.keep(ANSWERED)
    assert answers.find("a-2", "preapproval") is None
    assert answers.find("a-1", "profile") is None


def test_what_was_kept_is_on_the_disk_when_it_leaves(answers, file):
    answers.keep(ANSWERED)
    connection = sqlite3.connect(file)
    assert connection.execute("SELECT answer FROM answers").fetchall() == [(ANSWERED.answer,)]
    connection.close()


def test_a_name_is_given_once(answers):
    answers.keep(ANSWERED)
    with pytest.raises(LakeError, match="UNIQUE") as refused:
        answers.keep(ANSWERED)
    assert "1.0" not in str(refused.value)  # the answer is not told
    assert answers.find("a-1", "preapproval") == ANSWERED


def test_a_record_is_opened_again(answers, file):
    answers.keep(ANSWERED)
    again = Answers.open(file)
    assert again.find("a-1", "preapproval") == ANSWERED
    again.close()


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "service.db").write_text("no database" * 100)
    with pytest.raises(LakeError, match=r"service.db: no record of answers can be kept there"):
        Answers.open(tmp_path / "service.db")


def test_a_place_where_nothing_can_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(LakeError, match="no record of answers"):
        Answers.open(tmp_path / "file" / "service.db")


def test_a_record_that_was_taken_away_is_noticed(answers, file):
    assert answers.is_whole()
    answers.close()
    file.write_text("no database" * 100)
    assert not answers.is_whole()
    with pytest.raises(LakeError, match="could not be recorded"):
        answers.keep(ANSWERED)
