"""One batch on its way into the lake: written chunk by chunk beside the reading, then there at once."""

import hashlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.catalogue import Source
from features.home import Home
from features.lake import Receipt, batch_path, read_receipt, schema_of, stamp
from features.promises import Spans
from features.quarantine import QUARANTINE, pending_path, stopped_path, tidy
from features.raw_cells import as_json
from features.staging import commit, committing

UNIQUE = ("record_id",)
"""Columns whose values do not repeat: a dictionary of them would only be thrown away again."""


class BatchWriter:
    """The accepted and the refused rows of one batch, chunk by chunk.

    One chunk is written by a thread of its own while the next is read and judged; an error of that thread is
    raised by the next call. Use it in a `with` statement.
    """

    def __init__(self, folder: Path, source: Source) -> None:
        self.accepted = folder / "accepted.parquet"
        self.refused = folder / "refused.parquet"
        self.spans = Spans()
        schema = schema_of(source)
        repeating: Any = [name for name in schema.names if name not in UNIQUE]
        self._accepted = pq.ParquetWriter(self.accepted, schema, compression="zstd", use_dictionary=repeating)
        self._refused = pq.ParquetWriter(self.refused, QUARANTINE, compression="zstd")
        self._identity = hashlib.sha256()
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._writing: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.shutdown(wait=True)
        for writer in (self._accepted, self._refused):
            with suppress(OSError):
                writer.close()

    @property
    def refused_id(self) -> str:
        """Identity of the refused rows written so far: their numbers, rules and cells."""
        return self._identity.hexdigest()[:20]

    def accept(self, rows: pa.Table, good: np.ndarray | None = None) -> None:
        """Add typed rows in the stored form; where `good` is given, only those."""
        self._later(lambda: self._accept(rows, good))

    def _accept(self, rows: pa.Table, good: np.ndarray | None) -> None:
        kept = rows if good is None else rows.filter(pa.array(good))
        if len(kept):
            self.spans.add(kept["event_date"], kept["available_at"])
            self._accepted.write_table(kept)

    def refuse(
        self, raw: pd.DataFrame, rules: pd.Series, table: str, repeats: NDArray[np.int64] | int = 0
    ) -> None:
        """Add rows as they were read, each with the rules it broke.

        Args:
            raw: Cells; the index is the row in the file.
            rules: What each row broke, in words.
            table: The table of the recipe.
            repeats: How many rows alike stood before each, where the recipe numbers those.
        """
        if raw.empty:
            return
        cells, kinds = as_json(raw)
        for row, said, cell in zip(raw.index, rules, cells, strict=True):
            self._identity.update(f"{row}\x1f{said}\x1f{cell}\x1e".encode())
        rows = pd.DataFrame({"row": raw.index, "rules": rules.to_numpy(), "raw": cells})
        rows = rows.assign(table=table, kinds=kinds, repeat=repeats)
        written = pa.Table.from_pandas(rows, schema=QUARANTINE, preserve_index=False)
        self._later(lambda: self._refused.write_table(written))

    def _later(self, work: Callable[[], None]) -> None:
        self.wait()
        self._writing = self._thread.submit(work)

    def wait(self) -> None:
        """Return when everything added so far is written."""
        if self._writing is not None:
            self._writing.result()

    def close(self, receipt: Receipt) -> None:
        """Finish both files; the receipt goes into the metadata of both."""
        self.wait()
        for writer in (self._accepted, self._refused):
            writer.add_key_value_metadata(stamp(receipt))
            writer.close()


def place(home: Home, writer: BatchWriter, receipt: Receipt, instead_of: Receipt | None) -> bool:
    """Put a finished batch and its refused rows into the lake and the quarantine, at once.

    Args:
        home: Whose lake.
        writer: Closed with `receipt`.
        receipt: What became of the rows.
        instead_of: What the lake held in its place when the work began.

    Returns:
        False where somebody else changed that place meanwhile; then nothing was committed.

    Raises:
        LakeError: The home cannot be written.
    """
    final = batch_path(home, receipt.source, receipt.batch)
    with committing(home):
        tidy(home)
        if (read_receipt(final) if final.exists() else None) != instead_of:
            return False
        commit(writer.refused, pending_path(home, receipt.source, receipt.batch))
        commit(writer.accepted, final)
        # The batch is in the lake now; what is left to do, the next one to commit would do as well.
        with suppress(OSError):
            tidy(home)
    return True


def keep_refused(home: Home, writer: BatchWriter, receipt: Receipt) -> Path:
    """Keep the refused rows of a batch that stops, to be looked at; the batch itself is not committed."""
    with committing(home):
        tidy(home)
        path = stopped_path(home, receipt.source, receipt.batch)
        commit(writer.refused, path)
    return path
