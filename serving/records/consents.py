"""Consents: who may look at which firm, for what, from when to when. No valid one, no answer.

What is recorded and withdrawn stands in the audit log, in the same transaction.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import islice
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, Select, bindparam, insert, or_, select, update

from features.errors import RequestError
from serving.purposes import Purpose
from serving.records.audit import Audit
from serving.records.consent import BadConsent, Consent, consent_from, consent_of
from serving.records.database import reading
from serving.records.entry import Entry
from serving.records.lookup import Row, looked_up
from serving.records.moments import moment
from serving.records.prepared import Prepared
from serving.records.seal import canonical, digest_of
from serving.records.tables import CONSENTS
from serving.records.texts import is_storable

__all__ = ["BadConsent", "Consent", "Consents", "Recorded", "Refused"]

_AT_ONCE = 500
MOST_READ = 4096
"""Rows whose reading is remembered; the rows themselves are asked for every time."""
KIND = "consent"
_COLUMNS = CONSENTS.c.keys()
_COVERING = select(CONSENTS).where(
    CONSENTS.c.bank == bindparam("bank"),
    CONSENTS.c.purpose == bindparam("purpose"),
    CONSENTS.c.valid_from <= bindparam("day"),
    or_(CONSENTS.c.valid_to.is_(None), CONSENTS.c.valid_to >= bindparam("day")),
    or_(CONSENTS.c.withdrawn_on.is_(None), CONSENTS.c.withdrawn_on > bindparam("day")),
)
"""What covers a bank's queries for a purpose on a day."""
_VALID = Prepared(_COVERING.where(CONSENTS.c.entity_id == bindparam("entity_id")))


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is no consent.

    Attributes:
        line: Its line in the file, or its place among the rows, from 1.
        rule: Name of the rule that it breaks.
        said: What was expected, without any value of the row.
    """

    line: int
    rule: str
    said: str


@dataclass(slots=True)
class Recorded:
    """What became of many rows; together they are as many as there were.

    Attributes:
        recorded: Newly recorded.
        known: Recorded before, with the same content.
        refused: Each with its line and the rule that it breaks.
    """

    recorded: int = 0
    known: int = 0
    refused: list[Refused] = field(default_factory=list)


class Consents:
    """Records, withdraws and looks up consents.

    Args:
        engine: The database.
        audit: Where recording and withdrawing is written down.
        now: The clock.
    """

    def __init__(
        self, engine: Engine, audit: Audit, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._engine = engine
        self._audit = audit
        self._now = now

    def record(self, consent: Consent, *, by: str, role: str = "STAFF") -> bool:
        """Record one; whether it was new.

        Args:
            consent: What was agreed.
            by: Who records it.
            role: In which role.

        Raises:
            BadConsent: Another content was recorded under its name.
            Unavailable: It could not be written.
        """
        told = self.record_many([consent], by=by, role=role)
        for one in told.refused:
            raise BadConsent(one.rule, one.said)
        return told.recorded == 1

    def record_many(
        self, rows: Iterable[Consent | Mapping[str, Any]] | Any, *, by: str, role: str = "STAFF"
    ) -> Recorded:
        """Record many; a row that breaks a rule is refused, and the others are recorded all the same.

        Args:
            rows: Consents, or rows of texts with their names, or a DataFrame of them.
            by: Who records them.
            role: In which role.

        Raises:
            Unavailable: They could not be written; those of earlier blocks of 500 are, and giving all rows
                again records the rest.
        """
        records = rows.to_dict("records") if hasattr(rows, "to_dict") else rows
        return self.record_numbered(enumerate(records, start=1), by=by, role=role)

    def record_numbered(
        self, rows: Iterable[tuple[int, Consent | Mapping[str, Any] | Refused]], *, by: str, role: str
    ) -> Recorded:
        """The same for rows that come with their line; a row may be refused already."""
        told = Recorded()
        walking = iter(rows)
        while block := list(islice(walking, _AT_ONCE)):
            self._record_block(list(_read(block, told.refused)), told, by=by, role=role)
        told.refused.sort(key=lambda one: one.line)
        return told

    def withdraw(self, consent_id: str, on: date, by: str, role: str = "STAFF") -> Consent:
        """End a consent from a day on; where it was withdrawn before, the earlier day stays.

        Raises:
            RequestError: There is no such consent.
            Unavailable: It could not be written.
        """
        before = self.find(consent_id)
        if before is None:
            raise RequestError("no consent of that name; look with 'lvdaitong consent list'")
        if before.withdrawn_on is not None and before.withdrawn_on <= on:
            return before
        earlier = or_(CONSENTS.c.withdrawn_on.is_(None), CONSENTS.c.withdrawn_on > on.isoformat())
        change = update(CONSENTS).where(CONSENTS.c.consent_id == consent_id, earlier)
        detail = {"act": "withdraw", "consent_id": consent_id, "on": on.isoformat()}
        entry = self._entry(before, detail, by=by, role=role)
        self._audit.append(
            entry, also=lambda connection: _run(connection, change.values(withdrawn_on=on.isoformat()))
        )
        return self.find(consent_id) or before

    def find(self, consent_id: str) -> Consent | None:
        """The consent of that name; None where there is none."""
        found = self._all(select(CONSENTS).where(CONSENTS.c.consent_id == consent_id), consent_id)
        return found[0] if found else None

    def valid(self, entity_id: str, bank: str, purpose: Purpose, on: date) -> Consent | None:
        """The consent that covers a query on a day, the one that lasts longest; None where nothing does.

        Raises:
            Unavailable: The records cannot be read now: nothing is covered then.
        """
        asked = asks_valid(entity_id, bank, purpose, on)
        return longest(looked_up(self._engine, asked)[0]) if asked else None

    def covering(self, entity_ids: Iterable[str], bank: str, purpose: Purpose, on: date) -> set[str]:
        """Those of the firms that a consent covers on a day.

        Raises:
            Unavailable: The records cannot be read now.
        """
        covered: set[str] = set()
        walking = iter(one for one in entity_ids if is_storable(one))
        while block := list(islice(walking, _AT_ONCE)):
            words = {"bank": bank, "purpose": purpose.value, "day": on.isoformat()}
            asked = _COVERING.where(CONSENTS.c.entity_id.in_(block)).params(words)
            covered |= {one.entity_id for one in self._all(asked, bank)}
        return covered

    def of(self, entity_id: str, bank: str | None = None) -> list[Consent]:
        """Every consent of a firm, newest first; of one bank, or of all."""
        asked = select(CONSENTS).where(CONSENTS.c.entity_id == entity_id)
        if bank is not None:
            asked = asked.where(CONSENTS.c.bank == bank)
        newest = asked.order_by(CONSENTS.c.valid_from.desc(), CONSENTS.c.consent_id)
        return self._all(newest, entity_id, bank or "")

    def _all(self, asked: Select[Any], *texts: str) -> list[Consent]:
        if not all(map(is_storable, texts)):
            return []
        with reading(self._engine) as connection:
            return list(_whole(connection.execute(asked).mappings()))

    def _record_block(
        self, consents: list[tuple[int, Consent]], told: Recorded, *, by: str, role: str
    ) -> None:
        """One transaction and one audit row for a block; the same row twice in it is one consent."""
        new: dict[str, Consent] = {}
        there = self._named({one.consent_id for _, one in consents})
        for line, one in consents:
            known = there.get(one.consent_id) or new.get(one.consent_id)
            if known is None:
                new[one.consent_id] = one
            elif known.content() == one.content():
                told.known += 1
            else:
                told.refused.append(
                    Refused(line, "name_is_free", "another consent has this consent_id already")
                )
        if not new:
            return
        at = moment(self._now())
        rows = [one.as_row() | {"recorded_by": by, "recorded_at": at} for one in new.values()]
        entry = self._recording(list(new.values()), by=by, role=role)
        self._audit.append(entry, also=lambda connection: _run(connection, insert(CONSENTS), rows))
        told.recorded += len(new)

    def _named(self, names: set[str]) -> dict[str, Consent]:
        found = self._all(select(CONSENTS).where(CONSENTS.c.consent_id.in_(names)))
        return {one.consent_id: one for one in found}

    def _recording(self, new: list[Consent], *, by: str, role: str) -> Entry:
        contents = [one.as_row() for one in new]
        detail = {"act": "record", "consents": len(new), "content": digest_of(canonical(contents))}
        if len(new) == 1:
            detail["consent_id"] = new[0].consent_id
        return self._entry(new[0] if len(new) == 1 else None, detail, by=by, role=role)

    def _entry(self, about: Consent | None, detail: dict[str, Any], *, by: str, role: str) -> Entry:
        return Entry(
            audit_id=str(uuid4()),
            at=moment(self._now()),
            kind=KIND,
            actor=by,
            role=role,
            bank=about.bank if about else None,
            subject=about.entity_id if about else None,
            purpose=about.purpose if about else None,
            basis=about.basis if about else None,
            outcome="RECORDED",
            detail=detail,
        )


def asks_valid(
    entity_id: str, bank: str, purpose: Purpose, on: date
) -> tuple[Prepared, dict[str, str]] | None:
    """What asks for a firm's consents that cover a query; None where no such firm or bank can be kept."""
    if not (is_storable(entity_id) and is_storable(bank)):
        return None
    words = {"entity_id": entity_id, "bank": bank, "purpose": purpose.value, "day": on.isoformat()}
    return _VALID, words


