"""Sources that stop or come late, and rows that are withdrawn all at once."""

from collections.abc import Iterator
from datetime import date
from itertools import takewhile

from features.catalogue import source_named
from features.rhythm import is_late
from models.monitoring.alert import Alert, told
from models.monitoring.limits import Limits
from models.monitoring.month import MonthFigures, known_by_lag

History = list[MonthFigures]

YEAR = 12
LABELS = ("loan_performance",)
"""Sources whose silence is not that of a department: no outcome is known without them."""
REGULAR = ("daily", "weekly", "monthly")
SEASONAL = ("quarterly", "yearly")
LATEST_LAG = 3
"""Months after its events by which a delivery of a regular source is looked for."""
GRACE_MONTHS = 2
"""Months for which a seasonal source is overdue before a person is asked: a late department is no trouble."""
SILENT_AT_MOST = 12
"""Months for which a stopped source is told as such."""


def stopped(history: History, limits: Limits) -> Iterator[Alert]:
    """Sources that no longer bring what they brought in each of the last months, and those that are late."""
    for name in history[-1].sources:
        found = _silence(history, name, limits)
        if found is not None:
            yield found


def _silence(history: History, name: str, limits: Limits) -> Alert | None:
    frequency = source_named(name).frequency
    if frequency in SEASONAL:
        return _overdue(history, name, limits)
    regular = frequency in REGULAR
    views = range(LATEST_LAG + 1) if regular else (None,)
    told_late = None
    for lag in views:
        counts, last = _series(history, name, lag)
        run = silent_run(counts, limits)
        if run:
            return _told(name, history[last - run + 1], counts, run, regular=regular)
        if regular and lag and told_late is None:
            told_late = _late(name, history[last], counts, limits)
    return told_late


def _series(history: History, name: str, lag: int | None) -> tuple[list[int], int]:
    """Counts, newest first, and the place of the newest: by event month, or by the month of arrival."""
    if lag is None:
        return [month.source(name).rows for month in reversed(history)], len(history) - 1
    counts = (known_by_lag(history, name, back, lag) for back in range(lag, len(history)))
    return [count for count in counts if count is not None], len(history) - 1 - lag


def silent_run(counts: list[int], limits: Limits) -> int:
    """For how many months, counted from the newest, nearly nothing came; 0 where something did.

    The months before must all have had their share: a source that often brings nothing is not silent now.

    >>> from models.monitoring.limits import limits as shipped
    >>> silent_run([0, 1, 90, 80, 85, 99, 90, 88, 91], shipped())
    2
    >>> silent_run([0, 90, 0, 85, 0, 90, 88, 0, 80], shipped())
    0
    """
    for run in range(1, SILENT_AT_MOST + 1):
        before = counts[run : run + YEAR]
        if len(before) < limits["months_of_history"]:
            return 0
        least = min(before)
        enough = least >= limits["silent_least_rows"]
        if enough and max(counts[:run]) <= limits["silent_share"] * least:
            return run
    return 0


def _overdue(history: History, name: str, limits: Limits) -> Alert | None:
    """A seasonal source that is behind its calendar: to be watched, and a matter for a person if it stays so.

    It must have brought rows before; a source that never came is none that stops.
    """
    most = max((month.source(name).rows for month in history[:-1]), default=0)
    run = _months_overdue(history, name)
    if not run or most < limits["silent_least_rows"]:
        return None
    since, found = history[-run].month, history[-1].source(name).rows
    if run < GRACE_MONTHS:
        facts = {"expected": 1, "found": found}
        return told("source_late", name, since, 0.7, needs_person=False, case="season", **facts)
    return told("source_stops", name, since, 0.9, needs_person=True, case="season", found=found)


def _months_overdue(history: History, name: str) -> int:
    """At how many month ends in a row until the newest a source was overdue by what was known then."""
    ends = range(len(history), 0, -1)
    return sum(1 for _ in takewhile(lambda end: _is_overdue(history[:end], name), ends))


def _is_overdue(history: History, name: str) -> bool:
    """Whether the newest event known of a source is older than its calendar explains."""
    events = [month.source(name).newest for month in history]
    newest = max((date.fromisoformat(one[:10]) for one in events if one), default=None)
    return bool(is_late(name, newest, date.fromisoformat(history[-1].as_of)))


def _told(name: str, since: MonthFigures, counts: list[int], run: int, *, regular: bool) -> Alert:
    expected = min(counts[run : run + YEAR])
    kind = "labels_late" if name in LABELS else "source_stops"
    how_sure = 0.999 if run > 1 or not counts[0] else 0.95
    # an event may not have happened: of a source without a rhythm one month says less
    sure = how_sure if regular else how_sure - 0.02
    return told(kind, name, since.month, sure, needs_person=True, expected=expected, found=max(counts[:run]))


def _late(name: str, month: MonthFigures, counts: list[int], limits: Limits) -> Alert | None:
    before = counts[1 : 1 + YEAR]
    if len(before) < limits["months_of_history"] or min(before) < limits["silent_least_rows"]:
        return None
    if counts[0] > limits["late_share"] * min(before):
        return None
    expected, found = min(before), counts[0]
    return told("source_late", name, month.month, 0.8, needs_person=False, expected=expected, found=found)


def withdrawn(history: History, limits: Limits) -> Iterator[Alert]:
    """Sources of which far more rows were withdrawn than in any month of the year before.

    It is told for two months, because a campaign of the month before is news as long as no one has looked.
    """
    for name in history[-1].sources:
        for back in (0, 1):
            usual = _most_withdrawn_before(history, back, name)
            if usual is None or back >= len(history):
                continue
            month = history[-1 - back]
            count = month.source(name).withdrawn
            if count >= max(limits["withdrawn_least_rows"], limits["withdrawn_times"] * usual):
                sure = 0.999 if count >= 2 * limits["withdrawn_times"] * max(usual, 1) else 0.97
                yield told(
                    "repairs_withdraw",
                    name,
                    month.month,
                    sure,
                    needs_person=True,
                    withdrawn=count,
                    usual=usual,
                )
                break


def _most_withdrawn_before(history: History, back: int, name: str) -> int | None:
    """The most of the twelve months before a month; None without a history."""
    earlier = history[: len(history) - 1 - back][-YEAR:]
    return max(one.source(name).withdrawn for one in earlier) if len(earlier) >= YEAR // 2 else None
