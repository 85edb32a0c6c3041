"""Statements of the way that every answer takes, made into SQL once: that costs more than running."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.sql import ClauseElement


class Prepared:
    """One statement with named parameters (`bindparam`), or an insert of whole rows.

    Args:
        statement: As SQLAlchemy's Core makes it.
        names: Columns of an insert; none for other statements.
    """

    def __init__(self, statement: Executable, names: Sequence[str] = ()) -> None:
        self._statement: Any = statement
        self._columns = list(names) or None
        self._made: dict[str, tuple[str, list[str] | None]] = {}

    def run(self, connection: Connection, words: Mapping[str, Any]) -> Any:
        """Run it once; its result."""
        return connection.exec_driver_sql(*self.told(connection.dialect, words))

    def told(self, dialect: Dialect, words: Mapping[str, Any]) -> tuple[str, Any]:
        """Its SQL and its parameters, as the driver of a dialect takes them."""
        sql, names = self._of(dialect)
        return sql, words if names is None else tuple([words[name] for name in names])

    def run_all(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run it for each of the rows."""
        sql, names = self._of(connection.dialect)
        values = rows if names is None else [tuple(row[name] for name in names) for row in rows]
        connection.exec_driver_sql(sql, values)

    def _of(self, dialect: Dialect) -> tuple[str, list[str] | None]:
        """The SQL of a dialect, and its parameters in order where they have no names."""
        if dialect.name not in self._made:
            element: ClauseElement = self._statement
            compiled: Any = element.compile(dialect=dialect, column_keys=self._columns)
            self._made[dialect.name] = str(compiled), compiled.positiontup
        return self._made[dialect.name]
