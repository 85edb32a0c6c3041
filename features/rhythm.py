"""When rows of a source are due: by its rhythm, its usual lag and the calendar of those who file.

A department that is not due yet is not late, and a month in which nothing is due is no silence. The catalogue
tells rhythm and usual lag; `features/rhythm.yaml` adds the calendar.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from features.catalogue import source_named
from features.yaml_text import read_yaml

MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}
"""Months of a period; days and weeks are counted in days."""
DAYS = {"daily": 1, "weekly": 7}
DECEMBER, SUNDAY = 12, 7


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The rhythm of one source.

    Attributes:
        source: Its name in the catalogue.
        frequency: As the catalogue tells it.
        usual_lag_days: Days by which a row usually follows the end of its period.
        patience: So many usual lags after the end of a period its delivery is late.
        posting_days: Days after the last month of filing until the rows are there.
        year_ends_in: Month in which the year of a yearly source ends.
        filed: First and last month of filing, counted from the end of the period; None where only the usual
            lag is known.
        quarterly_in: Months in which those who declare by the quarter declare.
        cites: The rule, or who has yet to confirm it.
    """

    source: str
    frequency: str
    usual_lag_days: int
    patience: float
    posting_days: int
    year_ends_in: int = DECEMBER
    filed: tuple[int, int] | None = None
    quarterly_in: tuple[int, ...] = ()
    cites: str = ""

    @property
    def has_periods(self) -> bool:
        """Whether deliveries follow one another by the calendar; events have no rhythm."""
        return self.frequency in MONTHS or self.frequency in DAYS

    def period_end(self, day: date) -> date:
        """Return the last day of the period in which a day lies."""
        if self.frequency in DAYS:
            return day if self.frequency == "daily" else day + timedelta(days=SUNDAY - day.isoweekday())
        length = MONTHS[self.frequency]
        last = self.year_ends_in % length
        return _month_end(day, (last - day.month) % length)

    def period_begin(self, end: date) -> date:
        """Return the first day of the period that ends on a day."""
        if self.frequency in DAYS:
            return end - timedelta(days=DAYS[self.frequency] - 1)
        return _month_end(end, -MONTHS[self.frequency]) + timedelta(days=1)

    def opens(self, end: date) -> date:
        """Return the first day on which rows of a period that ends on a day are usually seen."""
        if self.filed is not None:
            return _month_end(end, self.filed[0] - 1) + timedelta(days=1)
        return end + timedelta(days=round(max(0.0, 2 - self.patience) * self.usual_lag_days))

    def due(self, end: date) -> date:
        """Return the day by which the rows of a period that ends on a day should be known."""
        if self.filed is not None:
            return _month_end(end, self.filed[1]) + timedelta(days=self.posting_days)
        return end + timedelta(days=round(self.patience * self.usual_lag_days))

    def previous(self, end: date) -> date:
        """Return the end of the period before the one that ends on a day."""
        return self.period_begin(end) - timedelta(days=1)


def rhythm_of(source: str) -> Rhythm:
    """Return the rhythm of a source of the catalogue.

    Raises:
        RecipeError: The catalogue has no such source.
    """
    told = source_named(source)
    calendar = _calendar()
    own = dict(calendar["sources"].get(source, {}))
    for name in ("filed", "quarterly_in"):
        if name in own:
            own[name] = tuple(own[name])
    return Rhythm(source, told.frequency, told.usual_lag_days, **calendar["default"], **own)


def expected_newest(source: str, day: date) -> date | None:
    """Return the end of the newest period of which rows should be known on a day; None for sources of events.

    Newer rows may be there: of a year that is still being filed, those who file early.

    >>> str(expected_newest("tax_credit_grade", date(2026, 4, 20)))
    '2024-12-31'
    >>> str(expected_newest("tax_credit_grade", date(2026, 5, 10)))
    '2025-12-31'
    """
    rhythm = rhythm_of(source)
    if not rhythm.has_periods:
        return None
    end = rhythm.period_end(day)
    while rhythm.due(end) > day:
        end = rhythm.previous(end)
    return end


def is_late(source: str, newest: date | None, day: date) -> bool | None:
    """Return whether a source is further behind on a day than its rhythm explains.

    Args:
        source: Its name.
        newest: The newest event known of it; None where nothing is known.
        day: The day of the question.

    Returns:
        None where nothing can be said: of events, and where nothing is known at all.
    """
    expected = expected_newest(source, day)
    if expected is None or newest is None:
        return None
    return newest < rhythm_of(source).period_begin(expected)


def is_due(source: str, month: date) -> bool:
    """Return whether rows of a source are to be looked for in the month of a day.

    False means that a silent month is as it should be: grades outside April, annual reports after June.
    Always true for events, which may come in any month.

    >>> [month for month in range(1, 13) if is_due("annual_report", date(2026, month, 1))]
    [1, 2, 3, 4, 5, 6]
    """
    rhythm = rhythm_of(source)
    if not rhythm.has_periods:
        return True
    first, last = month.replace(day=1), _month_end(month, 0)
    end = rhythm.period_end(last)
    while rhythm.opens(end) > last:
        end = rhythm.previous(end)
    return _closes(rhythm, end) >= first


def declares_by_quarter(source: str, month: date) -> bool:
    """Return whether those who declare to a source by the quarter do so in the month of a day."""
    return month.month in rhythm_of(source).quarterly_in


def _closes(rhythm: Rhythm, end: date) -> date:
    """Return the last day on which rows of a period are usual; what is posted days later is nothing new."""
    return _month_end(end, rhythm.filed[1]) if rhythm.filed is not None else rhythm.due(end)


def _month_end(day: date, months: int) -> date:
    """Return the last day of the month so many months after that of a day."""
    number = day.year * 12 + day.month + months
    return date(number // 12, number % 12 + 1, 1) - timedelta(days=1)


@cache
def _calendar() -> dict[str, Any]:
    text = (files("features") / "rhythm.yaml").read_text("utf-8")
    calendar: dict[str, Any] = read_yaml(text)
    return calendar
