"""Columns of three values: true, false, and unknown with the facts that would settle it."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NoReturn, TypeAlias

from serving.policy.logic import Column, Unknown
from serving.policy.table.frame import Array, Frame

Gap: TypeAlias = tuple[str, Array]
"""A fact, and the rows in which it is missing."""


class Truths(Column):
    """One truth a row.

    Args:
        frame: The rows.
        yes: Where it is true.
        no: Where it is false; where it is neither it is unknown.
        gaps: Which facts would settle it where it is unknown, in the order in which they were asked.
    """

    __slots__ = ("frame", "gaps", "no", "yes")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, frame: Frame, yes: Array, no: Array, gaps: Iterable[Gap] = ()) -> None:
        self.frame = frame
        self.yes = yes
        self.no = no
        self.gaps = tuple(gaps)

    @classmethod
    def of(cls, frame: Frame, value: Any) -> "Truths":
        """A column of any truth; None is unknown for want of nothing in particular."""
        if isinstance(value, Truths):
            return value
        nowhere = frame.full(False)
        if value is True or value is False:
            return cls(frame, frame.full(value), frame.full(not value))
        names = value.missing if isinstance(value, Unknown) else ()
        return cls(frame, nowhere, nowhere, [(name, frame.full(True)) for name in names])

    @property
    def there(self) -> Array:
        """Where it is known."""
        return self.yes | self.no

    def __and__(self, other: Any) -> "Truths":
        return _both(self, Truths.of(self.frame, other))

    def __rand__(self, other: Any) -> "Truths":
        return _both(Truths.of(self.frame, other), self)

    def __or__(self, other: Any) -> "Truths":
        return ~_both(~self, ~Truths.of(self.frame, other))

    def __ror__(self, other: Any) -> "Truths":
        return ~_both(~Truths.of(self.frame, other), ~self)

    def __invert__(self) -> "Truths":
        return Truths(self.frame, self.no, self.yes, self.gaps)

    def __eq__(self, other: object) -> Any:
        if other is not True and other is not False:
            return NotImplemented
        same = self.yes if other else self.no
        return Truths(self.frame, same, ~same)

    def __bool__(self) -> NoReturn:
        raise TypeError("a column is no single truth: use both, either, negation and choose of policy.logic")

    def among(self, words: Collection[Any]) -> "Truths":
        """Which values are one of a list of truths."""
        same = (self.yes & (True in words)) | (self.no & (False in words))
        return Truths(self.frame, same, ~same)

    def by_word(self, cases: Mapping[Any, Any]) -> Any:
        """What stands beside true and beside false."""
        return self.choose(cases[True], cases[False])

    def certain(self) -> "Truths":
        """Where it is known to hold."""
        return Truths(self.frame, self.yes, ~self.yes)

    def choose(self, then: Any, otherwise: Any) -> Any:
        """`then` where it is true, `otherwise` where it is false, nothing where it is unknown."""
        from serving.policy.table.choosing import merged

        parts = [
            (self.yes, self.frame.ask(self.yes, then)),
            (self.no, self.frame.ask(self.no, otherwise)),
        ]
        return merged(self.frame, parts, self.gaps)


def _both(first: Truths, second: Truths) -> Truths:
    yes, no = first.yes & second.yes, first.no | second.no
    gaps = first.gaps + second.gaps
    return Truths(first.frame, yes, no, within(gaps, ~(yes | no)) if gaps else ())


def within(gaps: Iterable[Gap], rows: Array) -> list[Gap]:
    """The gaps of some rows alone."""
    return [(name, missing & rows) for name, missing in gaps]
