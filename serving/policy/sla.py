"""The clock of measure 1: by which day a bank decides on a firm that was recommended to it."""

from dataclasses import dataclass
from datetime import date

from serving.policy.kinds import SlaStatus
from serving.policy.law import Law
from serving.policy.working_days import Counting, LastDay, last_day

SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The clock of one recommendation on one day.

    Attributes:
        start: Day from which the days are counted; None where it has not come, or is not known.
        due_date: Last day on which the decision is in time; None where it cannot be said.
        status: None where the clock does not run, or the days off that decide are not known.
        notes: What was assumed, in Chinese.
    """

    start: date | None = None
    due_date: date | None = None
    status: SlaStatus | None = None
    notes: tuple[str, ...] = ()


def clock(
    law: Law,
    *,
    recommended_on: date | None,
    documents_complete_on: date | None = None,
    decided_on: date | None = None,
) -> Clock:
    """The clock on the law's day; what happened after that day is not known yet.

    The day of the recommendation itself is not counted, and a last day on which nobody works moves to the
    next working day. How days are counted and from which day are parameters.
    """
    recommended, complete, decided = (
        _known_by(law.day, day) for day in (recommended_on, documents_complete_on, decided_on)
    )
    if recommended is None:
        return Clock()
    by_documents = law.recommendation_sla_start == "DOCUMENTS_COMPLETE_ON"
    start = complete if by_documents else recommended
    if start is None:
        return Clock(notes=("资料收齐日未知，审批期限尚未起算",))
    found = last_day(start, law.recommendation_sla_days, Counting(law.recommendation_sla_calendar))
    return Clock(
        start=start, due_date=found.day, status=_status(found, decided, law.day), notes=_notes(found)
    )


def _known_by(today: date, day: date | None) -> date | None:
    return day if day is not None and day <= today else None


def _status(found: LastDay, decided: date | None, today: date) -> SlaStatus | None:
    """None where the last day is not sure and the day in question is not before it."""
    day = decided or today
    if found.day is None:
        return None
    if found.unknown_year and day > found.day:
        return None
    if decided:
        return SlaStatus.DECIDED_IN_TIME if decided <= found.day else SlaStatus.DECIDED_LATE
    if today == found.day:
        return None if found.unknown_year else SlaStatus.DUE_TODAY
    return SlaStatus.ON_TRACK if today < found.day else SlaStatus.OVERDUE


def _notes(found: LastDay) -> tuple[str, ...]:
    if found.unknown_year:
        told = "到期日未作顺延" if found.day else "到期日无法推算"
        return (f"待确认：{found.unknown_year} 年放假调休安排尚未收录，{told}",)
    if found.moved_from:
        why = "周末" if found.moved_from.weekday() >= SATURDAY else "法定节假日"
        return (f"期限最后一日 {found.moved_from} 为{why}，顺延至次一工作日",)
    return ()
