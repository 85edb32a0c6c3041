"""Bearer tokens, for systems: shown once, kept as a hash, for a while, until revoked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Engine, RowMapping, insert, select, update

from features.errors import RequestError
from serving.access.account import Account
from serving.access.caller import Caller
from serving.access.event import Event, Note, forget
from serving.access.moments import Now
from serving.access.proving import is_usable
from serving.access.recent import Proved, Recent
from serving.access.refusals import BadCredentials
from serving.access.roles import Role
from serving.access.secret import LONGEST, digest, new_secret
from serving.problems import FieldError
from serving.records.database import reading, writing
from serving.records.moments import moment
from serving.records.tables import ACCOUNTS, TOKENS
from serving.settings import Settings

PREFIX = "lvd_"
LONGEST_LABEL = 64
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret.

    Attributes:
        token_id: Its name, to revoke it by.
        account: Whose it is.
        label: What it is for.
        created_at: When it was issued.
        expires_at: From then on it is refused.
        revoked_at: Since when it is refused; None while it works.
    """

    token_id: str
    account: str
    label: str
    created_at: str
    expires_at: str
    revoked_at: str | None


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token, the only time that its text is seen."""

    text: str
    token: Token


class Tokens:
    """The bearer tokens of one service.

    Args:
        engine: The database.
        settings: How long a token lives at most; whether the demo's accounts work.
        now: The clock.
        recent: Callers remembered.
        note: Where issues and revocations are written, before they are made.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        now: Now,
        *,
        recent: Recent | None = None,
        note: Note = forget,
    ) -> None:
        self._engine, self._settings, self._now = engine, settings, now
        self._recent = recent or Recent()
        self._note = note

    def issue(
        self, account: Account, label: str, life: timedelta | None = None, *, by: Caller | None = None
    ) -> Issued:
        """A new token of an account; for `token_life` of the settings where no shorter life is asked.

        Raises:
            FieldError: The label is empty or long, or the life is none or longer than allowed.
        """
        most = self._settings.token_life
        life = most if life is None else life
        if not timedelta(0) < life <= most:
            raise FieldError("days", f"a token lives for more than 0 and at most {most.days} days")
        if not 0 < len(label) <= LONGEST_LABEL or not label.isprintable():
            raise FieldError("label", f"1 to {LONGEST_LABEL} printable characters: what the token is for")
        now, text = self._now(), new_secret(PREFIX)
        token = Token(str(uuid4()), account.name, label, moment(now), moment(now + life), None)
        self._note(
            Event.by(by or account.caller(), "token-issue", account=account.name, token_id=token.token_id)
        )
        row = {name: getattr(token, name) for name in Token.__slots__} | {"token_hash": digest(text)}
        with writing(self._engine) as connection:
            connection.execute(insert(TOKENS), row)
        return Issued(text, token)

    def known(self, text: str) -> Caller | None:
        """Whose token it is, where it was proved a moment ago; asks no database."""
        return self._recent.find("token " + digest(text), self._now()) if _may_be(text) else None

    def prove(self, text: str) -> Caller:
        """Whose token it is.

        Raises:
            BadCredentials: It was never issued, has expired, was revoked, or its account does not work.
            Unavailable: The database does not answer.
        """
        if not _may_be(text):
            raise BadCredentials
        token_hash, version, now = digest(text), self._recent.version, self._now()
        asked = (
            select(TOKENS.c.expires_at, ACCOUNTS)
            .join(ACCOUNTS, ACCOUNTS.c.name == TOKENS.c.account)
            .where(TOKENS.c.token_hash == token_hash, TOKENS.c.revoked_at.is_(None))
        )
        with reading(self._engine) as connection:
            row = connection.execute(asked).mappings().first()
        if row is None or row["expires_at"] <= moment(now) or not is_usable(row, self._settings):
            raise BadCredentials
        caller = Caller(row["name"], Role(row["role"]), row["bank"])
        proved = Proved(caller, datetime.fromisoformat(row["expires_at"]))
        self._recent.keep("token " + token_hash, proved, version)
        return caller

    def revoke(self, token_id: str, *, by: Caller, account: str | None = None) -> None:
        """A token is refused from now on.

        Args:
            token_id: Its name.
            by: Who revokes it.
            account: Only if it is this account's; None for anyone's.

        Raises:
            RequestError: There is no such token, or it is another account's.
        """
        found = self._find(token_id)
        if found is None or account not in (None, found["account"]):
            raise RequestError(f"no token {token_id[:36]!r}")
        self._note(Event.by(by, "token-revoke", account=found["account"], token_id=found["token_id"]))
        live = (TOKENS.c.token_id == found["token_id"], TOKENS.c.revoked_at.is_(None))
        with writing(self._engine) as connection:
            connection.execute(update(TOKENS).where(*live).values(revoked_at=moment(self._now())))
        self._recent.clear()

    def list(self, account: str) -> list[Token]:
        """The newest tokens of an account, revoked and expired ones too."""
        columns = [TOKENS.c[name] for name in Token.__slots__]
        asked = select(*columns).where(TOKENS.c.account == account)
        with reading(self._engine) as connection:
            rows = connection.execute(asked.order_by(TOKENS.c.created_at.desc()).limit(MOST_LISTED))
            return [Token(*row) for row in rows]

    def _find(self, token_id: str) -> RowMapping | None:
        with reading(self._engine) as connection:
            return connection.execute(select(TOKENS).where(TOKENS.c.token_id == token_id)).mappings().first()


def _may_be(text: str) -> bool:
    return text.startswith(PREFIX) and len(text) <= LONGEST and text.isascii()
