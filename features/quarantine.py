"""Quarantine: refused rows as they were read, each with the rules it broke.

A batch and its refused rows are two files, and two files do not change at once. So the batch's receipt names
the refused rows that belong to it, new ones wait as `.pending` until the batch is in the lake, and whoever
reads takes those that the receipt names: at every instant there is one answer, and it adds up.
A batch that stopped leaves its refused rows under a name of their own; they are out of date, and gone, as
soon as what the lake holds in its place changes.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import LakeError
from features.home import Home
from features.lake import Receipt, batch_path, quarantine_path, read_receipt, receipts

QUARANTINE = pa.schema(
    [
        ("row", pa.int64()),
        ("rules", pa.string()),
        ("raw", pa.string()),
        ("table", pa.string()),
        ("kinds", pa.string()),
        ("repeat", pa.int64()),
    ]
)
"""A refused row: its number in the file, the rules it broke, its cells as JSON, the table of the recipe, the
types of its cells as JSON (`features.raw_cells`), and how many rows alike stood before it where the recipe
numbers those."""

NOTHING = "nothing"
"""State of a place in the lake where no batch is."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The refused rows of one batch.

    Attributes:
        receipt: The receipt of the batch; of the attempt where the batch stopped.
        committed: Whether the batch is in the lake.
    """

    path: Path
    receipt: Receipt
    committed: bool

    def rows(self) -> pd.DataFrame:
        """`row` in its file, `rules` it broke, `raw` cells, `table`, `kinds`, `repeat` and `batch`.

        A pending file that got its place meanwhile is read there.

        Raises:
            LakeError: The file is damaged, or gone.
        """
        try:
            try:
                table = pq.read_table(self.path)
            except FileNotFoundError:
                table = pq.read_table(self.path.with_suffix(".parquet"))
        except (pa.ArrowInvalid, OSError) as error:
            raise LakeError(f"{self.path}: damaged; collect its file again") from error
        rows = table.to_pandas().assign(batch=self.receipt.batch)
        return rows.assign(kinds=rows.get("kinds", "{}"), repeat=rows.get("repeat", 0))


def stopped_path(home: Home, source: str, batch: str) -> Path:
    """Where the refused rows of a batch that stops now lie, named by what the lake holds in its place."""
    return home.quarantine / source / f"{batch}.stopped.{_state(home, source, batch)}.parquet"


def pending_path(home: Home, source: str, batch: str) -> Path:
    """Where refused rows wait while their batch is put into the lake."""
    return home.quarantine / source / f"{batch}.pending"


def refused_batches(home: Home, source: str) -> Iterator[Refused]:
    """The refused rows of every batch of a source: of those in the lake, then of those that stopped.

    Raises:
        LakeError: A file is damaged.
    """
    for receipt in receipts(home, source):
        if path := _refused_of(home, receipt):
            yield Refused(path, receipt, committed=True)
    for path in sorted((home.quarantine / source).glob("*.parquet")):
        if not _out_of_date(home, path) and (attempt := _attempt(path)):
            yield Refused(path, attempt, committed=False)


def refused_rows(home: Home, source: str) -> pd.DataFrame:
    """Every refused row of a source: `row` in its file, `rules` it broke, `raw` cells, `table` and `batch`.

    Raises:
        LakeError: A file of the quarantine is damaged.
    """
    frames = [refused.rows() for refused in refused_batches(home, source)]
    empty = QUARANTINE.empty_table().to_pandas().assign(batch="")
    return pd.concat(frames, ignore_index=True) if frames else empty


def tidy(home: Home) -> None:
    """Put pending rows into their place where their batch is in the lake; clear away what is out of date.

    Called while committing, so that nobody else's file is on its way.
    """
    for path in home.quarantine.glob("*/*.pending"):
        with suppress(LakeError):
            batch = batch_path(home, path.parent.name, path.stem)
            if batch.exists() and read_receipt(batch).refused_id == read_receipt(path).refused_id:
                path.replace(path.with_suffix(".parquet"))
            else:
                path.unlink()
    for path in home.quarantine.glob("*/*.stopped.*.parquet"):
        with suppress(LakeError):
            if _out_of_date(home, path):
                path.unlink()


def _refused_of(home: Home, receipt: Receipt) -> Path | None:
    """The file with the refused rows that the receipt names."""
    final = quarantine_path(home, receipt.source, receipt.batch)
    pending = pending_path(home, receipt.source, receipt.batch)
    for path in (pending, final):
        if (attempt := _attempt(path)) and attempt.refused_id == receipt.refused_id:
            return path
    return None


def _attempt(path: Path) -> Receipt | None:
    """The receipt beside some refused rows; None where the file is not there, or went while it was read."""
    try:
        return read_receipt(path)
    except LakeError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return None
        raise LakeError(f"{path}: damaged; collect its file again") from error


def _out_of_date(home: Home, path: Path) -> bool:
    """Whether the lake has changed since; rows that belong to a batch in the lake are not meant here."""
    batch, *words = path.stem.split(".")
    return _state(home, path.parent.name, batch) != (words[-1] if words else NOTHING)


def _state(home: Home, source: str, batch: str) -> str:
    path = batch_path(home, source, batch)
    return read_receipt(path).spec if path.exists() else NOTHING
