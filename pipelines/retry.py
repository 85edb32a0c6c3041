"""quarantine retry: refused rows judged again under a mended recipe, from the cells that were kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from features.batch import BatchWriter, place
from features.errors import LakeError
from features.home import Home
from features.lake import Receipt, batch_path
from features.quarantine import Refused, refused_batches
from features.raw_cells import from_json
from features.staging import staged
from pipelines.checking import Checker
from pipelines.collect import Tally, finish, known_batch, spec_of, write_pages
from pipelines.met import Numbered
from pipelines.reading import CHUNK_ROWS
from pipelines.recipe import Recipe, Table


@dataclass(frozen=True, slots=True)
class Retried:
    """What became of the refused rows of one batch.

    Attributes:
        receipt: The batch's receipt now.
        tried: How many rows were judged again.
        accepted: How many of them are in the lake now.
        note: Why none could be tried; empty where they were.
    """

    receipt: Receipt
    tried: int
    accepted: int
    note: str = ""


Watch = Callable[[Retried], None]
"""Told of every batch whose refused rows were tried."""


def retry(
    home: Home, recipe: Recipe, source: str | None = None, watch: Watch = lambda _retried: None
) -> list[Retried]:
    """Judge the refused rows of the recipe's tables again; those that are good now enter their batch.

    A batch and its quarantine change together or not at all, and add up to the rows read as before. Rows that
    are refused again stay, with the rules they break now; where nothing changes, nothing is written. Rows
    that were accepted are not read again: a recipe that reads those otherwise, too, wants its file collected.

    Args:
        home: Where lake and quarantine are.
        recipe: The mended recipe.
        source: Only tables of this source; all by default.
        watch: Told of every batch when it is done.

    Raises:
        LakeError: A file is damaged, the home cannot be written, or the batch changed meanwhile.
    """
    done = []
    for table in recipe.tables:
        if source not in (None, table.source.name):
            continue
        for refused in list(refused_batches(home, table.source.name)):
            if refused.receipt.table == table.name and refused.receipt.quarantined:
                done.append(_retry_batch(home, table, refused))
                watch(done[-1])
    write_pages(home)
    return done


def _retry_batch(home: Home, table: Table, refused: Refused) -> Retried:
    before, rows = refused.receipt, refused.rows()
    if note := _cannot_be_tried(table, refused, rows):
        return Retried(before, 0, 0, note)
    known = known_batch(home, table, before.batch)
    with staged(home) as folder, BatchWriter(folder, table.source) as writer:
        checker, tally = Checker(table), Tally()
        if refused.committed:
            _meet_accepted(checker, home, before)
        for raw, repeats in _chunks(rows):
            checker.repeats = Numbered(repeats)
            checked = checker.check(raw)
            tally.add(checked)
            writer.accept(checked.stored, ~checked.bad)
            writer.refuse(raw[checked.bad], checked.rules, table.name, checked.repeats)
        accepted = tally.read - tally.refused
        if not accepted and (writer.refused_id == before.refused_id or not refused.committed):
            return Retried(before, tally.read, 0)
        if refused.committed:
            _copy_accepted(writer, home, before)
        after = finish(home, table, writer, _receipt(table, refused, tally), may_stop=not refused.committed)
        if not place(home, writer, after, known):
            raise LakeError(f"{before.file}: its batch was changed by somebody else meanwhile; try again")
    return Retried(after, tally.read, accepted)


def _cannot_be_tried(table: Table, refused: Refused, rows: pd.DataFrame) -> str:
    if not refused.committed and refused.receipt.accepted:
        return "its batch stopped and is not in the lake; collect its file again"
    lacking = sorted(table.read_headers - set(next(_chunks(rows))[0].columns))
    if lacking:
        return f"it was read without {', '.join(map(repr, lacking))}; collect its file again"
    return ""


def _receipt(table: Table, refused: Refused, tally: Tally) -> Receipt:
    before, spec = refused.receipt, spec_of(table)
    told = replace(
        before,
        accepted=before.rows_read - tally.refused,
        quarantined=tally.refused,
        rules=dict(sorted(tally.rules.items())),
        untyped=tally.untyped,
    )
    if not refused.committed:  # Every row was tried, so the batch is what this recipe makes of the file.
        return replace(told, spec=spec)
    return replace(told, retries=[*(one for one in before.retries if one != spec), spec])


def _chunks(rows: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, NDArray[np.int64]]]:
    """The cells as they were read, in the order of the file, and the numbers that rows alike were given then.

    A chunk holds columns of the same types.
    """
    ordered = rows.sort_values("row", kind="stable")
    changes = ordered["kinds"].ne(ordered["kinds"].shift()).cumsum()
    for _, alike in ordered.groupby(changes, sort=False):
        for begin in range(0, len(alike), CHUNK_ROWS):
            part = alike.iloc[begin : begin + CHUNK_ROWS]
            raw = from_json(part["raw"].tolist(), part["kinds"].iloc[0], part["row"].tolist())
            yield raw, part["repeat"].to_numpy()


def _accepted(home: Home, receipt: Receipt, columns: list[str] | None = None) -> Iterator[pa.Table]:
    with pq.ParquetFile(batch_path(home, receipt.source, receipt.batch)) as file:
        for batch in file.iter_batches(batch_size=CHUNK_ROWS, columns=columns):
            yield pa.Table.from_batches([batch])


def _meet_accepted(checker: Checker, home: Home, receipt: Receipt) -> None:
    """What is in the lake stood before the refused rows."""
    for rows in _accepted(home, receipt, ["record_id", "available_at", "op"]):
        checker.versions.standing(rows.to_pandas(date_as_object=False))


def _copy_accepted(writer: BatchWriter, home: Home, receipt: Receipt) -> None:
    for rows in _accepted(home, receipt):
        writer.accept(rows)
