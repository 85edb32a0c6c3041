"""Cells as they were read, kept as JSON and made again exactly: what a person looks at, and a retry types."""

import json
import re
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa

_DECIMAL = re.compile(r"decimal128\((\d+), (-?\d+)\)\[pyarrow\]")


def as_json(raw: pd.DataFrame) -> tuple[list[str], str]:
    """Every row as a JSON object of its cells, and the types of those columns that are no text.

    Dates and decimals stand as text, missing cells as null; the types tell which they were.
    """
    plain = raw.astype(object).where(raw.notna(), None)
    cells = [json.dumps(row, ensure_ascii=False, default=str) for row in plain.to_dict("records")]
    kinds = {name: str(dtype) for name, dtype in raw.dtypes.items() if not _is_text(dtype)}
    return cells, json.dumps(kinds, ensure_ascii=False)


def from_json(cells: list[str], kinds: str, rows: list[int]) -> pd.DataFrame:
    """The cells as they were read: of rows of one file whose columns had the same types.

    Args:
        cells: JSON objects with the same keys, as `as_json` gives them.
        kinds: The types beside them.
        rows: Numbers of the rows in the file; they become the index.
    """
    records = [json.loads(cell) for cell in cells]
    types = json.loads(kinds)
    index = pd.Index(rows, name="row")
    columns = {
        name: _column([record.get(name) for record in records], types.get(name), index)
        for name in dict.fromkeys(name for record in records for name in record)
    }
    return pd.DataFrame(columns, index=index)


def _column(cells: list[Any], kind: str | None, index: pd.Index) -> pd.Series:
    if kind is None:
        return pd.Series(cells, index=index, dtype="str")
    if kind.startswith("datetime64"):
        days = pd.to_datetime(pd.Series(cells, index=index, dtype="str"), format="ISO8601", utc="," in kind)
        return days.astype(kind)
    if decimal := _DECIMAL.fullmatch(kind):
        exact = pa.decimal128(int(decimal[1]), int(decimal[2]))
        values = [None if cell is None else Decimal(cell) for cell in cells]
        return pd.Series(pd.array(pa.array(values, type=exact), dtype=pd.ArrowDtype(exact)), index=index)
    return pd.Series(cells, index=index, dtype=kind)


def _is_text(dtype: Any) -> bool:
    return isinstance(dtype, pd.StringDtype)
