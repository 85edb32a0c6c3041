"""Keys by which a caller repeats a question without asking twice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, tuple_

from features.errors import LvdaitongError
from serving.records.database import reading
from serving.records.moments import moment
from serving.records.prepared import Prepared
from serving.records.tables import IDEMPOTENCY
from serving.records.texts import is_storable

REMEMBERED = timedelta(hours=24)
"""So long a key is known; after that the same key is a new one."""
LONGEST_KEY = 128
_FIND = Prepared(
    select(IDEMPOTENCY.c.question_hash, IDEMPOTENCY.c.audit_id).where(
        IDEMPOTENCY.c.account == bindparam("account"),
        IDEMPOTENCY.c.key == bindparam("key"),
        IDEMPOTENCY.c.at >= bindparam("since"),
    )
)


@dataclass(frozen=True, slots=True)
class Key:
    """A caller's key, given with a question.

    Attributes:
        account: Whose key; another account's same key is another one.
        key: As the caller wrote it, 1 to 128 characters.
        question_hash: Of the question that it came with (`seal.digest_of`).
    """

    account: str
    key: str
    question_hash: str

    def __post_init__(self) -> None:
        if not 1 <= len(self.key) <= LONGEST_KEY or not is_storable(self.key):
            raise ValueError(f"an idempotency key has 1 to {LONGEST_KEY} characters, none of them NUL")


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was answered under a key.

    Attributes:
        question_hash: Of the question then; another one now is the caller's mistake.
        audit_id: Name of the answer.
    """

    question_hash: str
    audit_id: str


class KeyTaken(LvdaitongError):  # noqa: N818 - a word for what is the matter
    """The key was used meanwhile; nothing was written. `remembered` says for what."""

    exit_code = 11

    def __init__(self, remembered: Remembered) -> None:
        super().__init__(f"the idempotency key belongs to answer {remembered.audit_id}")
        self.remembered = remembered


class Idempotency:
    """Reads keys; `Audit.append` writes them, together with their answer.

    Args:
        engine: The database.
        now: The clock.
    """

    def __init__(self, engine: Engine, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._engine = engine
        self._now = now

    def find(self, account: str, key: str) -> Remembered | None:
        """What was answered under this key within the last 24 hours; None where nothing was.

        Raises:
            Unavailable: The records cannot be read now.
        """
        if not (is_storable(key) and is_storable(account)):
            return None
        words = {"account": account, "key": key, "since": moment(self._now() - REMEMBERED)}
        with reading(self._engine) as connection:
            row = _FIND.run(connection, words).one_or_none()
        return Remembered(*row) if row else None


def known(
    connection: Connection, keys: Sequence[tuple[str, str]], *, since: str
) -> dict[tuple[str, str], Remembered]:
    """Those of the keys that were used since then."""
    asked = select(IDEMPOTENCY).where(
        tuple_(IDEMPOTENCY.c.account, IDEMPOTENCY.c.key).in_(keys), IDEMPOTENCY.c.at >= since
    )
    return {
        (row.account, row.key): Remembered(row.question_hash, row.audit_id)
        for row in connection.execute(asked)
    }


def remember(connection: Connection, keys: Sequence[tuple[Key, str, str]]) -> None:
    """Write keys, each with the name of its answer and the moment; what expired under them is forgotten."""
    names = [(key.account, key.key) for key, _, _ in keys]
    connection.execute(delete(IDEMPOTENCY).where(tuple_(IDEMPOTENCY.c.account, IDEMPOTENCY.c.key).in_(names)))
    rows = [
        {
            "account": key.account,
            "key": key.key,
            "question_hash": key.question_hash,
            "audit_id": audit_id,
            "at": at,
        }
        for key, audit_id, at in keys
    ]
    connection.execute(insert(IDEMPOTENCY), rows)
