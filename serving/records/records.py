"""All records of one service, opened together."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple, Self

from sqlalchemy import Engine, select

from features.errors import LakeError
from serving.purposes import Purpose
from serving.records.answers import Answers
from serving.records.audit import Audit
from serving.records.carried import carry_over
from serving.records.checkpoints import Checkpoints
from serving.records.consent import Consent
from serving.records.consents import Consents, asks_valid, longest
from serving.records.database import Unavailable, bring_up_to_date, open_database, reading
from serving.records.gate import gate_of
from serving.records.idempotency import Idempotency
from serving.records.lookup import looked_up
from serving.records.objections import Objection, Objections, as_marks, asks_marks
from serving.records.seal import Sealer
from serving.records.tables import AUDIT, HEAD
from serving.shadow.log import ShadowLog


def _clock() -> datetime:
    return datetime.now(UTC)


class Standing(NamedTuple):
    """How it stands with a bank and a firm at the moment of a question.

    Attributes:
        consent: The consent that covers the question; None where nothing does.
        marks: The open objections about the firm.
    """

    consent: Consent | None
    marks: Sequence[Objection]


class Records:
    """What the service keeps, in one database.

    Args:
        engine: The database.
        sealer: Makes the seals of the audit log.
        now: The clock.

    Attributes:
        engine: The database.
        audit: The audit log.
        answers: The answers.
        consents: The consents.
        objections: The objections.
        idempotency: The callers' keys.
        shadows: What a challenger would have answered; written behind the answers.
        now: The clock.
    """

    def __init__(self, engine: Engine, sealer: Sealer, now: Callable[[], datetime] = _clock) -> None:
        self.engine = engine
        self.audit = Audit(engine, sealer)
        self.answers = Answers(engine)
        self.consents = Consents(engine, self.audit, now)
        self.objections = Objections(engine, self.audit, now)
        self.idempotency = Idempotency(engine, now)
        self.shadows = ShadowLog(engine)
        self._sealer = sealer
        self.now = now
        self._checkpoints: Checkpoints | None = None
        gate_of(engine).prepare_first(self._prepare)

    @classmethod
    def open(
        cls,
        address: str,
        audit_key: str,
        now: Callable[[], datetime] = _clock,
        *,
        must_be_up: bool = True,
    ) -> Self:
        """The records at an address, in their newest form; what older programs kept is carried over.

        Args:
            address: SQLAlchemy's, of SQLite or PostgreSQL (`open_database`).
            audit_key: Secret that seals the audit log; empty only in the demo.
            now: The clock.
            must_be_up: Otherwise a database that is down now is no error: its first use after it is back
                prepares it, and until then everything raises Unavailable.

        Raises:
            RequestError: The address is none.
            LakeError: The file cannot be made, a newer program wrote the records, or another key sealed them.
            Unavailable: The database cannot be used now, and must be.
        """
        records = cls(open_database(address), Sealer(audit_key), now)
        try:
            gate_of(records.engine).be_prepared()
        except Unavailable:
            if must_be_up:
                records.close()
                raise
        except BaseException:
            records.close()
            raise
        return records

    def standing(self, entity_id: str, bank: str, purpose: Purpose, on: date) -> Standing:
        """What a bank's query of a firm rests on, and what of the firm is disputed now.

        Raises:
            Unavailable: The records cannot be read now: nothing is covered then.
        """
        asked = asks_valid(entity_id, bank, purpose, on)
        if asked is None:
            return Standing(None, ())
        covering, disputed = looked_up(self.engine, asked, asks_marks(entity_id))
        return Standing(longest(covering), as_marks(disputed))

    def is_up(self) -> bool:
        """Whether the records can be read now; it never waits longer than a few seconds."""
        try:
            self.audit.head()
        except Unavailable:
            return False
        return True

    def copy_behind(self) -> None:
        """Let a thread do what SQLite would do before every so-many-th answer; nothing for PostgreSQL."""
        file = gate_of(self.engine).file
        if file is not None and self._checkpoints is None:
            self._checkpoints = Checkpoints(file)
            self._checkpoints.start()

    def close(self) -> None:
        """Let go of the database."""
        if self._checkpoints is not None:
            self._checkpoints.stop()
        self.shadows.close()
        self.engine.dispose()

    def _prepare(self) -> None:
        bring_up_to_date(self.engine)
        self._expect_key()
        carry_over(self.engine, self.audit, self.now)

    def _expect_key(self) -> None:
        """A log goes on under the key that it has; a wrong key in the environment would break it silently."""
        newest = select(AUDIT.c.sealed_with).join(HEAD, HEAD.c.place == AUDIT.c.place)
        with reading(self.engine) as connection:
            sealed_with = connection.execute(newest).scalar()
        if sealed_with not in {None, self._sealer.name}:
            raise LakeError(
                f"the audit log is sealed with '{sealed_with}', and the key given is '{self._sealer.name}': "
                "set LVDAITONG_AUDIT_KEY to the key that the log was begun with, or begin other records "
                "(LVDAITONG_DATABASE_URL)"
            )
