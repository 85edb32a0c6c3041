"""Single statements that read, past the layers of SQLAlchemy, which cost ten times what a statement does."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from serving.records.faults import as_told
from serving.records.gate import gate_of
from serving.records.prepared import Prepared

Row: TypeAlias = tuple[Any, ...]
"""Columns in the order of the statement."""


def looked_up(engine: Engine, *asked: tuple[Prepared, Mapping[str, Any]]) -> list[list[Row]]:
    """The rows of some statements over one connection; each of them reads by itself.

    Raises:
        Unavailable: The database cannot be read now.
    """
    gate = gate_of(engine)
    with gate.passing():
        gate.be_prepared()
        try:
            return _rows(engine, asked)
        except (SQLAlchemyError, sqlite3.Error, psycopg.Error) as error:
            raise as_told(error) from None


def _rows(engine: Engine, asked: Sequence[tuple[Prepared, Mapping[str, Any]]]) -> list[list[Row]]:
    dialect, pooled = engine.dialect, engine.raw_connection()
    driver: Any = pooled.driver_connection
    has_transactions = dialect.name == "postgresql"  # of SQLite they begin where `database` says so
    try:
        if has_transactions:
            driver.autocommit = True  # no round trips to begin and to end what is one statement
        found = [driver.execute(*one.told(dialect, words)).fetchall() for one, words in asked]
        if has_transactions:
            driver.autocommit = False
    except BaseException as error:
        pooled.invalidate(error)
        raise
    pooled.close()
    return found
