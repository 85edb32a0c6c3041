"""Sources and columns that begin to speak, and that speak of firms in arrears more than any source should.

A leak looks like a gift: a list that names those who are about to stop paying. What gives it away is that it
was silent before, and that a large share of the firms it names is in arrears already, or soon after.
"""

from collections.abc import Iterator

from scipy.stats import binom

from features.catalogue import source_named
from models.monitoring.alert import Alert, told
from models.monitoring.limits import Limits
from models.monitoring.month import MonthFigures

YEAR = 12
NEWS = 3
"""Months for which a source that has begun to speak is news."""
JUMP = 1.5
"""So many times the worst month of the year before: courts, too, have months with more of them."""
EMPTY, FILLED = 0.02, 0.05
"""A column is empty below the one share of rows, and filled from the other on."""


def leaks(history: list[MonthFigures], limits: Limits) -> Iterator[Alert]:
    """Sources that begin to speak, columns that begin to be filled, sources that change whom they name."""
    base = _base(history[-1])
    for name in history[-1].sources:
        if source_named(name).outcome:
            continue
        found = _awake(history, name, base, limits) or _column(history, name, base, limits)
        found = found or _jumped(history, name, base, limits)
        if found is not None:
            yield found


def _base(month: MonthFigures) -> float:
    """Share in arrears of the firms with a loan that the largest sources name: of nearly all firms."""
    told_ = [one.late["0"] for one in month.sources.values() if one.late.get("0")]
    most = sorted(told_, key=lambda pair: -pair[0])[:3]
    return sum(late for _, late in most) / max(1, sum(firms for firms, _ in most))


def _before(history: list[MonthFigures], limits: Limits) -> Iterator[tuple[MonthFigures, list[MonthFigures]]]:
    """The months in which news may lie, the oldest first, each with the year before it."""
    for back in range(min(NEWS, len(history)) - 1, -1, -1):
        before = history[: len(history) - 1 - back][-YEAR:]
        if len(before) >= limits["months_of_history"]:
            yield history[-1 - back], before


def _awake(history: list[MonthFigures], name: str, base: float, limits: Limits) -> Alert | None:
    """A source that brings many rows after a year of nearly none."""
    for month, before in _before(history, limits):
        usual, rows = max(one.source(name).rows for one in before), month.source(name).rows
        if rows < max(limits["leak_least_rows"], limits["leak_times"] * usual):
            continue
        if _recurs(history, name, month, rows):
            continue
        firms, late = _named(history, name, month)
        guilty = _follows(firms, late, base, limits)
        facts = {"rows": rows, "usual": usual, "firms": firms, "late": late / max(firms, 1), "base": base}
        case = "what" if guilty else "quiet"
        return told(
            "leak", name, month.month, 0.999 if guilty else 0.5, needs_person=guilty, case=case, **facts
        )
    return None


def _recurs(history: list[MonthFigures], name: str, month: MonthFigures, rows: int) -> bool:
    """Whether the same season brought as much a year ago: yearly sources speak once a year."""
    place = history.index(month)
    seasons = [history[at] for at in range(place - YEAR - 2, place - YEAR + 3) if 0 <= at < place]
    yearly = source_named(name).frequency in ("yearly", "quarterly", "once")
    return yearly and (not seasons or max(one.source(name).rows for one in seasons) > rows / 5)


def _named(history: list[MonthFigures], name: str, since: MonthFigures) -> tuple[int, int]:
    """Firms with a loan among the arrivals since a month, and how many of them are in arrears now."""
    ages = len(history) - history.index(since)
    now = history[-1].source(name).late
    pairs = [now.get(str(age), [0, 0]) for age in range(ages)]
    return sum(firms for firms, _ in pairs), sum(late for _, late in pairs)


def _follows(firms: int, late: int, base: float, limits: Limits) -> bool:
    """Whether so many of the firms are in arrears that chance and the usual share do not explain it."""
    if firms < limits["leak_least_firms"] or late < limits["leak_lift"] * base * firms:
        return False
    return float(binom.sf(late - 1, firms, min(base, 1.0))) < limits["leak_chance"]


def _column(history: list[MonthFigures], name: str, base: float, limits: Limits) -> Alert | None:
    """A column that was always empty and now has values."""
    month, before = history[-1], history[:-1][-YEAR:]
    now = month.source(name)
    if len(before) < limits["months_of_history"]:
        return None
    for column, rows in now.filled.items():
        if rows < max(limits["leak_least_rows"], FILLED * now.rows):
            continue
        if any(one.source(name).filled.get(column, 0) > EMPTY * one.source(name).rows for one in before):
            continue
        if not any(one.source(name).rows for one in before):
            continue
        firms, late = now.late_filled.get(column, [0, 0])
        if _follows(firms, late, base, limits):
            share = late / max(firms, 1)
            facts = {"column": column, "rows": rows, "firms": firms, "late": share, "base": base}
            return told("leak", name, month.month, 0.99, needs_person=True, case="column", **facts)
    return None


def _jumped(history: list[MonthFigures], name: str, base: float, limits: Limits) -> Alert | None:
    """A source that names firms in arrears far more than it used to."""
    month, before = history[-1], history[:-1][-YEAR:]
    past = [one.source(name).late["0"] for one in before if one.source(name).late.get("0")]
    firms, late = month.source(name).late.get("0", [0, 0])
    if len(past) < limits["months_of_history"] or not firms:
        return None
    usual = max(sum(one[1] for one in past) / max(1, sum(one[0] for one in past)), base)
    least = max((one[1] / one[0] for one in past if one[0] >= limits["leak_least_firms"]), default=usual)
    share = late / firms
    calm = firms < limits["leak_least_firms"] or share <= JUMP * max(least, usual)
    if calm or float(binom.sf(late - 1, firms, min(usual, 1.0))) >= limits["leak_chance"]:
        return None
    facts = {"firms": firms, "late": share, "usual_late": usual}
    return told("leak", name, month.month, 0.97, needs_person=True, case="lift", **facts)
