"""The months until a day: kept ones as they are, and those that are not kept from the lake, all at once."""

from datetime import date

from features.session import Session
from models.monitoring.month import MonthFigures
from pipelines.monitoring.arrivals import arrived
from pipelines.monitoring.firms import firm_months
from pipelines.monitoring.given import Given, refuse_empty
from pipelines.monitoring.kept import read_month
from pipelines.monitoring.months import Months
from pipelines.steps import Steps

LENGTH = 25
"""Months held against each other: two years, so that every month has the same one a year before."""


def history_of(given: Given, steps: Steps) -> tuple[list[MonthFigures], list[MonthFigures]]:
    """The months until the as-of day, the newest from the lake alone; and those that were not kept yet.

    Months before the first row of the lake are left out.

    Raises:
        LakeError: Nothing arrived in the newest month.
    """
    ends = Months.until(given.day, LENGTH).ends
    kept = {end: found for end in ends[:-1] if (found := read_month(given.home, end)) is not None}
    first = next(place for place, end in enumerate(ends) if end not in kept)
    made = _from_lake(given, Months.until(given.day, LENGTH - first), steps)
    refuse_empty(given, _rows(made[ends[-1]]))
    months = [kept.get(end) or made[end] for end in ends]
    new = [made[end] for end in ends[:-1] if end not in kept and _rows(made[end])]
    begun = next(place for place, month in enumerate(months) if _rows(month))
    return months[begun:], new


def _from_lake(given: Given, months: Months, steps: Steps) -> dict[date, MonthFigures]:
    sources = sorted(given.scope.sources)
    session = Session(given.home)
    sourced = arrived(session, given.home, sources, months, steps.say)
    firms = firm_months(session, set(sources), months)
    return {
        end: MonthFigures(as_of=str(end), sources=of_sources, **dict(of_firms))
        for end, of_sources, of_firms in zip(months.ends, sourced, firms, strict=True)
    }


def _rows(month: MonthFigures) -> int:
    return sum(one.rows + one.withdrawn for one in month.sources.values())
