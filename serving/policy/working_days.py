"""Working days in China and the last day of a period, counted as the Civil Code counts.

民法典第二百零一条: the first day is not counted. 第二百零三条: a last day on which nobody works moves to the
next working day. Days off are those that were really taken: weekends and holidays without the weekends worked
in their stead, as the State Council announces them year by year. A year not announced yet is not known.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

import chinese_calendar

ONE_DAY = timedelta(days=1)


class Counting(StrEnum):
    """日历日, 工作日: which days of a period count."""

    CALENDAR = "CALENDAR"
    WORKING = "WORKING"


@dataclass(frozen=True, slots=True)
class LastDay:
    """The last day of a period.

    Attributes:
        day: The day; where a year is not known, the one that was counted, not moved; None where working days
            run through a year that is not known.
        moved_from: The day off from which it was moved; None where it was not.
        unknown_year: The year whose days off are not known yet; None where all were.
    """

    day: date | None
    moved_from: date | None = None
    unknown_year: int | None = None


@lru_cache(maxsize=4096)
def is_working_day(day: date) -> bool | None:
    """Whether a day is worked in China; None for a year whose days off were not announced.

    >>> is_working_day(date(2025, 10, 8)), is_working_day(date(2025, 10, 11))
    (False, True)
    """
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


def last_day(start: date, days: int, counting: Counting) -> LastDay:
    """The last day of a period of so many days that begins on the day after `start`.

    >>> str(last_day(date(2025, 3, 3), 7, Counting.CALENDAR).day)
    '2025-03-10'
    >>> str(last_day(date(2025, 3, 3), 7, Counting.WORKING).day)
    '2025-03-12'
    """
    if counting is Counting.WORKING:
        return _after_working_days(start, days)
    return _moved(start + timedelta(days=days))


def _moved(counted: date) -> LastDay:
    day = counted
    while (worked := is_working_day(day)) is False:
        day += ONE_DAY
    if worked is None:
        return LastDay(counted, unknown_year=day.year)
    return LastDay(day, moved_from=counted if day != counted else None)


def _after_working_days(start: date, days: int) -> LastDay:
    day, left = start, days
    while left:
        day += ONE_DAY
        worked = is_working_day(day)
        if worked is None:
            return LastDay(None, unknown_year=day.year)
        left -= worked
    return LastDay(day)
