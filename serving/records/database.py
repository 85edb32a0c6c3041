"""The database of the records: SQLite in a file, or PostgreSQL; opened, used, brought to its newest form."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from features.errors import LakeError, RequestError
from serving.records.faults import Contradiction, Unavailable, as_told
from serving.records.gate import gate_of, set_gate
from serving.records.schema import NEWEST, migration, revision_of

__all__ = [
    "Contradiction",
    "Unavailable",
    "bring_up_to_date",
    "open_database",
    "reading",
    "unhurried",
    "writing",
]

CONNECT_SECONDS = 2
STATEMENT_SECONDS = 2.5
"""No statement of the service takes longer; verbs take their time (`unhurried`)."""
LOCK_SECONDS = 2
BUSY_SECONDS = 2.5
"""How long a writer of SQLite waits for another process."""
PATIENT_SECONDS = 60
POLL_SECONDS = 0.001
POOL_SECONDS = 2
CONNECTIONS = 20
"""A process has so many at most, and keeps them: PostgreSQL takes longer to open one than to answer."""
CHECKPOINT_PAGES = 16_000
"""64 MB of log, where nobody copies it behind the answers (`checkpoints`)."""
_NAMES = ("sqlite", "postgresql", "postgres", "postgresql+psycopg", "sqlite+pysqlite")
_SERVER_SETTINGS = {
    "statement_timeout": int(STATEMENT_SECONDS * 1000),
    "lock_timeout": LOCK_SECONDS * 1000,
    "idle_in_transaction_session_timeout": 10_000,  # who was stopped while it held the lock loses it
    "synchronous_commit": "on",
}


def open_database(address: str) -> Engine:
    """A database by SQLAlchemy's address; a SQLite file is made where it is not there yet.

    Nothing is asked of PostgreSQL before its first use.

    Raises:
        RequestError: The address is none, or of another kind; it may hold a password and is not told.
        LakeError: The file cannot be made.
    """
    url = _url_of(address)
    engine = _of_file(url) if url.get_backend_name() == "sqlite" else _of_server(url)
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection in one transaction that reads.

    Raises:
        Unavailable: The database cannot be read now.
    """
    gate = gate_of(engine)
    with gate.passing():
        gate.be_prepared()
        with _told(), engine.connect() as connection:
            yield connection


@contextmanager
def writing(engine: Engine, *, is_patient: bool = False) -> Iterator[Connection]:
    """A connection in one transaction that writes; when this ends without an error, it is on the disk.

    Not within another `writing` of the same thread.

    Args:
        engine: The database.
        is_patient: Wait a minute for other writers where requests would not: migrations.

    Raises:
        Unavailable: It cannot be written now; nothing of it counts as written.
        Contradiction: It contradicts what is there; nothing of it is written.
    """
    gate = gate_of(engine)
    with gate.passing():
        gate.be_prepared()
    with gate.one_writer(), gate.passing():
        with (
            _told(),
            engine.connect() as connection,
            connection.execution_options(writes=True, patient=is_patient).begin(),
        ):
            yield connection
        gate.expect_file()


