"""Names of a table's columns, listed once for all tables that share them."""

from collections import deque
from typing import Any

import pandas as pd

_RECENT: deque[tuple[pd.Index, list[Any]]] = deque(maxlen=8)
"""Columns of recent tables and their names."""


def names_of(table: pd.DataFrame) -> list[Any]:
    """Names of the columns; not to be changed.

    Rows taken from one table share its columns, and to list them takes longer than to read one firm.
    """
    columns = table.columns
    for known, names in tuple(_RECENT):
        if columns.is_(known):
            return names
    listed: list[Any] = columns.tolist()
    _RECENT.append((columns, listed))
    return listed
