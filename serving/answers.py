"""The record of answers: every answer is kept, word for word, before it leaves."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from sqlalchemy import (
    Column,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    insert,
    select,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from features.errors import LakeError

METADATA = MetaData()
ANSWERS = Table(
    "answers",
    METADATA,
    Column("place", Integer, primary_key=True),
    Column("audit_id", String(36), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("asked_at", String(32), nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
)
WAIT_SECONDS = 5
"""How long a writer waits for another one."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer as it left.

    Attributes:
        audit_id: Its name.
        kind: `preapproval`, `eligibility` or `profile`.
        asked_at: When it was asked, UTC, ISO 8601.
        question: The question as JSON.
        answer: The answer as JSON, to the byte as it left.
    """

    audit_id: str
    kind: str
    asked_at: str
    question: str
    answer: str


class Answers:
    """Answers in a database; there is no way to change or remove one.

    Args:
        engine: The database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, file: Path) -> Self:
        """The record in a SQLite file, made where it is not there yet.

        Raises:
            LakeError: The file cannot be made, or is no database.
        """
        url = URL.create("sqlite", database=str(file))
        engine = create_engine(url, connect_args={"timeout": WAIT_SECONDS})
        event.listen(engine, "connect", _durable)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            METADATA.create_all(engine)
        except (OSError, SQLAlchemyError) as error:
            engine.dispose()
            raise LakeError(
                f"{file}: no record of answers can be kept there: {_first_line(error)}"
            ) from error
        return cls(engine)

    def keep(self, answered: Answered) -> None:
        """Write an answer; when this returns, it is on the disk.

        Raises:
            LakeError: It could not be written; the answer must not leave then.
        """
        row = {name: getattr(answered, name) for name in Answered.__slots__}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(ANSWERS), row)
        except SQLAlchemyError as error:
            raise LakeError(f"the answer could not be recorded: {_first_line(error)}") from error

    def find(self, audit_id: str, kind: str) -> Answered | None:
        """The answer of that name and kind; None where there is none.

        Raises:
            LakeError: The record cannot be read.
        """
        columns = [ANSWERS.c[name] for name in Answered.__slots__]
        asked = select(*columns).where(ANSWERS.c.audit_id == audit_id, ANSWERS.c.kind == kind)
        try:
            with self._engine.connect() as connection:
                row = connection.execute(asked).one_or_none()
        except SQLAlchemyError as error:
            raise LakeError(f"the record of answers cannot be read: {_first_line(error)}") from error
        return Answered(*row) if row else None

    def is_whole(self) -> bool:
        """Whether the record can be read now."""
        try:
            self.find("", "")
        except LakeError:
            return False
        return True

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


def _durable(connection: Any, _record: Any) -> None:
    """Readers do not wait for writers, and what is committed survives a loss of power."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _first_line(error: Exception) -> str:
    """Without SQL and parameters: they hold the question."""
    cause = getattr(error, "orig", None) or error
    return str(cause).split("\n", 1)[0]
