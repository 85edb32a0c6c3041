"""Counting days as loans do: the first day bears interest, the last one does not.

Each function takes one firm's day or a column of many firms' days.
"""

from datetime import date
from typing import Any

from serving.policy.logic import Column, least, most

FEBRUARY = 2


def days_between(start: Any, end: Any) -> Any:
    """Days from `start` (counted) to `end` (not counted); below zero if it lies before.

    >>> days_between(date(2026, 1, 1), date(2026, 1, 31))
    30
    """
    gone = end - start
    return gone if isinstance(gone, Column) else gone.days


def days_within_year(start: Any, end: Any, year: int) -> Any:
    """Days from `start` (counted) to `end` (not counted) that lie in a calendar year; 0 if none does.

    >>> days_within_year(date(2025, 7, 1), date(2026, 7, 1), 2026)
    181
    """
    first = most(start, date(year, 1, 1))
    last = least(end, date(year + 1, 1, 1))
    return most(days_between(first, last), 0)


def years_after(day: Any, years: int) -> Any:
    """The same day some years on; 29 February becomes 28 where there is none (Civil Code art. 202).

    >>> years_after(date(2024, 2, 29), 1)
    datetime.date(2025, 2, 28)
    """
    if isinstance(day, Column):
        return day.years_after(years)  # type: ignore[attr-defined]
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
