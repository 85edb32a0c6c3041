"""Objections (异议): a firm or its bank says that something is wrong; the answer is due within 20 days.

While one is open, every answer about the firm carries a mark (征信业管理条例 art. 25).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, Select, bindparam, insert, select, update

from features.errors import RequestError
from serving.records.audit import Audit
from serving.records.database import Contradiction, reading
from serving.records.entry import Entry
from serving.records.lookup import Row, looked_up
from serving.records.moments import day_in_china, moment
from serving.records.prepared import Prepared
from serving.records.tables import OBJECTIONS
from serving.records.terms import terms
from serving.records.texts import is_storable

KIND = "objection"
LONGEST_TEXT = 4000
_MARKS = Prepared(
    select(OBJECTIONS)
    .where(OBJECTIONS.c.entity_id == bindparam("entity_id"), OBJECTIONS.c.outcome.is_(None))
    .order_by(OBJECTIONS.c.raised_on, OBJECTIONS.c.objection_id)
)


class Outcome(StrEnum):
    """How an objection ended."""

    UPHELD = "UPHELD"
    """异议成立: the data are corrected, and the firm is scored again."""
    REJECTED = "REJECTED"
    """异议不成立: the data stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """One objection.

    Attributes:
        objection_id: Its name.
        entity_id: The firm.
        bank: The bank through which it came; None where it came to the platform.
        audit_id: The answer that it is about; None where it is about the data as such.
        source: The source of the data that it is about; None where nobody said.
        text: What is wrong, in the words of who raised it.
        raised_by: The account.
        raised_on: The day in China.
        due_on: The last day for the answer.
        outcome: None while it is open.
        answer: What the platform wrote.
        answered_by: Who.
        answered_on: The day in China.
    """

    objection_id: str
    entity_id: str
    bank: str | None
    audit_id: str | None
    source: str | None
    text: str
    raised_by: str
    raised_on: date
    due_on: date
    outcome: Outcome | None = None
    answer: str | None = None
    answered_by: str | None = None
    answered_on: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its answer."""
        return self.outcome is None

    def is_overdue(self, on: date) -> bool:
        """Whether its last day has passed without an answer."""
        return self.is_open and on > self.due_on


class Objections:
    """Raises, answers and looks up objections; each act stands in the audit log.

    Args:
        engine: The database.
        audit: Where each act is written down, in the same transaction.
        now: The clock.
    """

    def __init__(
        self, engine: Engine, audit: Audit, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._engine = engine
        self._audit = audit
        self._now = now

    def raise_(
        self,
        entity_id: str,
        text: str,
        *,
        by: str,
        role: str,
        bank: str | None = None,
        audit_id: str | None = None,
        source: str | None = None,
    ) -> Objection:
        """Raise an objection; the same words of one account about one answer are one, while it is open.

        Raises:
            RequestError: The text is blank, too long or cannot be kept.
            Unavailable: It could not be written.
        """
        _expect_text(text)
        for known in self.of(entity_id):
            if known.is_open and (known.audit_id, known.raised_by, known.text) == (audit_id, by, text):
                return known
        on = day_in_china(self._now())
        made = Objection(
            objection_id=str(uuid4()),
            entity_id=entity_id,
            bank=bank,
            audit_id=audit_id,
            source=source,
            text=text,
            raised_by=by,
            raised_on=on,
            due_on=on + timedelta(days=terms()["objection_answer"].days),
        )
        detail = {"act": "raise", "objection_id": made.objection_id, "due_on": made.due_on.isoformat()}
        entry = self._entry(made, detail, by=by, role=role, bank=bank)
        try:
            self._audit.append(
                entry, also=lambda connection: connection.execute(insert(OBJECTIONS), _as_row(made))
            )
        except Contradiction:
            raise RequestError("the same objection to that answer was raised and answered before") from None
        return made

    def answer(
        self, objection_id: str, outcome: Outcome, text: str, *, by: str, role: str = "STAFF"
    ) -> Objection:
        """Answer an open objection.

        Raises:
            RequestError: There is none of that name, it is answered already, or the text is blank.
            Unavailable: It could not be written.
        """
        _expect_text(text)
        before = self.find(objection_id)
        if before is None:
            raise RequestError("no objection of that name")
        if not before.is_open:
            raise RequestError(f"the objection was answered on {before.answered_on}")
        on = day_in_china(self._now())
        words = {
            "outcome": outcome.value,
            "answer": text,
            "answered_by": by,
            "answered_on": on.isoformat(),
        }
        change = update(OBJECTIONS).where(OBJECTIONS.c.objection_id == objection_id)
        detail = {"act": "answer", "objection_id": objection_id, "outcome": outcome.value}
        self._audit.append(
            self._entry(before, detail, by=by, role=role, bank=None),
            also=lambda connection: _change_open(
                connection, change.where(OBJECTIONS.c.outcome.is_(None)), words
            ),
        )
        return self.find(objection_id) or before

    def find(self, objection_id: str) -> Objection | None:
        """The objection of that name; None where there is none."""
        found = self._all(select(OBJECTIONS).where(OBJECTIONS.c.objection_id == objection_id), objection_id)
        return found[0] if found else None

    def of(self, entity_id: str) -> list[Objection]:
        """Every objection about a firm, newest first."""
        asked = select(OBJECTIONS).where(OBJECTIONS.c.entity_id == entity_id)
        return self._all(asked.order_by(OBJECTIONS.c.raised_on.desc(), OBJECTIONS.c.objection_id), entity_id)

    def marks(self, entity_id: str) -> list[Objection]:
        """The open ones: data of the firm are under objection, and whoever is answered must be told.

        Raises:
            Unavailable: The records cannot be read now.
        """
        if not is_storable(entity_id):
            return []
        return as_marks(looked_up(self._engine, asks_marks(entity_id))[0])

    def page(
        self,
        *,
        bank: str | None = None,
        raised_by: str | None = None,
        is_open: bool | None = None,
        limit: int = 200,
    ) -> list[Objection]:
        """Those that fit every word that is not None: open ones first, and the sooner due the earlier."""
        asked = select(OBJECTIONS)
        if bank is not None:
            asked = asked.where(OBJECTIONS.c.bank == bank)
        if raised_by is not None:
            asked = asked.where(OBJECTIONS.c.raised_by == raised_by)
        if is_open is not None:
            none = OBJECTIONS.c.outcome.is_(None)
            asked = asked.where(none if is_open else ~none)
        order = (OBJECTIONS.c.outcome.is_not(None), OBJECTIONS.c.due_on, OBJECTIONS.c.objection_id)
        return self._all(asked.order_by(*order).limit(limit), bank or "", raised_by or "")

    def open(self, bank: str | None = None) -> list[Objection]:
        """Those that wait for their answer, the sooner due the earlier."""
        return self.page(bank=bank, is_open=True)

    def overdue(self, on: date) -> list[Objection]:
        """Those whose last day was before that day and that have no answer."""
        asked = select(OBJECTIONS).where(OBJECTIONS.c.outcome.is_(None), OBJECTIONS.c.due_on < on.isoformat())
        return self._all(asked.order_by(OBJECTIONS.c.due_on, OBJECTIONS.c.objection_id))

    def _all(self, asked: Select[Any], *texts: str) -> list[Objection]:
        if not all(map(is_storable, texts)):
            return []
        with reading(self._engine) as connection:
            return [_objection(row) for row in connection.execute(asked).mappings()]

    def _entry(
        self, about: Objection, detail: dict[str, Any], *, by: str, role: str, bank: str | None
    ) -> Entry:
        return Entry(
            audit_id=str(uuid4()),
            at=moment(self._now()),
            kind=KIND,
            actor=by,
            role=role,
            bank=bank,
            subject=about.entity_id,
            outcome="RECORDED",
            detail=detail,
        )


def asks_marks(entity_id: str) -> tuple[Prepared, dict[str, str]]:
    """What asks for the open objections about a firm."""
    return _MARKS, {"entity_id": entity_id}


def as_marks(rows: Iterable[Row]) -> list[Objection]:
    """The rows that `asks_marks` asks for."""
    return [_objection(dict(zip(OBJECTIONS.c.keys(), row, strict=True))) for row in rows]


def _change_open(connection: Any, change: Any, words: dict[str, str]) -> None:
    """Answer it, unless somebody else did meanwhile."""
    if connection.execute(change.values(**words)).rowcount != 1:
        raise RequestError("the objection was answered meanwhile")


def _expect_text(text: str) -> None:
    if not text.strip() or len(text) > LONGEST_TEXT or not is_storable(text):
        raise RequestError(f"an objection and its answer need a text of 1 to {LONGEST_TEXT} characters")


_DAYS = ("raised_on", "due_on", "answered_on")


def _as_row(one: Objection) -> dict[str, Any]:
    row = {name: getattr(one, name) for name in Objection.__slots__}
    return row | {name: row[name].isoformat() for name in _DAYS if row[name]}


def _objection(row: Any) -> Objection:
    words = dict(row) | {name: date.fromisoformat(row[name]) for name in _DAYS if row[name]}
    return Objection(**(words | {"outcome": Outcome(row["outcome"]) if row["outcome"] else None}))
