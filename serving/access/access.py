"""Everything about who may enter, opened once for one service."""

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from anyio import CapacityLimiter
from argon2 import PasswordHasher
from sqlalchemy import Engine

from features.errors import RequestError
from serving.access.account import Account, typed_name
from serving.access.accounts import Accounts
from serving.access.event import REFUSED, Event, Note, forget
from serving.access.limits import Limit, Limits
from serving.access.moments import Now
from serving.access.oidc import Issuer
from serving.access.passwords import PATIENCE_SECONDS, Passwords
from serving.access.recent import Recent
from serving.access.refusals import Refused
from serving.access.sessions import Sessions
from serving.access.tokens import Tokens
from serving.records.database import Unavailable
from serving.settings import Settings

LOG_INS_AT_ONCE = 8
"""Log-ins wait for hashes; they must not take the threads that answer questions."""
UNAUTHORIZED = 401

_log = logging.getLogger("lvdaitong.serving")


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Access:
    """The doors of one service.

    Attributes:
        settings: How it runs.
        accounts: Who there is.
        tokens: What systems show.
        sessions: What browsers show.
        limits: How often one may ask.
        issuer: The OpenID Connect issuer; None where it is not used.
        note: Writes into the audit log.
        log_ins: Room for log-ins at once.
    """

    settings: Settings
    accounts: Accounts
    tokens: Tokens
    sessions: Sessions
    limits: Limits
    issuer: Issuer | None = None
    note: Note = forget
    log_ins: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(LOG_INS_AT_ONCE))

    @classmethod
    def open(
        cls,
        engine: Engine,
        settings: Settings,
        *,
        now: Now = _utc_now,
        note: Note = forget,
        hasher: PasswordHasher | None = None,
        patience: float = PATIENCE_SECONDS,
        limits: Limits | None = None,
    ) -> Self:
        """Open the doors over a database whose tables are there.

        Args:
            engine: The database.
            settings: How the service runs.
            now: The clock.
            note: Writes an event into the audit log.
            hasher: Parameters of argon2; RFC 9106's for little memory by default.
            patience: A refused log-in takes at least so many seconds.
            limits: How often one may ask; the settings' and the usual ones by default.

        Raises:
            RequestError: An account of the demo works, and this is not the demo.
        """
        recent = Recent()
        accounts = Accounts(
            engine,
            settings,
            now,
            passwords=Passwords(hasher),
            recent=recent,
            note=note,
            patience=patience,
        )
        if not settings.is_demo:
            _expect_no_demo(accounts)
        return cls(
            settings,
            accounts,
            Tokens(engine, settings, now, recent=recent, note=note),
            Sessions(engine, settings, now, recent=recent),
            limits or Limits(Limit(settings.requests_per_minute)),
            Issuer.of(settings),
            note,
        )

    def log_in(self, name: str, password: str, address: str) -> Account:
        """The account that name and password prove; limited by name and address, and noted.

        Raises:
            TooMany: Too many tries at this name, or from this address.
            Refused: They prove none.
            Unavailable: The database, or the audit log, does not answer.
        """
        key = typed_name(name) or "-"
        self.limits.log_ins_by_address.take(address)
        self.limits.log_ins_by_name.take(key)
        try:
            account = self.accounts.prove(name, password)
        except Refused as error:
            self.note_refused(error, address)
            raise
        self.limits.log_ins_by_address.give_back(address)
        self.limits.log_ins_by_name.give_back(key)
        self.note(Event.by(account.caller(), "log-in", by="password", address=address))
        return account

    def log_in_by_subject(self, subject: str, address: str) -> Account:
        """The account that is linked to a subject of the issuer; noted.

        Raises:
            Refused: None that works.
            Unavailable: The database, or the audit log, does not answer.
        """
        try:
            account = self.accounts.by_subject(subject)
        except Refused as error:
            self.note_refused(error, address)
            raise
        self.note(Event.by(account.caller(), "log-in", by="oidc", address=address))
        return account

    def note_refused(self, error: Refused, address: str) -> None:
        """Note a log-in that failed.

        Which account was meant is told only where there is one: what was typed may be a password.
        """
        told = {"why": error.why, "address": address} | ({"account": error.account} if error.account else {})
        self.note(Event("log-in", outcome=REFUSED, status=UNAUTHORIZED, detail=told))


def _expect_no_demo(accounts: Accounts) -> None:
    """Refuse to start over accounts of the demo; where the database is down, they do not work anyway."""
    try:
        found = accounts.has_working_demo()
    except Unavailable as error:
        _log.warning("accounts of the demo were not looked for: %s", error)
        return
    if found:
        raise RequestError(
            "accounts of the demo are enabled, and their password is known to everybody;"
            " 'lvdaitong accounts list' names them, 'lvdaitong accounts disable NAME' ends them"
        )
