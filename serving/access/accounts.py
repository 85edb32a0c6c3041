"""Accounts in the database: who there is, and what staff change about them."""

from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from features.errors import RequestError
from serving.access.account import Account, bank_of, is_subject, new_name, typed_name
from serving.access.caller import Caller
from serving.access.event import Event, Note, forget
from serving.access.moments import Now
from serving.access.passwords import PATIENCE_SECONDS, Passwords, check_password
from serving.access.proving import Proving, as_account, row_of
from serving.access.recent import Recent
from serving.access.roles import Role
from serving.problems import FieldError
from serving.records.database import Contradiction, reading, writing
from serving.records.moments import moment
from serving.records.tables import ACCOUNTS, SESSIONS
from serving.settings import Settings

MOST_LISTED = 200


class Accounts:
    """The accounts of one service.

    Args:
        engine: The database.
        settings: When and for how long an account is locked; whether the demo's accounts work.
        now: The clock.
        passwords: How passwords are hashed.
        recent: Callers remembered; forgotten when an account changes.
        note: Where every change is written, before it is made.
        patience: A refusal takes at least so many seconds.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        now: Now,
        *,
        passwords: Passwords | None = None,
        recent: Recent | None = None,
        note: Note = forget,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._engine, self._now, self._note = engine, now, note
        self._passwords = passwords or Passwords()
        self._recent = recent or Recent()
        self._proving = Proving(engine, settings, now, self._passwords, patience)

    def prove(self, name: str, password: str) -> Account:
        """The account whose name and password these are.

        Raises:
            Refused: They are none; the same text, work and least time for whatever reason.
            Locked: After too many wrong passwords; a right one is refused, too.
            Unavailable: The database does not answer.
        """
        return self._proving.by_password(name, password)

    def by_subject(self, subject: str) -> Account:
        """The account that staff linked to a subject of the OpenID Connect issuer.

        Raises:
            Refused: No account that works is linked to it.
        """
        return self._proving.by_subject(subject)

    def add(
        self,
        name: str,
        role: Role,
        bank: str | None = None,
        *,
        password: str | None = None,
        oidc_subject: str | None = None,
        is_demo: bool = False,
        by: Caller,
    ) -> Account:
        """A new account.

        Raises:
            FieldError: Name, bank or password cannot be, or the name is taken.
        """
        name, bank = new_name(name), bank_of(role, bank)
        if password is not None:
            check_password(name, password, is_demo=is_demo)
        values = {
            "name": name,
            "role": role.value,
            "bank": bank,
            "password_hash": None if password is None else self._passwords.hash(password),
            "oidc_subject": None if oidc_subject is None else _subject(oidc_subject),
            "is_demo": is_demo,
            "failures": 0,
            "created_at": moment(self._now()),
            "created_by": by.account,
        }
        self._expect_free(name)
        self._note(Event.by(by, "account-add", account=name, role=role.value, bank=bank or "-"))
        try:
            with writing(self._engine) as connection:
                connection.execute(insert(ACCOUNTS), values)
        except Contradiction:
            raise FieldError(
                "name", "the name, or its OpenID Connect subject, is another account's"
            ) from None
        return self.of(name)

    def disable(self, name: str, *, by: Caller) -> None:
        """Nothing that this account shows works from now on; its sessions end.

        Raises:
            RequestError: There is no such account.
            FieldError: It is the caller's own.
        """
        if typed_name(name) == by.account:
            raise FieldError("name", "an account cannot disable itself")
        self._change("account-disable", name, {"disabled_at": moment(self._now())}, by, ends_sessions=True)

    def enable(self, name: str, *, by: Caller) -> None:
        """A disabled account works again; its ended sessions stay ended."""
        self._change("account-enable", name, {"disabled_at": None}, by)

    def unlock(self, name: str, *, by: Caller) -> None:
        """A locked account may try again at once."""
        self._change("account-unlock", name, {"failures": 0, "locked_until": None}, by)

    def set_password(self, name: str, password: str, *, by: Caller) -> None:
        """Another password; sessions end, tokens stay until they are revoked.

        Raises:
            RequestError: There is no such account.
            FieldError: The password cannot be set.
        """
        account = self.of(name)
        check_password(account.name, password, is_demo=account.is_demo)
        values = {"password_hash": self._passwords.hash(password), "failures": 0, "locked_until": None}
        self._change("account-password", name, values, by, ends_sessions=True)

    def link(self, name: str, subject: str | None, *, by: Caller) -> None:
        """Let a subject of the OpenID Connect issuer log in as this account; None for nobody.

        Raises:
            RequestError: There is no such account.
            FieldError: The subject is empty or long, or another account's.
        """
        values = {"oidc_subject": None if subject is None else _subject(subject)}
        try:
            self._change("account-link", name, values, by, ends_sessions=True)
        except Contradiction:
            raise FieldError("oidc_subject", "another account is linked to it") from None

    def of(self, name: str) -> Account:
        """An account by its name.

        Raises:
            RequestError: There is none.
        """
        row = row_of(self._engine, typed_name(name))
        if row is None:
            raise RequestError(f"no account {name[:64]!r}; 'lvdaitong accounts list' shows those there are")
        return as_account(row)

    def list(self, *, after: str = "", limit: int = MOST_LISTED) -> list[Account]:
        """Accounts by name, those behind `after`."""
        asked = select(ACCOUNTS).where(ACCOUNTS.c.name > after).order_by(ACCOUNTS.c.name).limit(limit)
        with reading(self._engine) as connection:
            return [as_account(row) for row in connection.execute(asked).mappings()]

    def is_locked(self, account: Account) -> bool:
        """Whether its password is refused now, after too many wrong ones."""
        return account.locked_until is not None and account.locked_until > moment(self._now())

    def has_working_demo(self) -> bool:
        """Whether an account of the demo is there and not disabled."""
        asked = select(ACCOUNTS.c.name).where(ACCOUNTS.c.is_demo, ACCOUNTS.c.disabled_at.is_(None)).limit(1)
        with reading(self._engine) as connection:
            return connection.execute(asked).first() is not None

    def _expect_free(self, name: str) -> None:
        if row_of(self._engine, name) is not None:
            raise FieldError("name", f"there is an account '{name}' already")

    def _change(
        self, kind: str, name: str, values: dict[str, Any], by: Caller, *, ends_sessions: bool = False
    ) -> None:
        """Note a change, make it, and forget whom this process remembers."""
        account = self.of(name)
        self._note(Event.by(by, kind, account=account.name))
        with writing(self._engine) as connection:
            connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.name == account.name).values(values))
            if ends_sessions:
                end_sessions(connection, account.name, moment(self._now()))
        self._recent.clear()


def end_sessions(connection: Connection, account: str, at: str) -> None:
    """End every session of an account."""
    open_ones = (SESSIONS.c.account == account, SESSIONS.c.ended_at.is_(None))
    connection.execute(update(SESSIONS).where(*open_ones).values(ended_at=at))


def _subject(text: str) -> str:
    if not is_subject(text):
        raise FieldError("oidc_subject", "1 to 255 printable characters: the issuer's `sub`")
    return text
