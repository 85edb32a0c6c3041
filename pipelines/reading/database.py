"""A table or query of a database, read only, from one snapshot.

The database's address is a secret: it comes from the environment, and neither it nor what a driver says about
a connection is ever repeated, since drivers name hosts and users.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from features.errors import RecipeError, SourceError
from pipelines.reading.cells import column_of, joined, spelled
from pipelines.reading.headers import must_have_headers
from pipelines.reading.inputs import Input
from pipelines.recipe import Table

FETCHED_ROWS = 10_000
"""Rows that one trip to the database brings."""

CONNECT_SECONDS = 15
_DIGEST_BITS = 256
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
_CONNECTION_FAULTS = {
    "refused": "the connection was refused; is the database running?",
    "password": "the user or password was not accepted",
    "no password supplied": "the address has no password",
    "authentication": "the user or password was not accepted",
    "could not translate": "the host is unknown",
    "failed to resolve": "the host is unknown",
    "timeout": f"no answer within {CONNECT_SECONDS} seconds",
    "does not exist": "the database or user does not exist",
    "no such file": "no database is there",
    "unable to open": "no database is there",
    "permission denied for database": "the user may not connect",
    "too many": "the database has too many connections",
    "ssl": "the secured connection failed",
}


class DatabaseInput(Input):
    """The rows that a database gives; `digest` and `chunks` see the same snapshot."""

    def __init__(self, table: Table) -> None:
        self.variable = str(table.database)
        super().__init__(table, f"{self.variable} › {table.from_table or f'query {table.name}'}")
        self._engine = _engine(self.name, self.variable)
        self._open: sa.Connection | None = None

    @property
    def place(self) -> str:
        """The variable that holds the address."""
        return f"database of {self.variable}"

    def digest(self) -> str:
        """SHA-256 over the columns' names and the sum of the rows' hashes: the rows' order is no content."""
        total = count = 0
        names: list[str] = []
        for columns, rows in self._fetched():
            order = sorted(range(len(columns)), key=columns.__getitem__)
            names = [columns[place] for place in order]
            for row in rows:
                text = "\x1f".join("\0" if row[at] is None else spelled(row[at]) for at in order)
                total += int.from_bytes(hashlib.sha256(text.encode()).digest())
            count += len(rows)
        told = "\x1f".join([*names, str(count), str(total % 2**_DIGEST_BITS)])
        return hashlib.sha256(told.encode()).hexdigest()

    def close(self) -> None:
        """End the snapshot and the connection."""
        if self._open is not None:
            self._open.close()
            self._open = None
        self._engine.dispose()

    def _frames(self, chunk_rows: int) -> Iterator[pd.DataFrame]:
        parts: list[pd.DataFrame] = []
        for columns, rows in self._fetched(min(chunk_rows, FETCHED_ROWS)):
            cells = zip(*rows, strict=True) if rows else ([] for _ in columns)
            parts.append(
                pd.DataFrame(
                    {name: column_of(list(column)) for name, column in zip(columns, cells, strict=True)}
                )
            )
            if sum(map(len, parts)) + FETCHED_ROWS > chunk_rows:
                yield joined(parts)
                parts = []
        if parts:
            yield joined(parts)
        self.close()

    def _fetched(self, most: int = FETCHED_ROWS) -> Iterator[tuple[list[str], list[Any]]]:
        connection = self._connection()
        with self._plain_errors("cannot be read"):
            statement, options = self._statement(), {"yield_per": most}
            with connection.execute(statement, execution_options=options) as result:
                columns = list(result.keys())
                self._must_have(columns)
                for rows in result.partitions(most):
                    yield columns, list(rows)

    def _must_have(self, columns: list[str]) -> None:
        if self.table.query:
            must_have_headers(self, columns)

    def _statement(self) -> sa.TextClause:
        """A query as it stands, or the columns that the recipe reads: no more than is needed leaves."""
        if self.table.query:
            # A colon in a query is a colon, no parameter.
            return sa.text(self.table.query.strip().rstrip(";").replace(":", r"\:"))
        columns = ", ".join(self._quoted(name) for name in sorted(self.table.read_headers))
        path = ".".join(self._quoted(part) for part in str(self.table.from_table).split("."))
        return sa.text(f"SELECT {columns} FROM {path}".replace(":", r"\:"))  # noqa: S608 - quoted names only

    def _quoted(self, name: str) -> str:
        begin = self._engine.dialect.identifier_preparer.initial_quote
        end = self._engine.dialect.identifier_preparer.final_quote
        return f"{begin}{name.replace(end, end * 2)}{end}"

    def _connection(self) -> sa.Connection:
        """The one connection, in one read-only transaction, from the first call to `close`."""
        if self._open is None:
            with self._plain_errors("cannot connect"):
                self._open = _snapshot(self._engine)
        return self._open

    @contextmanager
    def _plain_errors(self, what: str) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            self.close()
            connecting = what == "cannot connect"
            told = _fault_of_connection(error) if connecting else _fault_of_query(error, self._engine.url)
            raise SourceError(f"{self.name}: {what}: {told} ({self.place})") from None


def _engine(name: str, variable: str) -> sa.Engine:
    address = os.environ.get(variable)
    if not address:
        raise RecipeError(
            f"{name}: the environment variable {variable} is not set; "
            "expected the database's address, such as postgresql://user:password@host/database"
        )
    try:
        url = sa.engine.make_url(address)
        url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
        if url.get_backend_name() == "sqlite":
            return sa.create_engine("sqlite://", creator=lambda: _sqlite(url), poolclass=sa.NullPool)
        options = {"connect_timeout": CONNECT_SECONDS} if url.get_backend_name() == "postgresql" else {}
        return sa.create_engine(url, connect_args=options, poolclass=sa.NullPool)
    except (NoSuchModuleError, ModuleNotFoundError):
        raise RecipeError(
            f"{name}: no driver is installed for the kind of database that {variable} names; "
            "PostgreSQL and SQLite need none, others their SQLAlchemy driver"
        ) from None
    except (ArgumentError, ValueError):
        raise RecipeError(
            f"{name}: what {variable} holds is no address of a database; "
            "expected one such as postgresql://user:password@host/database or sqlite:///path"
        ) from None


def _sqlite(url: sa.URL) -> sqlite3.Connection:
    path = quote(str(Path(url.database or "").absolute()))
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)
    connection.isolation_level = None  # The snapshot's transaction is opened by hand.
    return connection


def _snapshot(engine: sa.Engine) -> sa.Connection:
    connection = engine.connect()
    if engine.dialect.name == "postgresql":
        return connection.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True, stream_results=True
        )
    if engine.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.exec_driver_sql("BEGIN")
    return connection


def _fault_of_connection(error: Exception) -> str:
    said = str(getattr(error, "orig", None) or error).lower()
    return next((told for word, told in _CONNECTION_FAULTS.items() if word in said), "the driver failed")


def _fault_of_query(error: Exception, url: sa.URL) -> str:
    """What the database says about the query, without its hints and positions."""
    original = error.orig if isinstance(error, DBAPIError) else error
    told = getattr(getattr(original, "diag", None), "message_primary", None) or str(original)
    told = " ".join(told.split())[:200]
    return told.replace(url.password, "…") if isinstance(url.password, str) and url.password else told
