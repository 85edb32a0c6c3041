"""Whether banks decided on recommended firms in time: the clock of measure 1 over many recommendations."""

from collections.abc import Iterable
from datetime import date, timedelta

import pandas as pd

from serving.policy.kinds import SlaStatus
from serving.policy.law import Law
from serving.policy.sla import clock

Days = tuple[date | None, date | None, date | None]
"""Recommended, documents complete, decided; None where it is not known."""

DAYS = ("event_date", "documents_date", "decided_date")


def clocks(asked: Iterable[Days], law: Law, report_lag_days: int) -> pd.DataFrame:
    """Whether each decision came in time, by the rule of the law's day for all of them.

    Args:
        asked: The days of recommendations, each combination once.
        law: The law of the day of the question.
        report_lag_days: Days in which the report of a decision may still be on its way.

    Returns:
        `event_date`, `documents_date`, `decided_date` and `in_time`: missing while the clock runs, while a
        report may be on its way, and where the clock cannot be read.
    """
    rows = [(*days, in_time(days, law, report_lag_days)) for days in asked]
    table = pd.DataFrame(rows, columns=[*DAYS, "in_time"])
    return table.astype({**dict.fromkeys(DAYS, "datetime64[s]"), "in_time": "boolean"})


def in_time(days: Days, law: Law, report_lag_days: int) -> bool | None:
    """Whether a decision came in time; None while that is not known."""
    recommended, complete, decided = days
    read = clock(law, recommended_on=recommended, documents_complete_on=complete, decided_on=decided)
    if read.status is SlaStatus.OVERDUE and read.due_date is not None:
        on_its_way = law.day <= read.due_date + timedelta(days=report_lag_days)
        return None if on_its_way else False
    return {SlaStatus.DECIDED_IN_TIME: True, SlaStatus.DECIDED_LATE: False}.get(read.status)  # type: ignore[arg-type]
