"""The lake: committed batches only. A batch is one Parquet file that appears whole or not at all.

Its receipt (what was read, accepted, refused, from which file under which recipe) lies in the file's own
metadata, so that rows and receipt cannot come apart. Corrections and withdrawals are rows of later batches.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.catalogue import KEY_COLUMNS, DType, Source
from features.errors import LakeError
from features.home import Home
from features.narrow import one_array
from features.staging import commit, staged

__all__ = [
    "MONEY",
    "Receipt",
    "batch_path",
    "commit",
    "history",
    "quarantine_path",
    "read_receipt",
    "receipts",
    "schema_of",
    "staged",
    "stamp",
    "to_arrow",
]

RECEIPT = b"lvdaitong.receipt"
MONEY = pa.decimal128(18, 2)

_ARROW: dict[DType, pa.DataType] = {
    "text": pa.string(),
    "category": pa.string(),
    "money": MONEY,
    "number": pa.float64(),
    "count": pa.int64(),
    "date": pa.date32(),
    "flag": pa.bool_(),
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one file: `rows_read` = `accepted` + `quarantined`, always."""

    source: str
    table: str
    file: str
    batch: str
    spec: str
    rows_read: int
    accepted: int
    quarantined: int
    rules: dict[str, int]
    """Rule → rows that broke it; a row that broke two counts under both."""
    untyped: int = 0
    """Of the quarantined, those with a cell that could not be read: no expectation was asked of them."""
    warnings: list[str] = field(default_factory=list)
    """What was unusual about the batch as a whole, but no reason to stop it."""
    newest_event: str | None = None
    """Day of the newest accepted event; None where none was accepted."""
    newest_available: str | None = None
    """Latest day on which an accepted row became available."""
    lag_days: float | None = None
    """Median days from event to availability of the accepted rows."""
    refused_id: str = ""
    """Identity of the refused rows that belong to this batch."""
    retries: list[str] = field(default_factory=list)
    """Recipes under which refused rows of this batch were later accepted."""


def schema_of(source: Source) -> pa.Schema:
    """The stored form of a source's rows."""
    keys = [
        (name, pa.date32() if name in ("event_date", "available_at") else pa.string()) for name in KEY_COLUMNS
    ]
    payload = [(column.name, _ARROW[column.dtype]) for column in source.columns.values()]
    return pa.schema([*keys, *payload])


def to_arrow(rows: pd.DataFrame, source: Source) -> pa.Table:
    """Typed rows in the stored form; money is exact decimal yuan."""
    schema = schema_of(source)
    arrays = [_array(rows[entry.name], entry.type) for entry in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _array(values: pd.Series, kind: pa.DataType) -> pa.Array:
    if isinstance(values.dtype, pd.ArrowDtype):
        return one_array(values).cast(kind)
    if pa.types.is_date32(kind):
        return pa.Array.from_pandas(values.astype("datetime64[s]")).cast(pa.date32())
    if pa.types.is_int64(kind):
        return pa.Array.from_pandas(values.astype("Int64"))
    return pa.Array.from_pandas(values, type=kind)


def with_scale(whole: pa.Array, kind: pa.DataType) -> pa.Array:
    """The same integers under another scale: no arithmetic, so nothing to round."""
    return pa.Array.from_buffers(kind, len(whole), whole.buffers(), offset=whole.offset)


def batch_path(home: Home, source: str, batch: str) -> Path:
    """Where a committed batch lies."""
    return home.lake / source / f"{batch}.parquet"


def quarantine_path(home: Home, source: str, batch: str) -> Path:
    """Where the refused rows of a batch lie."""
    return home.quarantine / source / f"{batch}.parquet"


def read_receipt(path: Path) -> Receipt:
    """The receipt of a committed batch.

    Raises:
        LakeError: The file is damaged; the message names it and how to mend it.
    """
    try:
        return Receipt(**json.loads(pq.read_metadata(path).metadata[RECEIPT]))
    except (pa.ArrowInvalid, OSError, KeyError, TypeError) as error:
        raise LakeError(f"{path}: damaged batch; move it away and collect its file again") from error


def stamp(receipt: Receipt) -> dict[str, str]:
    """The receipt as metadata of a Parquet file."""
    return {RECEIPT.decode(): json.dumps(asdict(receipt), ensure_ascii=False)}


def receipts(home: Home, source: str) -> Iterator[Receipt]:
    """The receipts of a source's committed batches, in the order of their names."""
    for path in sorted((home.lake / source).glob("*.parquet")):
        yield read_receipt(path)


def history(home: Home, source: str, table: str | None = None) -> list[Receipt]:
    """The receipts of a source in the order in which its rows became available; of one table, or of all."""
    found = [one for one in receipts(home, source) if table in (None, one.table)]
    return sorted(found, key=_age)


def _age(receipt: Receipt) -> tuple[Any, ...]:
    return (receipt.newest_available or "", receipt.newest_event or "", receipt.batch)
