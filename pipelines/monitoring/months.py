"""Which days end the months before an as-of day."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Self

import pandas as pd


@dataclass(frozen=True, slots=True)
class Months:
    """The ends of months in their order, the as-of day last.

    Attributes:
        ends: Last day of each month.
        before: The day that ended the month before the first.
    """

    ends: tuple[date, ...]
    before: date

    @classmethod
    def until(cls, day: date, count: int) -> Self:
        """So many months that end with a day; where it ends a calendar month, all of them do.

        >>> [str(one) for one in Months.until(date(2026, 2, 28), 3).ends]
        ['2025-12-31', '2026-01-31', '2026-02-28']
        >>> [str(one) for one in Months.until(date(2026, 2, 15), 2).ends]
        ['2026-01-15', '2026-02-15']
        """
        before, *ends = (month_before(day, back) for back in range(count, -1, -1))
        return cls(tuple(ends), before)

    @property
    def pairs(self) -> list[tuple[date, date]]:
        """Each month as (the day before it, its last day)."""
        return list(pairwise((self.before, *self.ends)))

    def number(self, column: str) -> str:
        """SQL: the place of a day among the months, counted back from the last (0); null outside of them."""
        cases = " ".join(
            f"WHEN {column} > DATE '{after}' THEN {number}"
            for number, (after, _) in enumerate(reversed(self.pairs))
        )
        return f"CASE WHEN {column} > DATE '{self.ends[-1]}' THEN NULL {cases} END"


def month_before(day: date, months: int) -> date:
    """The same day some months earlier; the last of a month stays the last of its month.

    >>> str(month_before(date(2026, 2, 28), 1)), str(month_before(date(2026, 3, 30), 1))
    ('2026-01-31', '2026-02-28')
    """
    at = pd.Timestamp(day)
    back = at - pd.offsets.MonthEnd(months) if at.is_month_end else at - pd.DateOffset(months=months)
    return date(back.year, back.month, back.day)
