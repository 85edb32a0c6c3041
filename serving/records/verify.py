"""Finds every row of the audit log that was edited, removed, moved or put in, and every answer that changed.

One pass over the log in the order of its places, each row with the answer that left with it; a second one
over answers that no row speaks of. Nothing is held but the problems. What was cut off at the end is found by
an anchor alone: place and seal of some row, kept where nobody of the database comes (`audit anchor`).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, select, text

from serving.records.database import reading, unhurried
from serving.records.entry import Head
from serving.records.seal import BEGINNING, Sealer, digest_of
from serving.records.tables import ANSWERS, AUDIT, HEAD

MOST_TOLD = 1000
"""So many problems are told one by one; more are counted."""
RETENTION = "retention"
_FETCHED = 2000
_AUDIT = [column.name for column in AUDIT.c]
_SHARED = ("kind", "asked_at", "account", "bank", "entity_id")
_THEIR = ("kind", "at", "actor", "bank", "subject")
Problem = tuple[int, str]


@dataclass(slots=True)
class Report:
    """What a verification found.

    Attributes:
        rows: So many rows were looked at.
        head: Where the log ends, as its rows say.
        problems: Place and what is wrong there; the first 1,000.
        found: How many there are altogether.
    """

    rows: int = 0
    head: Head = field(default_factory=lambda: Head(0, BEGINNING))
    problems: list[Problem] = field(default_factory=list)
    found: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.found == 0

    def tell(self, place: int, what: str) -> None:
        """Note a problem."""
        self.found += 1
        if len(self.problems) < MOST_TOLD:
            self.problems.append((place, what))


def verify(engine: Engine, key: str, anchor: Head | None = None, *, older_keys: Sequence[str] = ()) -> Report:
    """Look at every row and every answer; the log may grow meanwhile.

    Args:
        engine: The database.
        key: The secret that sealed the log; empty for a demo's.
        anchor: Place and seal of a row, noted before; rows up to it that were cut off are found.
        older_keys: Secrets that sealed earlier rows.

    Raises:
        Unavailable: The database cannot be read now.
    """
    sealers = {one.name: one for one in map(Sealer, (key, *older_keys))}
    report = Report()
    with reading(engine) as connection:
        _begin(connection)
        forgotten = _forgotten_before(connection)
        for row in _rows(connection):
            _look_at(report, row, sealers, anchor, forgotten)
        _look_at_the_end(report, connection, anchor)
        for audit_id in _strays(connection):
            report.tell(0, f"answer {audit_id} has no row in the log: it was put in")
    return report


def _begin(connection: Connection) -> None:
    """One snapshot for everything; it may take its time."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    unhurried(connection)


def _rows(connection: Connection) -> Iterator[Any]:
    """Every row with its answer, a block at a time."""
    answers = [
        ANSWERS.c[name].label(f"answer_{name}") for name in ("audit_id", *_SHARED, "question", "answer")
    ]
    asked = (
        select(*AUDIT.c, *answers)
        .select_from(AUDIT.outerjoin(ANSWERS, ANSWERS.c.audit_id == AUDIT.c.audit_id))
        .order_by(AUDIT.c.place)
        .execution_options(yield_per=_FETCHED)
    )
    with connection.execute(asked) as result:
        for block in result.partitions():
            yield from block


def _look_at(
    report: Report, row: Any, sealers: dict[str, Sealer], anchor: Head | None, forgotten: str
) -> None:
    values = row[: len(_AUDIT)]
    told = dict(zip(_AUDIT, values, strict=True))
    place, seal = told["place"], told.pop("seal")
    if place != report.head.place + 1:
        report.tell(place, f"rows {report.head.place + 1} to {place - 1} are missing")
    if told["previous"] != report.head.seal:
        report.tell(place, "does not follow the row before it: a row was removed, moved or put in")
    sealer = sealers.get(told["sealed_with"])
    if sealer is None:
        report.tell(place, f"is sealed with another key or manner: '{told['sealed_with']}'")
    elif not _fits(sealer, told, seal):
        report.tell(place, "was edited after it was written")
    if anchor is not None and place == anchor.place and seal != anchor.seal:
        report.tell(place, "is another row than the anchor's: the log was written anew")
    _look_at_answer(report, told, row[len(_AUDIT) :], forgotten)
    report.rows += 1
    report.head = Head(place, seal)


def _fits(sealer: Sealer, told: dict[str, Any], seal: str) -> bool:
    try:
        return sealer.seal(told) == seal
    except TypeError:  # bytes where the program wrote a text
        return False


def _look_at_answer(report: Report, told: dict[str, Any], answer: Any, forgotten: str) -> None:
    if told["answer_hash"] is None:
        if answer[0] is not None:
            report.tell(told["place"], "has an answer that did not leave with it")
        return
    if answer[0] is None:
        if told["at"] >= forgotten:
            report.tell(told["place"], "its answer is gone, and no retention took it")
        return
    if tuple(answer[1:6]) != tuple(told[name] for name in _THEIR):
        report.tell(told["place"], "its answer's kind, moment, account, bank or firm was edited")
    if _digest(answer[6]) != told["question_hash"]:
        report.tell(told["place"], "its question was edited")
    if _digest(answer[7]) != told["answer_hash"]:
        report.tell(told["place"], "its answer was edited")


def _look_at_the_end(report: Report, connection: Connection, anchor: Head | None) -> None:
    last = report.head
    head = connection.execute(select(HEAD.c.place, HEAD.c.seal)).one_or_none()
    if head is None:
        report.tell(last.place, "the log's head is gone")
    elif head.place > last.place:
        report.tell(last.place, f"rows {last.place + 1} to {head.place} were cut off at the end")
    elif tuple(head) != (last.place, last.seal):
        report.tell(last.place, "the log's head is another one than its last row")
    if anchor is not None and anchor.place > last.place:
        report.tell(last.place, f"rows {last.place + 1} to {anchor.place}, the anchor's, were cut off")


def _forgotten_before(connection: Connection) -> str:
    """Answers of before this moment may be gone: a retention job wrote down that it took them."""
    asked = select(AUDIT.c.detail).where(AUDIT.c.kind == RETENTION)
    moments = [_answers_before(detail) for (detail,) in connection.execute(asked)]
    return max(moments, default="")


def _answers_before(detail: str) -> str:
    try:
        return str(json.loads(detail)["answers_before"])
    except (ValueError, KeyError, TypeError):
        return ""


def _strays(connection: Connection) -> Iterator[str]:
    """Answers that no row of the log speaks of."""
    asked = (
        select(ANSWERS.c.audit_id)
        .select_from(ANSWERS.outerjoin(AUDIT, ANSWERS.c.audit_id == AUDIT.c.audit_id))
        .where(AUDIT.c.audit_id.is_(None))
        .execution_options(yield_per=_FETCHED)
    )
    yield from connection.execute(asked).scalars()


def _digest(written: object) -> str:
    """The hash of a text; of anything else that a column was made to hold, none."""
    return digest_of(written) if isinstance(written, str) else ""
