"""What has been kept long enough goes; the log says what went, and stays itself.

Terms and their sources stand in `terms.yaml`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Engine, Table, and_, delete, func, or_, select, tuple_

from features.errors import RequestError
from serving.records.database import reading, unhurried, writing
from serving.records.entry import Entry
from serving.records.moments import CHINA, day_in_china, moment
from serving.records.tables import ANSWERS, CONSENTS, IDEMPOTENCY, OBJECTIONS, SESSIONS, SHADOW, TOKENS
from serving.records.terms import terms
from serving.records.verify import RETENTION

if TYPE_CHECKING:
    from serving.records.records import Records

_AT_ONCE = 2000
"""Rows of one transaction: whoever answers meanwhile waits no longer than that takes."""


@dataclass(frozen=True, slots=True)
class Went:
    """What a run took away.

    Attributes:
        on: The day of the run.
        rows: So many rows of each table.
        answers_before: Answers of before this moment are gone.
    """

    on: date
    rows: dict[str, int]
    answers_before: str


def run(
    records: "Records",
    on: date,
    *,
    by: str = "retention",
    elsewhere: Callable[[], dict[str, int]] = dict,
) -> Went:
    """Take away what has been kept long enough on a day; the log is told before a record goes.

    Args:
        records: Whose.
        on: The day; not after today.
        by: Who let it run.
        elsewhere: Takes away what is kept outside the records, and counts it by source.

    Raises:
        RequestError: The day has not come.
        Unavailable: The database cannot be used now; the next run takes the rest.
    """
    now = records.now()
    if on > day_in_china(now):
        raise RequestError(
            f"retention on {on}: that day has not come; expected {day_in_china(now)} or before"
        )
    old = _old(on)
    went = Went(on, _counted(records.engine, old) | elsewhere(), _midnight(terms()["answers"].before(on)))
    detail = {"on": on.isoformat(), "answers_before": went.answers_before, "rows": went.rows}
    records.audit.append(
        Entry(
            audit_id=str(uuid4()),
            at=moment(now),
            kind=RETENTION,
            actor=by,
            role="SYSTEM",
            outcome="RECORDED",
            detail=detail,
        )
    )
    for table, condition in old:
        while _delete_some(records.engine, table, condition):
            pass
    return went


def _old(on: date) -> list[tuple[Table, ColumnElement[bool]]]:
    """Every table with what of it has been kept long enough."""
    before = {name: term.before(on) for name, term in terms().items()}
    moments = {name: _midnight(day) for name, day in before.items()}
    consents, objections = before["consents"].isoformat(), before["objections"].isoformat()
    return [
        (ANSWERS, ANSWERS.c.asked_at < moments["answers"]),
        (SESSIONS, func.coalesce(SESSIONS.c.ended_at, SESSIONS.c.expires_at) < moments["sessions"]),
        (TOKENS, func.coalesce(TOKENS.c.revoked_at, TOKENS.c.expires_at) < moments["tokens"]),
        (SHADOW, SHADOW.c.at < moments["shadow"]),
        (IDEMPOTENCY, IDEMPOTENCY.c.at < moments["idempotency"]),
        (OBJECTIONS, and_(OBJECTIONS.c.outcome.is_not(None), OBJECTIONS.c.answered_on < objections)),
        (CONSENTS, or_(CONSENTS.c.valid_to < consents, CONSENTS.c.withdrawn_on < consents)),
    ]


def _counted(engine: Engine, old: list[tuple[Table, ColumnElement[bool]]]) -> dict[str, int]:
    with reading(engine) as connection:
        unhurried(connection)
        return {
            table.name: connection.execute(select(func.count()).select_from(table).where(condition)).scalar()
            or 0
            for table, condition in old
        }


def _delete_some(engine: Engine, table: Table, condition: ColumnElement[bool]) -> bool:
    """Delete a block; whether there may be more."""
    name = tuple(table.primary_key.columns)
    some = select(*name).where(condition).limit(_AT_ONCE)
    with writing(engine) as connection:
        unhurried(connection)
        gone: Any = connection.execute(delete(table).where(tuple_(*name).in_(some)))
        return bool(gone.rowcount == _AT_ONCE)


def _midnight(day: date) -> str:
    return moment(datetime.combine(day, time(), CHINA))
