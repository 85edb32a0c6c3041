"""What a database's failure means, in words that hold neither SQL nor a value.

A driver's own text may carry an address, a password or a firm's row, so it is only looked at, never repeated.
"""

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from features.errors import LvdaitongError


class Unavailable(LvdaitongError):  # noqa: N818 - a word for what is the matter
    """The records cannot be read or written now; nothing may leave the service without them."""

    exit_code = 10


class Contradiction(LvdaitongError):  # noqa: N818 - a word for what is the matter
    """What is to be written contradicts what is there, such as a name that is taken."""

    exit_code = 11


_MEANINGS = {
    "locked": "another process holds the database",
    "disk is full": "the disk is full",
    "no space left": "the disk is full",
    "disk i/o": "the disk cannot be read or written",
    "unable to open": "the database file is gone or cannot be opened",
    "readonly": "the database may not be written",
    "read-only": "the database may not be written",
    "malformed": "the database file is damaged",
    "could not decode": "the database file is damaged",
    "not a database": "the file is no database",
    "no such table": "the tables are missing",
    "undefinedtable": "the tables are missing",
    "refused": "the connection was refused; is the database running?",
    "starting up": "the database is starting",
    "shutting down": "the database is stopping",
    "password": "the user or password was not accepted",
    "authentication": "the user or password was not accepted",
    "failed to resolve": "the host is unknown",
    "could not translate": "the host is unknown",
    "too many": "the database has too many connections",
    "no answer": "the database does not answer in time",
    "timeout": "the database does not answer in time",
    "append-only": "the audit log refuses to be changed",
    "does not exist": "the database, its user or a table does not exist",
    "closed": "the connection was lost",
    "lost": "the connection was lost",
    "terminat": "the connection was ended by the database",
}


def meaning_of(error: BaseException) -> str:
    """A few words on a failure; its class where nothing is known about it."""
    if isinstance(error, NoConnectionFree):
        return "no connection became free in time"
    cause = getattr(error, "orig", None) or error
    text = f"{type(cause).__name__} {cause}".lower()
    for part, meaning in _MEANINGS.items():
        if part in text:
            return meaning
    return f"{type(cause).__name__}{_state(cause)}"


def _state(cause: BaseException) -> str:
    state = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    return f" ({state})" if state else ""


def as_told(error: Exception) -> LvdaitongError:
    """The error to raise in place of a database's."""
    if isinstance(error, IntegrityError) and "append-only" not in str(error.orig):
        return Contradiction(f"the records hold something else already: {_constraint(error)}")
    return Unavailable(f"the records cannot be used now: {meaning_of(error)}")


def _constraint(error: DBAPIError) -> str:
    """Which promise of the tables is broken, by its name alone."""
    named = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    return str(named or error.orig).split("\n", 1)[0]
