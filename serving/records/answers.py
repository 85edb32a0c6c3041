"""The answers as they left, to the byte; the audit log holds their hashes."""

from dataclasses import dataclass

from sqlalchemy import Engine, bindparam, select, tuple_

from serving.records.database import reading
from serving.records.prepared import Prepared
from serving.records.tables import ANSWERS
from serving.records.texts import is_storable


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer as it left.

    Attributes:
        audit_id: Its name, and that of its row in the audit log.
        kind: `preapproval`, `eligibility`, `profile` …, as in the audit log.
        asked_at: When it was asked, UTC, ISO 8601 with milliseconds.
        account: Who asked.
        bank: The bank of that account; None for the platform's own.
        entity_id: The firm; None where the question named none.
        question: The question as JSON.
        answer: The answer as JSON, to the byte as it left.
    """

    audit_id: str
    kind: str
    asked_at: str
    account: str
    bank: str | None
    entity_id: str | None
    question: str
    answer: str


_COLUMNS = [ANSWERS.c[name] for name in Answered.__slots__]
_FIND = Prepared(select(*_COLUMNS).where(ANSWERS.c.audit_id == bindparam("audit_id")))


class Answers:
    """Reads answers; `Audit.append` writes them, together with their row.

    Args:
        engine: The database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, audit_id: str) -> Answered | None:
        """The answer of that name; None where there is none. Who may see it is the caller's question.

        Raises:
            Unavailable: The records cannot be read now.
        """
        if not is_storable(audit_id):
            return None
        with reading(self._engine) as connection:
            row = _FIND.run(connection, {"audit_id": audit_id}).one_or_none()
        return Answered(*row) if row else None

    def page(
        self,
        *,
        bank: str | None = None,
        account: str | None = None,
        entity_id: str | None = None,
        kind: str | None = None,
        before: tuple[str, str] | None = None,
        limit: int = 50,
    ) -> list[Answered]:
        """The newest answers first, of those that fit every word that is not None.

        Args:
            bank: Asked for by accounts of this bank.
            account: Asked for by this account.
            entity_id: About this firm.
            kind: Of this kind.
            before: (asked_at, audit_id) of the last one of the page before.
            limit: So many at most.

        Raises:
            Unavailable: The records cannot be read now.
        """
        words = {"bank": bank, "account": account, "entity_id": entity_id, "kind": kind}
        fitting = {name: value for name, value in words.items() if value is not None}
        if not all(map(is_storable, (*fitting.values(), *(before or ())))):
            return []
        asked = select(*_COLUMNS).where(*(ANSWERS.c[name] == value for name, value in fitting.items()))
        place = (ANSWERS.c.asked_at, ANSWERS.c.audit_id)
        if before is not None:
            asked = asked.where(tuple_(*place) < before)
        asked = asked.order_by(*(column.desc() for column in place)).limit(limit)
        with reading(self._engine) as connection:
            return [Answered(*row) for row in connection.execute(asked)]
