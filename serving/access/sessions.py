"""Sessions of the page: a cookie, kept as a hash, with the token that its forms must carry."""

from datetime import datetime
from secrets import token_hex

from sqlalchemy import Engine, insert, select, update

from serving.access.account import Account
from serving.access.caller import Caller
from serving.access.moments import Now
from serving.access.proving import is_usable
from serving.access.recent import Proved, Recent
from serving.access.refusals import BadCredentials
from serving.access.roles import Role
from serving.access.secret import LONGEST, digest, new_secret
from serving.records.database import reading, writing
from serving.records.moments import moment
from serving.records.tables import ACCOUNTS, SESSIONS
from serving.settings import Settings

CSRF_BYTES = 32


class Sessions:
    """The sessions of one service.

    Args:
        engine: The database.
        settings: How long a session lasts; whether the demo's accounts work.
        now: The clock.
        recent: Callers remembered.
    """

    def __init__(self, engine: Engine, settings: Settings, now: Now, *, recent: Recent | None = None) -> None:
        self._engine, self._settings, self._now = engine, settings, now
        self._recent = recent or Recent()

    def begin(self, account: Account, *, instead_of: str | None = None) -> str:
        """A new session.

        Args:
            account: Whose it is.
            instead_of: The cookie that the browser showed when it logged in; that session ends.

        Returns:
            The cookie's text. It is always new: a cookie planted before never becomes a session.
        """
        now, text = self._now(), new_secret()
        if instead_of:
            self.end(instead_of)
        row = {
            "session_hash": digest(text),
            "account": account.name,
            "csrf": token_hex(CSRF_BYTES),
            "created_at": moment(now),
            "expires_at": moment(now + self._settings.session_life),
        }
        with writing(self._engine) as connection:
            connection.execute(insert(SESSIONS), row)
        return text

    def known(self, cookie: str) -> Caller | None:
        """Whose session it is, where it was proved a moment ago; asks no database."""
        return self._recent.find("session " + digest(cookie), self._now()) if _may_be(cookie) else None

    def prove(self, cookie: str) -> Caller:
        """Whose session it is, with what its forms must carry.

        Raises:
            BadCredentials: There is none, it has expired or ended, or its account does not work.
            Unavailable: The database does not answer.
        """
        if not _may_be(cookie):
            raise BadCredentials
        session_hash, version, now = digest(cookie), self._recent.version, self._now()
        asked = (
            select(SESSIONS.c.expires_at, SESSIONS.c.csrf, ACCOUNTS)
            .join(ACCOUNTS, ACCOUNTS.c.name == SESSIONS.c.account)
            .where(SESSIONS.c.session_hash == session_hash, SESSIONS.c.ended_at.is_(None))
        )
        with reading(self._engine) as connection:
            row = connection.execute(asked).mappings().first()
        if row is None or row["expires_at"] <= moment(now) or not is_usable(row, self._settings):
            raise BadCredentials
        caller = Caller(row["name"], Role(row["role"]), row["bank"], session_hash, row["csrf"])
        proved = Proved(caller, datetime.fromisoformat(row["expires_at"]))
        self._recent.keep("session " + session_hash, proved, version)
        return caller

    def end(self, cookie: str) -> None:
        """The session of a cookie is over; one that is none already stays so."""
        if not _may_be(cookie):
            return
        live = (SESSIONS.c.session_hash == digest(cookie), SESSIONS.c.ended_at.is_(None))
        with writing(self._engine) as connection:
            connection.execute(update(SESSIONS).where(*live).values(ended_at=moment(self._now())))
        self._recent.clear()


def _may_be(cookie: str) -> bool:
    return 0 < len(cookie) <= LONGEST and cookie.isascii()