def unhurried(connection: Connection) -> None:
    """Let the statements of this transaction take their time: migrations, retention, verification."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENT_SECONDS}s'"))
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        driver = connection.connection.driver_connection
        if isinstance(driver, _Hurried):
            driver.patience = None


def bring_up_to_date(engine: Engine) -> None:
    """Give the tables their newest form; several processes may do so at once. What is there stays.

    Raises:
        Unavailable: The database cannot be used now.
        LakeError: A newer program has written it.
    """
    with reading(engine) as connection:
        if revision_of(connection) == NEWEST:
            return
    migrate = migration()  # read before the lock is taken
    with writing(engine, is_patient=True) as connection:
        unhurried(connection)
        migrate(connection)


def _url_of(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError:
        raise RequestError(
            "the address of the records is none; expected such as sqlite:////var/lib/lvdaitong/service.db "
            "or postgresql+psycopg://user:password@host/name (LVDAITONG_DATABASE_URL)"
        ) from None
    if url.drivername not in _NAMES:
        raise RequestError(
            f"the records cannot be kept in '{url.drivername}'; expected sqlite or postgresql+psycopg "
            "(LVDAITONG_DATABASE_URL)"
        )
    if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        raise RequestError("the records need a file of SQLite, found none in LVDAITONG_DATABASE_URL")
    return url


def _of_file(url: URL) -> Engine:
    file = Path(str(url.database))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    except OSError as error:
        raise LakeError(f"{file}: no records can be kept there: {error.strerror}") from error
    engine = create_engine(
        # `rw`: a file that is gone is not made anew, which would be an empty log
        URL.create(
            "sqlite+pysqlite",
            database=f"file:{quote(file.absolute().as_posix())}",
            query={"mode": "rw", "uri": "true"},
        ),
        connect_args={"timeout": BUSY_SECONDS},
        hide_parameters=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
    )
    event.listen(engine, "connect", _durable)
    set_gate(engine, file)
    return engine


def _of_server(url: URL) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "tcp_user_timeout": int(STATEMENT_SECONDS * 1000),
            "application_name": "lvdaitong",
            "options": " ".join(f"-c {name}={value}" for name, value in _SERVER_SETTINGS.items()),
        },
        hide_parameters=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        pool_pre_ping=True,
    )
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "checkin", _hurry_again)
    set_gate(engine, None)
    return engine


@contextmanager
def _told() -> Iterator[None]:
    """A database's errors in our words; the chain is cut, because the driver's text may hold a row."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, psycopg.Error) as error:
        raise as_told(error) from None


class _Hurried(psycopg.Connection[Any]):
    """A connection that gives up on a server that is there and does not answer."""

    patience: float | None = STATEMENT_SECONDS + 0.5

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """As psycopg's, with an end."""
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.errors._WaitTimeout:  # noqa: SLF001 - the only name it has
            self.close()
            raise psycopg.OperationalError("no answer in time") from None


def _connect(_dialect: Any, _record: Any, words: Any, named: Any) -> Any:
    return _Hurried.connect(*words, **named)


def _hurry_again(driver: Any, _record: Any) -> None:
    if isinstance(driver, _Hurried):
        driver.patience = _Hurried.patience


def _durable(driver: Any, _record: Any) -> None:
    """Readers do not wait for writers, and what is committed survives a loss of power."""
    driver.isolation_level = None  # transactions begin where we say so, see `_begin`
    _write_ahead(driver)
    for setting in ("synchronous=FULL", "foreign_keys=ON", f"wal_autocheckpoint={CHECKPOINT_PAGES}"):
        driver.execute(f"PRAGMA {setting}")


def _write_ahead(driver: Any) -> None:
    """Once in the life of a file; SQLite does not wait for others here, who may be starting, too."""
    deadline = time.monotonic() + BUSY_SECONDS
    while driver.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            driver.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(POLL_SECONDS)


def _begin(connection: Connection) -> None:
    """SQLite: a writer takes the lock at once, so that what it reads first is still so when it writes."""
    if connection.dialect.name != "sqlite":
        return
    options = connection.get_execution_options()
    if options.get("writes"):
        _wait_for_turn(connection, PATIENT_SECONDS if options.get("patient") else BUSY_SECONDS)
    else:
        connection.exec_driver_sql("BEGIN")


def _wait_for_turn(connection: Connection, seconds: float) -> None:
    """Ask for the lock a thousand times a second: SQLite's own waiting grows to a tenth of a second a try.

    A process that writes without a pause would leave another one hardly a chance.
    """
    driver: Any = connection.connection.driver_connection
    deadline = time.monotonic() + seconds
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < deadline:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    break
                time.sleep(POLL_SECONDS)
            else:
                return
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # its failure is told as any other
    finally:
        driver.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
