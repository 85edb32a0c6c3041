"""The city's time: a run of whole months that ends on a given day."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from features.city.arrays import Floats, Ints

JANUARY_FESTIVALS = frozenset({2012, 2014, 2017, 2020, 2023, 2025, 2028, 2031})
"""Years whose Spring Festival falls in January; in every other year it falls in February."""

USUAL_SEASON = (0.97, 0.97, 1.02, 1.0, 1.0, 1.02, 0.99, 0.98, 1.04, 1.02, 1.05, 1.10)
"""Turnover of a calendar month over that of an average month, festival apart."""

FESTIVAL_DIP = 0.70
"""Turnover of the festival month over that of the same month without a festival."""


@dataclass(frozen=True)
class Months:
    """Consecutive months, counted from 0; days are counted from 1970-01-01.

    Args:
        last: The month that ends the run, given by any of its days.
        count: How many months the run has.
    """

    last: date
    count: int

    @property
    def first_number(self) -> int:
        """Months from 1970-01 to the first month of the run."""
        return (self.last.year - 1970) * 12 + self.last.month - self.count

    def start(self, month: Ints) -> Ints:
        """Return the first day of each month; months before and after the run count on."""
        numbers = (month + self.first_number).astype("datetime64[M]")
        return numbers.astype("datetime64[D]").astype(np.int64)

    def end(self, month: Ints) -> Ints:
        """Return the last day of each month."""
        return self.start(month + 1) - 1

    def month_of(self, day: Ints) -> Ints:
        """Return the month of the run in which each day lies; negative before the run."""
        number = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        return number - self.first_number

    @property
    def first_day(self) -> int:
        """First day of the run."""
        return int(self.start(np.array([0]))[0])

    @property
    def last_day(self) -> int:
        """Last day of the run; nothing in the files was known later."""
        return int(self.end(np.array([self.count - 1]))[0])

    def calendar_month(self, month: Ints) -> Ints:
        """Return the month of the year, 1 to 12."""
        return (month + self.first_number) % 12 + 1

    def year(self, month: Ints) -> Ints:
        """Return the calendar year of each month."""
        return (month + self.first_number) // 12 + 1970

    def season(self) -> Floats:
        """Return the turnover of every month of the run over an average month; shape (months,)."""
        months = np.arange(self.count)
        usual = np.array(USUAL_SEASON)[self.calendar_month(months) - 1]
        in_january = np.isin(self.year(months), list(JANUARY_FESTIVALS))
        festival = np.where(in_january, 1, 2) == self.calendar_month(months)
        return np.where(festival, usual * FESTIVAL_DIP, usual).astype(np.float32)


def day_number(day: date) -> int:
    """Return the days from 1970-01-01 to a day."""
    return (day - date(1970, 1, 1)).days
