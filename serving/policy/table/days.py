"""Columns of days."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from operator import eq, ge, gt, le, lt
from typing import Any

import numpy as np

from serving.policy.days import FEBRUARY
from serving.policy.logic import Column
from serving.policy.table.exact import Exact
from serving.policy.table.frame import Array, Frame
from serving.policy.table.truth import Truths

FIRST = date(1970, 1, 1).toordinal()


class Days(Column):
    """One day a row.

    Args:
        frame: The rows.
        days: Days since 1970-01-01.
        there: Where it is known.
    """

    __slots__ = ("_later", "days", "frame", "there")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, frame: Frame, days: Array, there: Array) -> None:
        self.frame = frame
        self.days = days
        self.there = there
        self._later: dict[int, Days] = {}

    @classmethod
    def of(cls, frame: Frame, value: Any) -> "Days":
        """A column of one day; None is unknown."""
        if isinstance(value, Days):
            return value
        days = np.full(frame.count, 0 if value is None else numbered(value), dtype=np.int64)
        return cls(frame, days, frame.full(value is not None))

    def __le__(self, other: Any) -> Any:
        return self._compared(other, le)

    def __lt__(self, other: Any) -> Any:
        return self._compared(other, lt)

    def __ge__(self, other: Any) -> Any:
        return self._compared(other, ge)

    def __gt__(self, other: Any) -> Any:
        return self._compared(other, gt)

    def __eq__(self, other: object) -> Any:
        """Equality as Python has it: what is not known equals no day."""
        same = self._compared(other, eq)
        return same if same is NotImplemented else Truths(self.frame, same.yes, ~same.yes)

    def __ne__(self, other: object) -> Any:
        same = self.__eq__(other)
        return same if same is NotImplemented else ~same

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, timedelta):
            return NotImplemented
        return Days(self.frame, self.days + other.days, self.there)

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, timedelta):
            return Days(self.frame, self.days - other.days, self.there)
        return self.since(other) if isinstance(other, (date, Days)) else NotImplemented

    def __rsub__(self, other: Any) -> Any:
        return Days.of(self.frame, other).since(self) if isinstance(other, date) else NotImplemented

    def since(self, other: Any) -> Exact:
        """Days that have gone by since another day."""
        earlier = Days.of(self.frame, other)
        return Exact(self.frame, _whole(self.days - earlier.days, self.frame), 1, self.there & earlier.there)

    def years_after(self, years: int) -> "Days":
        """The same day some years on; 29 February becomes 28 where there is none."""
        if years not in self._later:
            self._later[years] = self._years_after(years)
        return self._later[years]

    def _years_after(self, years: int) -> "Days":
        return Days(self.frame, self.mapped(lambda days: _later(days, years)), self.there)

    def mapped(self, work: Callable[[Array], Array]) -> Array:
        """What `work` makes of the days; each different day once, where they lie close to each other."""
        days = self.days
        first, last = (int(days.min()), int(days.max())) if len(days) else (0, 0)
        if last - first >= len(days):
            return work(days)
        return work(np.arange(first, last + 1)).take(days - first)

    def among(self, words: Collection[Any]) -> Truths:
        """Which values are one of a list of days."""
        same = np.isin(self.days, [numbered(day) for day in words if day is not None]) & self.there
        return Truths(self.frame, same, ~same)

    def by_word(self, cases: Mapping[Any, Any]) -> Any:
        """What stands beside each day."""
        from serving.policy.table.choosing import merged

        rows = {day: (self == day).yes for day in cases}
        return merged(self.frame, [(rows[day], self.frame.ask(rows[day], cases[day])) for day in cases])

    def _compared(self, other: object, how: Callable[[Any, Any], Any]) -> Any:
        days: Any
        if isinstance(other, Days):
            days, there = other.days, self.there & other.there
        elif isinstance(other, date):
            days, there = numbered(other), self.there
        else:
            return NotImplemented
        holds = how(self.days, days)
        return Truths(self.frame, holds & there, ~holds & there)


def _later(days: Array, years: int) -> Array:
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    day = days - months.astype("datetime64[D]").astype(np.int64)
    later = months + 12 * years
    first = later.astype("datetime64[D]").astype(np.int64)
    length = (later + 1).astype("datetime64[D]").astype(np.int64) - first
    february = months.astype(np.int64) % 12 == FEBRUARY - 1
    return first + np.where(february, np.minimum(day, length - 1), day)


def numbered(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - FIRST


def _whole(num: Array, frame: Frame) -> Array:
    return num.astype(object if frame.unbounded else np.int64)
