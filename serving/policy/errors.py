"""The policy's own errors; the command line shows the message alone and leaves with `exit_code`.

The policy imports nothing of `features`, so these stand apart from `features.errors`.
"""

from datetime import date
from typing import Any, ClassVar


class PolicyError(Exception):
    """Any failure of the policy that a person can act on."""

    exit_code: ClassVar[int] = 7


class ParameterError(PolicyError):
    """A file of parameters is not as it must be: the message names the file and the entry."""


class NoNumberForDay(PolicyError):  # noqa: N818 - the name is the sentence
    """The law has no number for a day.

    Args:
        file: The file where the number would stand.
        day: The day that was asked.
        first: The first day for which the file has a number.
    """

    def __init__(self, file: str, day: date, first: date) -> None:
        super().__init__(f"{file}: no number for {day}; the first one there is for {first}")
        self.file, self.day, self.first = file, day, first


class FactError(PolicyError):
    """A fact cannot be what it says.

    Args:
        field: The fact, by its name in `Facts`.
        found: What was given.
        expected: What would be right, in words.
    """

    def __init__(self, field: str, found: Any, expected: str) -> None:
        super().__init__(f"{field}: found {shown(found)}, expected {expected}")
        self.field, self.found, self.expected = field, found, expected


def shown(found: Any, longest: int = 80) -> str:
    """A value as a message may show it: dates and numbers plain, texts in quotes, nothing too long."""
    text = repr(found) if type(found) in (str, bytes, float) else str(found)
    return text if len(text) <= longest else f"{text[:longest]}…"
