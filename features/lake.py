"""The lake: committed batches only. A batch is one Parquet file that appears whole or not at all.

Its receipt (what was read, accepted, refused, from which file under which recipe) lies in the file's own
metadata, so that rows and receipt cannot come apart. Corrections and withdrawals are rows of later batches.
"""

import errno
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.catalogue import KEY_COLUMNS, Column, DType, Source
from features.errors import LakeError
from features.home import Home

RECEIPT = b"lvdaitong.receipt"
MONEY = pa.decimal128(18, 2)

QUARANTINE = pa.schema(
    [("row", pa.int64()), ("rules", pa.string()), ("raw", pa.string()), ("table", pa.string())]
)
"""A refused row: its number in the file, the rules it broke, its cells as JSON, the table of the recipe."""

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


def schema_of(source: Source) -> pa.Schema:
    """The stored form of a source's rows."""
    keys = [
        (name, pa.date32() if name in ("event_date", "available_at") else pa.string()) for name in KEY_COLUMNS
    ]
    payload = [(column.name, _ARROW[column.dtype]) for column in source.columns.values()]
    return pa.schema([*keys, *payload])


def to_arrow(rows: pd.DataFrame, source: Source) -> pa.Table:
    """Typed rows in the stored form; money becomes exact decimal yuan."""
    schema = schema_of(source)
    arrays = [_array(rows[entry.name], source.columns.get(entry.name), entry.type) for entry in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _array(values: pd.Series, column: Column | None, kind: pa.DataType) -> pa.Array:
    if column is not None and column.dtype == "money":
        return money_array(values)
    if pa.types.is_date32(kind):
        return pa.Array.from_pandas(values.astype("datetime64[s]")).cast(pa.date32())
    if pa.types.is_int64(kind):
        return pa.Array.from_pandas(values.astype("Int64"))
    return pa.Array.from_pandas(values, type=kind)


def money_array(yuan: pd.Series) -> pa.Array:
    """Floats that hold whole fen, as exact decimals with two places."""
    fen = (yuan * 100).round().astype("Int64")
    whole = pa.Array.from_pandas(fen).cast(pa.decimal128(19, 0))
    # The same integers under a scale of two: no arithmetic, so nothing to round.
    return pa.Array.from_buffers(MONEY, len(whole), whole.buffers(), offset=whole.offset)


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


def receipts(home: Home, source: str) -> Iterator[Receipt]:
    """The receipts of a source's committed batches, in the order of their names."""
    for path in sorted((home.lake / source).glob("*.parquet")):
        yield read_receipt(path)


def refused_rows(home: Home, source: str) -> pd.DataFrame:
    """Every refused row of a source: `row` in its file, `rules` it broke, `raw` cells, `table` and `batch`.

    Raises:
        LakeError: A file of the quarantine is damaged.
    """
    frames = []
    for path in sorted((home.quarantine / source).glob("*.parquet")):
        try:
            frames.append(pq.read_table(path).to_pandas().assign(batch=path.stem))
        except (pa.ArrowInvalid, OSError) as error:
            raise LakeError(f"{path}: damaged; collect its file again") from error
    empty = QUARANTINE.empty_table().to_pandas().assign(batch="")
    return pd.concat(frames, ignore_index=True) if frames else empty


@contextmanager
def staged(home: Home) -> Iterator[Path]:
    """A folder of one's own for files on their way; gone afterwards, whatever happens.

    Raises:
        LakeError: The disk is full or the home cannot be written.
    """
    folder = home.staging / uuid.uuid4().hex
    try:
        with _disk_errors(home):
            folder.mkdir(parents=True)
            yield folder
    finally:
        with suppress(OSError):
            for path in folder.glob("*"):
                path.unlink()
            folder.rmdir()


@contextmanager
def _disk_errors(home: Home) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"cannot be written ({error.strerror})")
        raise LakeError(
            f"{home.root}: {reason}; nothing was committed. Make room or choose another --home"
        ) from error


_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EFBIG: "the file may not grow further",
    errno.EDQUOT: "the disk quota is used up",
    errno.ENOTDIR: "is a file, not a folder",
}


class BatchWriter:
    """The accepted and the refused rows of one batch on their way, chunk by chunk."""

    def __init__(self, folder: Path, source: Source) -> None:
        self.source = source
        self.accepted = folder / "accepted.parquet"
        self.refused = folder / "refused.parquet"
        self._accepted = pq.ParquetWriter(self.accepted, schema_of(source), compression="zstd")
        self._refused = pq.ParquetWriter(self.refused, QUARANTINE, compression="zstd")

    def accept(self, rows: pd.DataFrame) -> None:
        """Add typed rows that keep every promise."""
        if len(rows):
            self._accepted.write_table(to_arrow(rows, self.source))

    def refuse(self, raw: pd.DataFrame, rules: pd.Series, table: str) -> None:
        """Add rows as they were read, each with the rules it broke; the index is the row in the file."""
        if len(raw):
            cells = [json.dumps(row, ensure_ascii=False, default=str) for row in raw.to_dict("records")]
            rows = {"row": raw.index, "rules": rules.to_numpy(), "raw": cells, "table": table}
            self._refused.write_table(pa.Table.from_pandas(pd.DataFrame(rows), schema=QUARANTINE))

    def close(self, receipt: Receipt | None = None) -> None:
        """Finish both files; the receipt goes into the metadata of both."""
        stamp = {RECEIPT.decode(): json.dumps(asdict(receipt), ensure_ascii=False)} if receipt else {}
        for writer in (self._accepted, self._refused):
            if stamp:
                writer.add_key_value_metadata(stamp)
            writer.close()


def commit(staged_file: Path, final: Path) -> None:
    """Make a staged file appear at its place at once and for good."""
    final.parent.mkdir(parents=True, exist_ok=True)
    with staged_file.open("rb") as handle:
        os.fsync(handle.fileno())
    staged_file.replace(final)
    folder = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
