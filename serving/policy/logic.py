"""Three values: true, false, and unknown, which carries the facts that would settle it.

Clauses, guards and amounts are written with these functions and with comparisons and arithmetic alone, so
that one definition runs on one firm's values and on columns of many firms. On plain values they are plain
Python; columns answer through their own operators and methods.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias


@dataclass(frozen=True, slots=True)
class Unknown:
    """Neither true nor false, as long as these facts are missing."""

    missing: tuple[str, ...]

    def __bool__(self) -> NoReturn:
        raise TypeError(f"unknown is neither true nor false; missing: {', '.join(self.missing)}")

    def choose(self, _then: Any, _otherwise: Any) -> "Unknown":
        """Of two values, with nothing known to choose by: neither."""
        return self


class Column:
    """Values of many firms, one each; what they do is written in `serving.policy.table`."""

    __slots__ = ()

    def among(self, words: Collection[Any]) -> "Truth":
        """Which values are one of a list."""
        raise NotImplementedError

    def by_word(self, cases: Mapping[Any, Any]) -> Any:
        """What stands beside each value's word."""
        raise NotImplementedError

    def certain(self) -> "Truth":
        """Which truths are known to hold."""
        raise NotImplementedError


class Rows:
    """Facts of many firms, one column each; what they do is written in `serving.policy.table`."""

    __slots__ = ()

    def once(self, law: Any, work: Callable[[Any, Any], Any]) -> Any:
        """What `work` gives of these facts, computed once."""
        raise NotImplementedError

    def known(self, names: tuple[str, ...]) -> "Truth":
        """Which firms have all of these facts."""
        raise NotImplementedError

    def where_known(self, names: tuple[str, ...], then: Callable[[], "Truth"]) -> "Truth":
        """What `then` says of the firms that have all of these facts."""
        raise NotImplementedError


Truth: TypeAlias = Any
"""True, False or Unknown of one firm; or a column of them."""


def negation(value: Truth) -> Truth:
    """True for false, false for true, unknown for unknown."""
    if value is True or value is False:
        return not value
    return value if isinstance(value, Unknown) else ~value


def both(first: Truth, second: Truth) -> Truth:
    """False if either is false, even when the other is unknown; true only if both are.

    >>> both(False, Unknown(("credit_line_cny",)))
    False
    """
    if first is False or second is False:
        return False
    if first is True:
        return second
    if second is True:
        return first
    if isinstance(first, Unknown) and isinstance(second, Unknown):
        return Unknown(first.missing + second.missing)
    return first & second


def either(first: Truth, second: Truth) -> Truth:
    """True if either is true, even when the other is unknown; false only if both are."""
    if first is True or second is True:
        return True
    if first is False:
        return second
    if second is False:
        return first
    if isinstance(first, Unknown) and isinstance(second, Unknown):
        return Unknown(first.missing + second.missing)
    return first | second


def implies(guard: Truth, then: Callable[[], Truth]) -> Truth | None:
    """What `then` says of one firm where the guard holds; None where it does not: then nothing is asked.

    Under an unknown guard a true `then` stays true: it is satisfied either way.
    """
    if guard is False:
        return None
    return then() if guard is True else either(guard, then())


def certainly(truth: Truth) -> Truth:
    """Whether a truth is known to hold: what is unknown does not."""
    return truth.certain() if isinstance(truth, Column) else truth is True


def told(marks: Mapping[str, Any]) -> dict[str, Any]:
    """What one firm's finding tells of marks: None for what is unknown."""
    return {name: None if isinstance(value, Unknown) else value for name, value in marks.items()}


def among(value: Any, words: Collection[Any]) -> Truth:
    """Whether a value is one of a list; what is not known is none of them.

    >>> among("SMALL", ("SMALL", "MICRO")), among(None, ("SMALL", "MICRO"))
    (True, False)
    """
    return value.among(words) if isinstance(value, Column) else value in words


def known(loan: Any, *names: str) -> Truth:
    """Whether all of these facts are there."""
    if isinstance(loan, Rows):
        return loan.known(names)
    for name in names:  # noqa: SIM110 - a generator would cost more than all the rest
        if getattr(loan, name) is None:
            return False
    return True


def if_known(loan: Any, names: tuple[str, ...], then: Callable[[], Truth]) -> Truth:
    """What `then` says where all of these facts are there; unknown, naming those that are not, elsewhere."""
    if isinstance(loan, Rows):
        return loan.where_known(names, then)
    for name in names:
        if getattr(loan, name) is None:
            return Unknown(lacking(loan, names))
    return then()


def lacking(loan: Any, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of one firm's facts that are not known."""
    return tuple([name for name in names if getattr(loan, name) is None])


def once(loan: Any, law: Any, work: Callable[[Any, Any], Any]) -> Any:
    """What `work(loan, law)` gives, computed once for a finding, however often it is asked.

    The numbers of law that it rests on count as read each time.
    """
    return loan.once(law, work) if isinstance(loan, Rows) else law.once(work, loan)


def choose(truth: Truth, then: Any, otherwise: Any) -> Any:
    """`then` where the truth holds, `otherwise` where it does not, unknown where it is unknown.

    Either may be a function without arguments, which is called only where it is chosen: for what may not be
    asked elsewhere.

    >>> choose(True, "5Y", lambda: 1 / 0)
    '5Y'
    """
    if truth is True:
        return then() if callable(then) else then
    if truth is False:
        return otherwise() if callable(otherwise) else otherwise
    return truth.choose(then, otherwise)


def by_word(value: Any, cases: Mapping[Any, Any]) -> Any:
    """What stands beside a word of a closed list; a function there is called only where its word occurs.

    >>> by_word("DEEP", {"DEEP": 12, "MEDIUM": lambda: 9})
    12
    """
    if isinstance(value, Column):
        return value.by_word(cases)
    found = cases[value]
    return found() if callable(found) else found


def with_all(work: Callable[..., Any], *values: Any) -> Any:
    """What `work` makes of values; None as soon as one of them is not known.

    >>> with_all(min, 3, 5), with_all(min, 3, None)
    (3, None)
    """
    for value in values:
        if value is None or isinstance(value, Unknown):
            return None
    return work(*values)


def least(first: Any, second: Any) -> Any:
    """The smaller of two."""
    return choose(first <= second, first, second)


def most(first: Any, second: Any) -> Any:
    """The larger of two."""
    return choose(first >= second, first, second)
