"""Recommendations that wait for a bank's decision, with the clock of measure 1 on each."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pandas as pd

from features.catalogue import source_named
from features.session import Session
from serving.policy.kinds import SlaStatus
from serving.policy.law import Law
from serving.policy.sla import clock

OPEN = """
SELECT record_id, entity_id, bank, CAST(amount_cny AS VARCHAR) AS amount_cny, event_date, documents_date
FROM {known} WHERE decided_date IS NULL ORDER BY event_date, record_id
"""


@dataclass(frozen=True, slots=True)
class OpenOne:
    """A recommendation without a decision known on the day.

    Attributes:
        due_date: Last day for a decision in time; None where the clock has not begun or cannot be read.
        status: None in the same cases.
        days: Days until the last day; negative once it is past.
        notes: What was assumed of the clock, in Chinese.
    """

    record_id: str
    entity_id: str
    bank: str
    amount_cny: Decimal
    recommended_on: date
    documents_complete_on: date | None
    start: date | None
    due_date: date | None
    status: SlaStatus | None
    days: int | None
    notes: tuple[str, ...]


def open_ones(session: Session, firms: set[str], law: Law) -> tuple[OpenOne, ...]:
    """The open recommendations of some firms, by what is to be done next.

    In time come first, those due soonest before the others; then those that are late, the newest before the
    others; last those whose clock has not begun or cannot be read.
    """
    known = session.ask(source_named("loan_recommendation"), OPEN).reset_index()
    rows = known[known["entity_id"].isin(firms)].to_dict("records")
    found = [_open(row, law) for row in rows]
    return tuple(sorted(found, key=_urgency))


def _urgency(one: OpenOne) -> tuple[int, int, str]:
    if one.days is None:
        return 2, 0, one.record_id
    return (0, one.days, one.record_id) if one.days >= 0 else (1, -one.days, one.record_id)


def _open(row: dict[str, object], law: Law) -> OpenOne:
    recommended, documents = _day(row["event_date"]), _day(row["documents_date"])
    read = clock(law, recommended_on=recommended, documents_complete_on=documents)
    return OpenOne(
        record_id=str(row["record_id"]),
        entity_id=str(row["entity_id"]),
        bank=str(row["bank"]),
        amount_cny=Decimal(str(row["amount_cny"])),
        recommended_on=recommended or date.max,
        documents_complete_on=documents,
        start=read.start,
        due_date=read.due_date,
        status=read.status,
        days=None if read.due_date is None else (read.due_date - law.day).days,
        notes=read.notes,
    )


def _day(value: object) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()