def longest(rows: Iterable[Row]) -> Consent | None:
    """Of the rows that `asks_valid` asks for, the consent that lasts longest; None where there is none."""
    found = [one for row in rows if (one := _consent(row)) is not None]
    return max(found, key=lambda one: (one.valid_to or date.max, one.consent_id), default=None)


@lru_cache(maxsize=MOST_READ)
def _consent(row: Row) -> Consent | None:
    """A row as a consent; one written past the program that breaks the rules covers nothing."""
    return next(_whole([dict(zip(_COLUMNS, row, strict=True))]), None)


def _read(
    block: list[tuple[int, Consent | Mapping[str, Any] | Refused]], refused: list[Refused]
) -> Iterator[tuple[int, Consent]]:
    for line, row in block:
        try:
            if isinstance(row, Refused):
                refused.append(row)
            else:
                yield line, row if isinstance(row, Consent) else consent_of(row)
        except BadConsent as error:
            refused.append(Refused(line, error.rule, error.said))


def _whole(rows: Iterable[Any]) -> Iterator[Consent]:
    """The rows that keep the rules: one written past the program that breaks them covers nothing."""
    for row in rows:
        with suppress(BadConsent):
            yield consent_from(row)


def _run(connection: Connection, *statement: Any) -> None:
    connection.execute(*statement)
