"""The audit log: who asked what about whom, on which basis, and what left; only ever added to.

A row is sealed over everything in it and the seal of the row before. Threads that append at the same time
share a transaction (`group`); processes take turns by the database's lock.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, insert, select, update

from serving.records.answers import Answered
from serving.records.database import Unavailable, reading, writing
from serving.records.entry import Entry, Head, Row
from serving.records.group import Group, Ticket
from serving.records.idempotency import REMEMBERED, Key, KeyTaken, known, remember
from serving.records.moments import moment
from serving.records.prepared import Prepared
from serving.records.seal import Sealer, digest_of
from serving.records.tables import ANSWERS, AUDIT, HEAD
from serving.records.texts import is_storable

__all__ = ["Audit", "Entry", "Head", "Item", "Row"]

Statement = Callable[[Connection], object]
_READ_HEAD = Prepared(select(HEAD.c.place, HEAD.c.seal))
_LOCK_HEAD = Prepared(select(HEAD.c.place, HEAD.c.seal).with_for_update())
_MOVE_HEAD = Prepared(update(HEAD).values(place=bindparam("new_place"), seal=bindparam("new_seal")))
_INSERT_ROWS = Prepared(insert(AUDIT), AUDIT.c.keys())
_INSERT_ANSWERS = Prepared(insert(ANSWERS), ANSWERS.c.keys())


@dataclass(frozen=True, slots=True)
class Item:
    """One entry with what is written in the same transaction.

    Attributes:
        entry: The entry.
        answer: The answer that leaves with it.
        key: The caller's idempotency key.
        also: Other rows that must be there if and only if the entry is.
    """

    entry: Entry
    answer: Answered | None = None
    key: Key | None = None
    also: Statement | None = None


@dataclass(slots=True)
class _Wanted:
    """Items of one caller, as rows; `places` is filled in when they are written."""

    items: Sequence[Item]
    rows: list[dict[str, Any]]
    places: list[int] = field(default_factory=list)


class Audit:
    """Appends to the log and reads it.

    Args:
        engine: The database, its tables in their newest form.
        sealer: Makes the seals.
    """

    def __init__(self, engine: Engine, sealer: Sealer) -> None:
        self._engine = engine
        self._sealer = sealer
        self._group: Group[_Wanted] = Group(self._write)

    def append(
        self,
        entry: Entry,
        answer: Answered | None = None,
        idempotency: Key | None = None,
        also: Statement | None = None,
    ) -> int:
        """Write an entry with its answer; when this returns, they are on the disk. Its place in the log.

        Args:
            entry: What happened; hashes of question and answer are filled in.
            answer: What is about to leave; its words must be those of the entry.
            idempotency: The caller's key, remembered for 24 hours.
            also: Writes other rows in the same transaction; it may be called again where that failed, and not
                by this thread.

        Raises:
            Unavailable: It could not be written: the answer must not leave.
            KeyTaken: The key was used meanwhile; nothing is written.
            Contradiction: The name of the entry, or what `also` writes, is there already.
            ValueError: Entry and answer disagree, or a text cannot be kept.
        """
        return self.append_all([Item(entry, answer, idempotency, also)])[0]

    def append_all(self, items: Sequence[Item]) -> list[int]:
        """The same for many at once, all of them or none."""
        if not items:
            return []
        items = [_with_hashes(one) for one in items]
        wanted = _Wanted(items, [one.entry.as_row() for one in items])
        self._group.submit(wanted)
        return wanted.places

    def head(self) -> Head:
        """Where the log ends now.

        Raises:
            Unavailable: The records cannot be read now.
        """
        with reading(self._engine) as connection:
            return _head(connection, locks=False)

    def page(
        self,
        *,
        subject: str | None = None,
        actor: str | None = None,
        bank: str | None = None,
        kind: str | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> list[Row]:
        """The newest rows first, of those that fit every word that is not None.

        Args:
            subject: About this firm.
            actor: By this account.
            bank: By accounts of this bank.
            kind: Of this kind.
            before: Place of the last row of the page before.
            limit: So many at most.

        Raises:
            Unavailable: The records cannot be read now.
        """
        words = {"subject": subject, "actor": actor, "bank": bank, "kind": kind}
        fitting = {name: value for name, value in words.items() if value is not None}
        if not all(map(is_storable, fitting.values())):
            return []
        asked = select(AUDIT).where(*(AUDIT.c[name] == value for name, value in fitting.items()))
        if before is not None:
            asked = asked.where(AUDIT.c.place < before)
        asked = asked.order_by(AUDIT.c.place.desc()).limit(limit)
        with reading(self._engine) as connection:
            return [_row(told) for told in connection.execute(asked).mappings()]

    def subjects(self, rows: int) -> list[str]:
        """The firms that the newest rows are about, each once, newest first.

        Raises:
            Unavailable: The records cannot be read now.
        """
        asked = select(AUDIT.c.subject).order_by(AUDIT.c.place.desc()).limit(rows)
        with reading(self._engine) as connection:
            return list(dict.fromkeys(firm for firm in connection.execute(asked).scalars() if firm))

    def _write(self, tickets: list[Ticket[_Wanted]]) -> None:
        """One transaction for all; afterwards every ticket is decided."""
        with writing(self._engine) as connection:
            head = _head(connection, locks=True)
            going, taken = _without_taken(connection, tickets)
            if going:
                self._insert(connection, head, [ticket.wanted for ticket in going])
        for ticket, error in taken:
            ticket.end(error)
        for ticket in going:
            ticket.end()

    def _insert(self, connection: Connection, head: Head, wanted: list[_Wanted]) -> None:
        sealed: list[dict[str, Any]] = []
        for one in wanted:
            one.places = list(range(head.place + 1, head.place + 1 + len(one.rows)))
            for place, row in zip(one.places, one.rows, strict=True):
                sealed.append(self._sealed(row, place, head.seal))
                head = Head(place, sealed[-1]["seal"])
        _INSERT_ROWS.run_all(connection, sealed)
        pairs = [pair for one in wanted for pair in zip(one.items, one.rows, strict=True)]
        if answers := [_answer_row(item.answer, row) for item, row in pairs if item.answer]:
            _INSERT_ANSWERS.run_all(connection, answers)
        if keys := [(item.key, item.entry) for item, _ in pairs if item.key]:
            remember(connection, [(key, entry.audit_id, entry.at) for key, entry in keys])
        for item, _ in pairs:
            if item.also:
                item.also(connection)
        _MOVE_HEAD.run(connection, {"new_place": head.place, "new_seal": head.seal})

    def _sealed(self, row: dict[str, Any], place: int, previous: str) -> dict[str, Any]:
        whole = row | {"place": place, "previous": previous, "sealed_with": self._sealer.name}
        return whole | {"seal": self._sealer.seal(whole)}


def _head(connection: Connection, *, locks: bool) -> Head:
    """The head; where it locks, nobody else appends before this transaction ends."""
    row = (_LOCK_HEAD if locks else _READ_HEAD).run(connection, {}).one_or_none()
    if row is None:
        raise Unavailable("the records cannot be used now: the audit log has lost its head; restore a backup")
    return Head(*row)


def _without_taken(
    connection: Connection, tickets: list[Ticket[_Wanted]]
) -> tuple[list[Ticket[_Wanted]], list[tuple[Ticket[_Wanted], KeyTaken]]]:
    """Those whose keys are free, and those whose are not.

    Two of one key in the same transaction contradict each other; `group` then writes each alone.
    """
    keys = {
        (item.key.account, item.key.key): item.entry.at
        for ticket in tickets
        for item in ticket.wanted.items
        if item.key
    }
    if not keys:
        return tickets, []
    since = moment(datetime.fromisoformat(max(keys.values())) - REMEMBERED)
    used = known(connection, list(keys), since=since)
    going, taken = [], []
    for ticket in tickets:
        names = [(item.key.account, item.key.key) for item in ticket.wanted.items if item.key]
        if found := next((used[name] for name in names if name in used), None):
            taken.append((ticket, KeyTaken(found)))
        else:
            going.append(ticket)
    return going, taken


def _with_hashes(item: Item) -> Item:
    """The entry with the hashes of its answer; both must speak of the same."""
    entry, answer = item.entry, item.answer
    if answer is None:
        return item
    told = (answer.audit_id, answer.kind, answer.asked_at, answer.account, answer.bank, answer.entity_id)
    if told != (entry.audit_id, entry.kind, entry.at, entry.actor, entry.bank, entry.subject):
        raise ValueError(
            "an answer and its entry must have the same name, kind, moment, account, bank and firm"
        )
    if "\0" in answer.question or "\0" in answer.answer:
        raise ValueError("a question or answer with a NUL in it is no JSON")
    hashed = replace(entry, question_hash=digest_of(answer.question), answer_hash=digest_of(answer.answer))
    return replace(item, entry=hashed)


def _answer_row(answer: Answered, row: dict[str, Any]) -> dict[str, Any]:
    """An answer as it is kept: its words are those of its entry, to the letter."""
    words = {"account": row["actor"], "bank": row["bank"], "entity_id": row["subject"]}
    return {name: getattr(answer, name) for name in Answered.__slots__} | words


def _row(told: Any) -> Row:
    return Row(**{**told, "detail": json.loads(told["detail"])})
