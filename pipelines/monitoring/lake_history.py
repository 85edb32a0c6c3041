"""The months until a day: kept ones as they are, and those that are not kept from the lake, all at once."""

from dataclasses import replace
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

    Of a source that was collected later, with its history, a kept month tells nothing: that source's arrivals
    are looked up, and the rest stays. Months before the first row of the lake are left out.

    Raises:
        LakeError: Nothing arrived in the newest month.
    """
    ends = Months.until(given.day, LENGTH).ends
    kept = {end: found for end in ends[:-1] if (found := read_month(given.home, end)) is not None}
    whole = {end for end, month in kept.items() if month.sources.keys() >= given.scope.sources}
    first = next(place for place, end in enumerate(ends) if end not in whole)
    made = _from_lake(given, Months.until(given.day, LENGTH - first), steps)
    refuse_empty(given, _rows(made[ends[-1]]))
    months = [_completed(kept[end], made.get(end)) if end in kept else made[end] for end in ends]
    new = [month for end, month in zip(ends[:-1], months, strict=False) if end not in whole and _rows(month)]
    begun = next(place for place, month in enumerate(months) if _rows(month))
    return months[begun:], new


def _completed(kept: MonthFigures, made: MonthFigures | None) -> MonthFigures:
    """What is kept of a month, with the sources that it does not name."""
    return kept if made is None else replace(kept, sources=made.sources | kept.sources)


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
