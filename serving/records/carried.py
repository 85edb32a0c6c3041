"""Answers of the time before accounts, sealed into the audit log when the records are first opened.

The migration set them aside as they were (`answers_before`); the key that seals is known only here.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    inspect,
    select,
)

from serving.records.answers import Answered
from serving.records.audit import Audit, Item
from serving.records.database import Contradiction, reading, writing
from serving.records.entry import Entry
from serving.records.moments import moment

BEFORE_ACCOUNTS = "before-accounts"
"""Stands as account and role of answers that nobody had to log in for."""
_AT_ONCE = 500
BEFORE = Table(
    "answers_before",
    MetaData(),
    Column("place", Integer, primary_key=True),
    Column("audit_id", String(36)),
    Column("kind", String(20)),
    Column("asked_at", String(32)),
    Column("question", Text),
    Column("answer", Text),
)


def carry_over(engine: Engine, audit: Audit, now: Callable[[], datetime]) -> int:
    """Bring old answers into the new form, a block at a time; a run cut short goes on where it ended.

    Returns:
        How many were brought.

    Raises:
        Unavailable: The database cannot be used now.
    """
    brought = 0
    while rows := _next(engine):
        try:
            audit.append_all(_items(rows, moment(now())))
        except Contradiction:  # another process, starting at the same time, brought this block
            if _next(engine)[:1] == rows[:1]:
                raise
            continue
        brought += len(rows)
    return brought


def _next(engine: Engine) -> list[Any]:
    """The next block; none where nothing is left, and then the old table goes."""
    with reading(engine) as connection:
        if not inspect(connection).has_table(BEFORE.name):
            return []
        rows = list(connection.execute(select(BEFORE).order_by(BEFORE.c.place).limit(_AT_ONCE)))
    if not rows:
        with writing(engine) as connection:
            BEFORE.drop(connection, checkfirst=True)
    return rows


def _items(rows: list[Any], now: str) -> list[Item]:
    """Old answers as new ones; with the last of them the block leaves the old table."""
    items = [_item(row, now) for row in rows]
    places = [row.place for row in rows]
    items[-1] = replace(items[-1], also=lambda connection: _forget(connection, places))
    return items


def _forget(connection: Connection, places: list[int]) -> None:
    connection.execute(delete(BEFORE).where(BEFORE.c.place.in_(places)))


def _item(row: Any, now: str) -> Item:
    words = {"audit_id": row.audit_id, "kind": row.kind}
    firm = _firm_of(row.question)
    answer = Answered(
        **words,
        asked_at=row.asked_at,
        account=BEFORE_ACCOUNTS,
        bank=None,
        entity_id=firm,
        question=row.question,
        answer=row.answer,
    )
    entry = Entry(
        **words,
        at=row.asked_at,
        actor=BEFORE_ACCOUNTS,
        role="NONE",
        subject=firm,
        outcome="ANSWERED",
        status=200,
        detail={"carried_over_at": now, "place_before": row.place},
    )
    return Item(entry, answer)


def _firm_of(question: str) -> str | None:
    """The firm that an old question named."""
    try:
        told = json.loads(question)
    except ValueError:
        return None
    firm = told.get("entity_id") if isinstance(told, dict) else None
    return firm if isinstance(firm, str) else None
