"""Whether a password, or an issuer's word, proves an account; wrong passwords are counted in the database."""

from typing import Any

from sqlalchemy import ColumnElement, Engine, RowMapping, case, or_, select, update

from serving.access.account import Account, is_subject, typed_name
from serving.access.moments import Now
from serving.access.passwords import Passwords, patiently
from serving.access.refusals import Locked, Refused
from serving.access.roles import Role
from serving.records.database import reading, writing
from serving.records.moments import moment
from serving.records.tables import ACCOUNTS
from serving.settings import Settings


def row_of(engine: Engine, name: str | None) -> RowMapping | None:
    """The row of an account; None where there is none."""
    if name is None:
        return None
    with reading(engine) as connection:
        return connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.name == name)).mappings().first()


def as_account(row: RowMapping) -> Account:
    """A row without its secrets."""
    same = ("name", "bank", "is_demo", "oidc_subject", "failures", "disabled_at", "locked_until")
    return Account(
        role=Role(row["role"]),
        has_password=row["password_hash"] is not None,
        created_at=row["created_at"],
        created_by=row["created_by"],
        **{column: row[column] for column in same},
    )


def is_usable(row: RowMapping, settings: Settings) -> bool:
    """Whether an account works at all: not disabled, and the demo's only in the demo."""
    return row["disabled_at"] is None and (settings.is_demo or not row["is_demo"])


class Proving:
    """Proofs of accounts.

    Args:
        engine: The database.
        settings: After how many wrong passwords an account is locked, and for how long.
        now: The clock.
        passwords: How passwords are checked.
        patience: A refusal takes at least so many seconds.
    """

    def __init__(
        self, engine: Engine, settings: Settings, now: Now, passwords: Passwords, patience: float
    ) -> None:
        self._engine, self._settings, self._now = engine, settings, now
        self._passwords, self._patience = passwords, patience

    def by_password(self, name: str, password: str) -> Account:
        """The account whose name and password these are.

        Raises:
            Refused: They are none; the same text, work and least time for whatever reason.
            Locked: After too many wrong passwords; a right one is refused, too.
        """
        with patiently(self._patience):
            row = row_of(self._engine, typed_name(name))
            why = self._obstacle(row)
            kept = row["password_hash"] if row and not why else None
            is_right = self._passwords.is_right(kept, password)
            if row and is_right and self._admit(row, password):
                return as_account(row)
            raise self._refusal(row, why)

    def by_subject(self, subject: str) -> Account:
        """The account that staff linked to a subject of the OpenID Connect issuer.

        Raises:
            Refused: No account that works is linked to it.
        """
        if not is_subject(subject):
            raise Refused(why="subject")
        with reading(self._engine) as connection:
            asked = select(ACCOUNTS).where(ACCOUNTS.c.oidc_subject == subject)
            row = connection.execute(asked).mappings().first()
        if row is None or not is_usable(row, self._settings):
            raise Refused(row["name"] if row else None, "subject")
        return as_account(row)

    def _obstacle(self, row: RowMapping | None) -> str:
        """What no password can overcome; empty where one can."""
        if row is None:
            return "unknown"
        if not is_usable(row, self._settings):
            return "disabled"
        if row["locked_until"] is not None and row["locked_until"] > moment(self._now()):
            return "locked"
        return "" if row["password_hash"] else "no-password"

    def _refusal(self, row: RowMapping | None, why: str) -> Refused:
        if row is None:
            return Refused()
        if why == "locked":
            return Locked(row["name"])
        if not why:
            self._count(row["name"])
        return Refused(row["name"], why or "password")

    def _admit(self, row: RowMapping, password: str) -> bool:
        """Forget earlier failures, if nothing has changed since the row was read.

        Many guesses at once would else all be judged before the first of them locks the account.
        """
        values: dict[str, Any] = {"failures": 0, "locked_until": None}
        if self._passwords.is_old(row["password_hash"]):
            values["password_hash"] = self._passwords.hash(password)
        unchanged = (
            ACCOUNTS.c.name == row["name"],
            ACCOUNTS.c.password_hash == row["password_hash"],
            ACCOUNTS.c.disabled_at.is_(None),
            self._is_unlocked(),
        )
        with writing(self._engine) as connection:
            return connection.execute(update(ACCOUNTS).where(*unchanged).values(values)).rowcount == 1

    def _count(self, name: str) -> None:
        """One wrong password more; a lock that has passed begins the count anew."""
        failures = case((ACCOUNTS.c.locked_until.is_not(None), 1), else_=ACCOUNTS.c.failures + 1)
        until = moment(self._now() + self._settings.lock_time)
        is_last = failures >= self._settings.failures_until_locked
        counted = (
            update(ACCOUNTS)
            .where(ACCOUNTS.c.name == name, self._is_unlocked())
            .values(failures=failures, locked_until=case((is_last, until), else_=None))
        )
        with writing(self._engine) as connection:
            connection.execute(counted)

    def _is_unlocked(self) -> ColumnElement[bool]:
        now = moment(self._now())
        return or_(ACCOUNTS.c.locked_until.is_(None), ACCOUNTS.c.locked_until <= now)
