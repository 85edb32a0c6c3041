"""Tags: carried, not carried, open; and that they never promise."""

from datetime import date

import pytest

from serving.policy import Facts
from serving.policy.law import default_parameters
from serving.policy.logic import Unknown
from serving.policy.tag import any_of, in_words, marks_of, tag, tagged

LAW = default_parameters().on(date(2026, 11, 20))


@tag(cites="somewhere", zh="甲")
def always(_loan, _law):
    """Always."""
    return True


@tag(cites="somewhere", zh="乙")
def never(_loan, _law):
    """Never."""
    return False


@tag(cites="somewhere", zh="丙")
def open_tag(_loan, _law):
    """Nobody knows."""
    return Unknown(("is_srdi",))


def test_a_tag_is_called_by_the_name_of_its_function():
    assert (always.name, always.zh, always.meaning) == ("ALWAYS", "甲", "Always.")


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ((), False),
        ((never,), False),
        ((never, open_tag), Unknown(("is_srdi",))),
        ((never, open_tag, always), True),
    ],
)
def test_any_of_them_is_carried_as_soon_as_one_is(tags, expected):
    assert any_of(marks_of(tags, Facts(), LAW)) == expected


def test_each_stands_in_one_place_of_the_details():
    tags = (always, never, open_tag)
    details = tagged(marks_of(tags, Facts(), LAW))
    assert details == {
        "tags": ("ALWAYS",),
        "tags_unknown": {"OPEN_TAG": ("is_srdi",)},
        "ALWAYS": True,
        "NEVER": False,
        "OPEN_TAG": None,
    }
    assert in_words(tags, details) == "甲；待确认：丙"
    assert in_words(tags[:2], tagged(marks_of(tags[:2], Facts(), LAW))) == "甲"
