"""Where the facts of a table come from: Arrow, or plain lists by name."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from serving.policy.errors import FactError
from serving.policy.facts import KINDS, Facts
from serving.policy.table.frame import Array


class Source:
    """Facts by name, of many firms.

    Args:
        table: An Arrow table or record batch, or sequences of plain values by name; None is unknown.

    Raises:
        FactError: A name is not that of a fact, or the columns are not of one length.
    """

    def __init__(self, table: Any) -> None:
        if isinstance(table, pa.RecordBatch):
            table = pa.Table.from_batches([table])
        given = (
            dict(zip(table.column_names, table.columns, strict=True))
            if isinstance(table, pa.Table)
            else table
        )
        if not isinstance(given, Mapping):
            raise FactError("facts", type(given).__name__, "an Arrow table, or columns by name")
        for name in given:
            if name not in KINDS:
                Facts.from_dict({name: None})  # says which fact may be meant
        lengths = {name: len(column) for name, column in given.items()}
        if len(set(lengths.values())) > 1:
            raise FactError("facts", lengths, "columns of one length")
        self.count: int = next(iter(lengths.values()), 0)
        self._given = dict(given)
        self._cells = {name: _as_cells(column) for name, column in given.items()}

    def part(self, start: int, stop: int) -> dict[str, Any]:
        """The cells of rows that follow each other."""
        return {name: _slice(cells, start, stop) for name, cells in self._cells.items()}

    def row(self, place: int) -> dict[str, Any]:
        """The facts of one firm as they were given, without those that are not known."""
        plain = {name: _plain(column[place]) for name, column in self._given.items()}
        return {name: value for name, value in plain.items() if value is not None}


def taken_rows(cells: Mapping[str, Any], rows: Array) -> dict[str, Any]:
    """Some of the rows of a part."""
    return {name: _take(column, rows) for name, column in cells.items()}


def _as_cells(column: Any) -> Any:
    """Arrow where it has a type for the values and keeps them as they are; else a list."""
    if isinstance(column, (pa.Array, pa.ChunkedArray)):
        return column
    values = list(column)
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) > 1:
        return values
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return values


def _slice(cells: Any, start: int, stop: int) -> Any:
    if isinstance(cells, list):
        return cells[start:stop]
    part = cells.slice(start, stop - start)
    if not isinstance(part, pa.ChunkedArray):
        return part
    return part.chunk(0) if part.num_chunks == 1 else part.combine_chunks()


def _take(cells: Any, rows: Array) -> Any:
    return [cells[row] for row in rows] if isinstance(cells, list) else cells.take(pa.array(rows))


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    return value.as_py() if isinstance(value, pa.Scalar) else value


def columns_of(records: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Facts of firms one after the other, as columns by name; a firm of which nothing is known counts too."""
    names = dict.fromkeys(name for record in records for name in record) or {"entity_type": None}
    return {name: [record.get(name) for record in records] for name in names}
