"""How one fact is read: what is accepted, what it becomes, and what to say when it is refused."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from serving.policy.errors import FactError

MOST_YUAN = Decimal(10) ** 14
FINEST = -12
"""Decimal places beyond which a number says nothing and exact fractions of it would only cost time."""
INDUSTRY_CODE = re.compile(r"[A-T][0-9]{2,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fact: `read` turns what was given into its value or raises ValueError.

    Attributes:
        expected: What is accepted, in words.
        read: Turns what was given into its value or raises ValueError.
        words: The words of a closed list, in their order.
        bounds: Least and largest of a number, both included.
        whole: Whether that number is a whole one.
    """

    expected: str
    read: Callable[[Any], Any]
    words: type[StrEnum] | None = None
    bounds: tuple[Decimal, Decimal] | None = None
    whole: bool = False


def read_fact(name: str, kind: Kind, given: Any) -> Any:
    """The value of one fact.

    Raises:
        FactError: It cannot be read; the message names the fact, what was found and what is expected.
    """
    try:
        return kind.read(given)
    except (ValueError, TypeError, InvalidOperation) as error:
        raise FactError(name, given, kind.expected) from error


def one_of(words: type[StrEnum]) -> Kind:
    """A fact that takes one word of a closed list."""
    return Kind(f"one of {', '.join(words)}", words, words)


def whole(least: int, most: int, what: str) -> Kind:
    """A fact that is a whole number within bounds, both included."""
    return Kind(
        f"a whole number of {what} from {least} to {most:,}",
        lambda given: _whole(given, least, most),
        bounds=(Decimal(least), Decimal(most)),
        whole=True,
    )


def _exact(given: Any) -> Decimal:
    """A number without loss; a float by the shortest decimal that names it."""
    if type(given) not in (Decimal, int, str, float):
        raise TypeError(given)
    return given if isinstance(given, Decimal) else Decimal(str(given))


def _between(given: Any, least: Decimal, most: Decimal) -> Decimal:
    number = _exact(given)
    # NaN raises InvalidOperation here: it compares with nothing
    if not least <= number <= most or int(number.as_tuple().exponent) < FINEST:
        raise ValueError(given)
    return number


def _whole(given: Any, least: int, most: int) -> int:
    number = _between(given, Decimal(least), Decimal(most))
    if number != int(number):
        raise ValueError(given)
    return int(number)


def _flag(given: Any) -> bool:
    if not isinstance(given, bool):
        raise TypeError(given)
    return given


def _day(given: Any) -> date:
    if isinstance(given, datetime) or not isinstance(given, (date, str)):
        raise TypeError(given)
    return given if isinstance(given, date) else datetime.strptime(given, "%Y-%m-%d").date()  # noqa: DTZ007 - a day


def _industry(given: Any) -> str:
    if not INDUSTRY_CODE.fullmatch(given):
        raise ValueError(given)
    return str(given)


MONEY = Kind(
    'an amount in yuan, not negative, at most 10^14, like "1250000.00"',
    lambda given: _between(given, Decimal(0), MOST_YUAN),
    bounds=(Decimal(0), MOST_YUAN),
)
RATE = Kind(
    'a yearly rate from 0 to 1, where 4.5 % is "0.045"',
    lambda given: _between(given, Decimal(0), Decimal(1)),
    bounds=(Decimal(0), Decimal(1)),
)
FLAG = Kind("true or false", _flag)
DAY = Kind("a day like 2026-11-20", _day)
INDUSTRY = Kind("a GB/T 4754-2017 code: a letter A-T and two to four digits, like C17", _industry)
