"""Which facts can be moved, by whom and which way; the declarations stand in `levers.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from serving.policy.errors import ParameterError
from serving.policy.exact_yaml import read_exact_yaml
from serving.policy.fact_kinds import RATE
from serving.policy.facts import KINDS, Facts
from serving.policy.money import percent, yuan_in_words
from serving.policy.what_if.grid import DAYS, FEN, RATES, Grid, whole_numbers

FILE = Path(__file__).parent / "levers.yaml"


class Hold(StrEnum):
    """What holds a fact: a choice still open, an evaluation, evidence to be found, or nothing moves it."""

    CHOICE = "CHOICE"
    EVALUATION = "EVALUATION"
    EVIDENCE = "EVIDENCE"
    FIXED = "FIXED"


HOLDS_ZH = {
    Hold.CHOICE: "可协商选择",
    Hold.EVALUATION: "以官方评价为准",
    Hold.EVIDENCE: "须核实",
    Hold.FIXED: "不可改变",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One fact and how it may be moved.

    Attributes:
        fact: Its name in `Facts`.
        hold: What holds it.
        who: Who can choose it, in Chinese; empty where nobody can.
        moves: down or up; empty for flags and words without an order.
        not_below: Facts that it cannot fall under.
        until_drawn: Whether it is settled once the loan is drawn.
        unless_known: Facts that settle it once one of them is known.
        grid: The steps of a number or day; None for words and flags.
        words: All its values where they are words or a flag, in their order; empty for others.
    """

    fact: str
    hold: Hold
    who: str = ""
    moves: str = ""
    not_below: tuple[str, ...] = ()
    until_drawn: bool = False
    unless_known: tuple[str, ...] = ()
    grid: Grid | None
    words: tuple[Any, ...]

    @property
    def can_move(self) -> bool:
        """Whether a known value may be proposed to be another."""
        return self.hold in (Hold.CHOICE, Hold.EVALUATION)


@dataclass(frozen=True, slots=True)
class Worth:
    """The amount of a measure that is compared, and what it is called."""

    name: str
    zh: str


@lru_cache(maxsize=1)
def levers() -> Mapping[str, Lever]:
    """Every fact's lever.

    Raises:
        ParameterError: `levers.yaml` names a fact that is none, or leaves one out.
    """
    declared = _declared()["facts"]
    if declared.keys() != KINDS.keys():
        wrong = sorted(declared.keys() ^ KINDS.keys())
        raise ParameterError(f"{FILE}: facts: found {', '.join(wrong)} here or in Facts, expected both")
    return {fact: _lever(fact, entry) for fact, entry in declared.items()}


@cache
def worth_of(measure: str) -> Worth | None:
    """The amount of a measure that is compared, by the measure's key; None where it has none."""
    entry = _declared()["amounts"].get(measure)
    return Worth(**entry) if entry else None


def value_in_words(fact: str, value: Any) -> str:
    """A fact's value for a Chinese reader.

    >>> value_in_words("credit_line_cny", Decimal("10000000")), value_in_words("green_grade", "DEEP")
    ('10,000,000.00 元', '深绿')
    """
    if value is None:
        return "未知"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return percent(value) if KINDS[fact] is RATE else yuan_in_words(value)
    words: Mapping[str, str] = _declared()["words"].get(_type_of(fact).__name__, {})
    return words.get(str(value), str(value))


def quoted(fact: str, value: Any) -> str:
    """The same inside a sentence: figures set off by a space, words in quotes.

    >>> quoted("annual_rate", Decimal("0.045")), quoted("green_grade", "DEEP")
    (' 4.5%', '“深绿”')
    """
    told = value_in_words(fact, value)
    if not told[0].isascii():
        return f"“{told}”"
    return f" {told}" + (" " if told[-1].isdigit() else "")


def _lever(fact: str, entry: Mapping[str, Any]) -> Lever:
    rest = dict(entry)
    bounds = rest.pop("bounds", None)
    return Lever(
        fact=fact,
        hold=Hold(rest.pop("hold")),
        not_below=tuple(rest.pop("not_below", ())),
        unless_known=tuple(rest.pop("unless_known", ())),
        grid=_grid(fact, bounds),
        words=_values(fact),
        **rest,
    )


def _grid(fact: str, bounds: list[int] | None) -> Grid | None:
    of_type = _type_of(fact)
    if of_type is Decimal:
        return RATES if KINDS[fact] is RATE else FEN
    if of_type is date:
        return DAYS
    return whole_numbers(*bounds) if bounds else None


def _values(fact: str) -> tuple[Any, ...]:
    of_type = _type_of(fact)
    if of_type is bool:
        return (True, False)
    return tuple(of_type) if issubclass(of_type, StrEnum) else ()


@lru_cache(maxsize=1)
def _types() -> Mapping[str, type]:
    return {name: get_args(hint)[0] for name, hint in get_type_hints(Facts).items()}


def _type_of(fact: str) -> type:
    return _types()[fact]


@lru_cache(maxsize=1)
def _declared() -> dict[str, Any]:
    declared: dict[str, Any] = read_exact_yaml(FILE)
    return declared
