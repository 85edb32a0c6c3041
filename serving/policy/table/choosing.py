"""One column out of several, each taken in its own rows."""

from collections.abc import Sequence
from datetime import date
from math import lcm
from typing import Any, TypeAlias

import numpy as np

from serving.policy.logic import Unknown
from serving.policy.table.days import Days, numbered
from serving.policy.table.exact import PLAIN, Exact, den_by_row, ratio, times
from serving.policy.table.frame import Array, Frame
from serving.policy.table.truth import Gap, Truths, within
from serving.policy.table.words import Words

Part: TypeAlias = tuple[Array, Any]
"""Rows, and the value or the column that stands there; None is unknown."""


def merged(frame: Frame, parts: Sequence[Part], gaps: Sequence[Gap] = ()) -> Any:
    """One column of parts whose rows do not overlap; unknown elsewhere, for want of the gaps.

    Nothing at all where no part has a value, as one firm's None.
    """
    values = [value for _, value in parts if value is not None]
    if not values:
        return Truths(frame, frame.full(False), frame.full(False), gaps) if gaps else None
    first = values[0]
    if isinstance(first, (bool, Truths, Unknown)):
        return _truths(frame, parts, gaps)
    if isinstance(first, (*PLAIN, Exact)):
        return _numbers(frame, parts)
    if isinstance(first, (str, Words)):
        return _words(frame, parts)
    return _days(frame, parts)


def taken(frame: Frame, values: Sequence[Any], places: Array, there: Array) -> Any:
    """A column of plain values, each row's by its place among them; None is unknown.

    Raises:
        TypeError: The values are neither truths, numbers, words nor days.
    """
    known = [value for value in values if value is not None]
    there = there & np.array([value is not None for value in values])[places]
    first = known[0] if known else False
    if isinstance(first, bool):
        holds = np.array([value is True for value in values])[places]
        return Truths(frame, holds & there, ~holds & there)
    if isinstance(first, PLAIN):
        den = lcm(*(ratio(value)[1] for value in known))
        nums = [0 if value is None else int(value * den) for value in values]
        return Exact(frame, np.array(nums, dtype=object if frame.unbounded else np.int64)[places], den, there)
    if isinstance(first, str):
        words = tuple(dict.fromkeys(known))
        codes = np.array(
            [words.index(value) if value is not None else -1 for value in values], dtype=np.int32
        )
        return Words(frame, np.where(there, codes[places], -1), words)
    if isinstance(first, date):
        days = np.array([0 if value is None else numbered(value) for value in values])
        return Days(frame, days[places], there)
    raise TypeError(f"found {type(first).__name__}, expected truths, numbers, words or days")


def _truths(frame: Frame, parts: Sequence[Part], gaps: Sequence[Gap]) -> Truths:
    yes, no, missing = frame.full(False), frame.full(False), list(gaps)
    for rows, value in parts:
        if value is True:
            yes = yes | rows
        elif value is False:
            no = no | rows
        elif value is not None:
            truth = Truths.of(frame, value)
            yes, no = yes | (rows & truth.yes), no | (rows & truth.no)
            missing += within(truth.gaps, rows)
    return Truths(frame, yes, no, missing)


def _numbers(frame: Frame, parts: Sequence[Part]) -> Exact:
    columns = [(rows, Exact.of(frame, value)) for rows, value in parts if value is not None]
    dens = [number.den for _, number in columns]
    shared = lcm(*(den for den in dens if isinstance(den, int))) if _one_each(dens) else None
    kind = object if frame.unbounded else np.int64
    num: Any = None
    den: Any = shared or np.ones(frame.count, dtype=kind)
    there, most = frame.full(False), 0
    for rows, number in columns:
        scaled, more = number.num, number.most
        if shared and isinstance(number.den, int):
            up = shared // number.den
            scaled, more = times(frame, (scaled, more), (up, up))
        else:
            den = np.where(rows, den_by_row(number), den)
        # what no part asks for is void, so the first part may stand everywhere
        num, most = scaled if num is None else np.where(rows, scaled, num), max(most, more)
        there = there | (rows & number.there)
    return Exact(frame, num, den, there, most)


def _one_each(dens: Sequence[Any]) -> bool:
    return all(isinstance(den, int) for den in dens)


def _words(frame: Frame, parts: Sequence[Part]) -> Words:
    columns = [(rows, Words.of(frame, value)) for rows, value in parts if value is not None]
    words = tuple(dict.fromkeys(word for _, column in columns for word in column.words))
    codes = np.full(frame.count, -1, dtype=np.int32)
    for rows, column in columns:
        codes = np.where(rows, column.coded_by(words), codes)
    return Words(frame, codes, words)


def _days(frame: Frame, parts: Sequence[Part]) -> Days:
    days, there = np.zeros(frame.count, dtype=np.int64), frame.full(False)
    for rows, value in parts:
        if value is None:
            continue
        column = Days.of(frame, value)
        days, there = np.where(rows, column.days, days), there | (rows & column.there)
    return Days(frame, days, there)
