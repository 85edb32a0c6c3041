"""Rows of a table, one firm at a time: looked up by place within microseconds, whatever the table's size."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa


class RowStore:
    """A table of which single rows are asked.

    Args:
        table: A row a firm; its index is not kept.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        arrow = pa.Table.from_pandas(table, preserve_index=False)
        self._columns = {name: _whole(arrow.column(name)) for name in arrow.column_names}

    @property
    def names(self) -> list[str]:
        """Names of the columns."""
        return list(self._columns)

    def at(self, place: int, names: Iterable[str]) -> dict[str, Any]:
        """Some columns of a row: text, numbers, flags, moments; None where a value is missing."""
        return {name: self._columns[name][place].as_py() for name in names}


class GroupedRows:
    """A table with any number of rows a firm.

    Args:
        table: With the column `key`.
        key: Which firm a row is of.
        keys: The firms, in the order of their places.
    """

    def __init__(self, table: pd.DataFrame, key: str, keys: "pd.Index[Any]") -> None:
        places = keys.get_indexer(pd.Index(table[key]))
        order = np.argsort(places, kind="stable")
        known = order[places[order] >= 0]
        self._rows = RowStore(table.drop(columns=key).iloc[known])
        self._ends = np.searchsorted(places[known], np.arange(len(keys) + 1))

    def at(self, place: int) -> list[dict[str, Any]]:
        """Every row of the firm in that place, in the table's order."""
        names = self._rows.names
        return [self._rows.at(row, names) for row in range(self._ends[place], self._ends[place + 1])]


def _whole(column: pa.ChunkedArray) -> pa.Array:
    one = column.combine_chunks()
    return one.chunk(0) if isinstance(one, pa.ChunkedArray) else one
