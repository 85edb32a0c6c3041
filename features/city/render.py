"""From working rows to tables: first with the catalogue's types, then with a department's looks."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from features.catalogue import Column
from features.city.arrays import Floats, Ints
from features.city.look import BOOKKEEPING, Look
from features.city.rows import OPERATIONS
from features.city.sources import columns
from features.city.spelling import relabelled, spelled

Text = str | tuple[str, ...] | Callable[[Ints], pa.Array]
Texts = Mapping[str, Text]
"""How text columns are spelled: words to choose from, what the number is prefixed with, or who spells it."""

MONEY = pa.decimal128(18, 2)


def typed(source: str, rows: pd.DataFrame, codes: pa.StringArray, prefix: str, texts: Texts) -> pa.Table:
    """Return rows under the catalogue's names and types; `op` is one of `OPERATIONS`."""
    arrays = {
        "entity_id": codes.take(pa.array(rows["firm"].to_numpy())),
        "record_id": _numbered(prefix, rows["record"].to_numpy()),
        "event_date": _dates(rows["event_day"].to_numpy()),
        "available_at": _dates(rows["available_day"].to_numpy()),
        "op": _words(OPERATIONS, rows["op"].to_numpy()),
    }
    for column, spec in columns(source).items():
        arrays[column] = _payload(spec, rows[column].to_numpy(), texts.get(column, ""))
    return pa.table(arrays)


def _payload(spec: Column, values: np.ndarray, text: Text) -> pa.Array:
    if spec.dtype == "text":
        return _text(text, values)
    makers: dict[str, Callable[[np.ndarray], pa.Array]] = {
        "category": lambda places: _words(spec.values, places),
        "money": money,
        "date": _dates,
        "flag": lambda flags: pa.array(flags == 1, pa.bool_(), mask=flags < 0),
        "count": lambda counts: pa.array(counts.astype(np.int64), mask=counts < 0),
        "number": lambda numbers: pa.array(numbers.astype(np.float64), from_pandas=True),
    }
    return makers[spec.dtype](values)


def money(yuan: Floats) -> pa.Array:
    """Return decimals with two places from CNY as floats; NaN becomes missing."""
    missing = np.isnan(yuan)
    fen = np.rint(np.where(missing, 0, yuan) * 100).astype(np.int64)
    words = np.stack([fen, fen >> 63], axis=1)  # 128 bits, the low half first
    exact = pa.Array.from_buffers(MONEY, len(fen), [None, pa.py_buffer(np.ascontiguousarray(words))])
    return pc.if_else(pa.array(missing), pa.scalar(None, MONEY), exact) if missing.any() else exact


def _text(text: Text, values: np.ndarray) -> pa.Array:
    if callable(text):
        return text(values)
    return _numbered(text, values) if isinstance(text, str) else _words(text, values)


def _numbered(prefix: str, numbers: Ints) -> pa.Array:
    return pc.binary_join_element_wise(prefix, pa.array(numbers.astype(np.int64)).cast(pa.string()), "")


def _words(words: tuple[str, ...], places: Ints) -> pa.Array:
    index = pa.array(places.astype(np.int32), mask=places < 0)
    return pa.array(list(words), pa.string()).take(index)


def _dates(days: Ints) -> pa.Array:
    return pa.array(days.astype(np.int32), mask=days < 0).cast(pa.date32())


def looked(source: str, table: pa.Table, look: Look) -> pa.Table:
    """Return a typed table as its department writes it: all text, or typed for Parquet."""
    table = table.set_column(4, "op", relabelled(table["op"], look.operations.__getitem__))
    if not look.is_text:
        return table
    names = [*BOOKKEEPING, *columns(source)]
    written = [spelled(name, table[name], look) for name in names]
    return pa.table(written, names=[look.header(name) for name in names])
