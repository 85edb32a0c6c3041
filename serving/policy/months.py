"""Counting calendar months, as the Civil Code does (民法典第二百零二条)."""

from calendar import monthrange
from datetime import date

MONTHS = 12


def months_before(day: date, months: int) -> date:
    """The same day some months earlier; the last of the month where there is none (Civil Code art. 202).

    >>> months_before(date(2026, 3, 31), 1), months_before(date(2026, 1, 15), 12)
    (datetime.date(2026, 2, 28), datetime.date(2025, 1, 15))
    """
    years, month = divmod(day.month - 1 - months, MONTHS)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def whole_months_between(start: date, end: date) -> int:
    """Months that have passed from one day to another, the one that has begun not counted.

    >>> whole_months_between(date(2026, 1, 15), date(2026, 11, 14))
    9
    """
    months = (end.year - start.year) * MONTHS + end.month - start.month
    return months if months_before(end, months) >= start else months - 1
