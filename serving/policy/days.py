"""Counting days as loans do: the first day bears interest, the last one does not."""

from datetime import date

FEBRUARY = 2


def days_within_year(start: date, end: date, year: int) -> int:
    """Days from `start` (counted) to `end` (not counted) that lie in a calendar year; 0 if none does.

    >>> days_within_year(date(2025, 7, 1), date(2026, 7, 1), 2026)
    181
    """
    first = max(start, date(year, 1, 1))
    last = min(end, date(year + 1, 1, 1))
    return max((last - first).days, 0)


def years_after(day: date, years: int) -> date:
    """The same day some years on; 29 February becomes 28 where there is none (Civil Code art. 202).

    >>> years_after(date(2024, 2, 29), 1)
    datetime.date(2025, 2, 28)
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
