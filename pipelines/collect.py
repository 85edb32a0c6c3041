"""collect: files → typed rows → expectations → one committed batch a table, refused rows kept apart."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from features.errors import SourceError
from features.home import Home
from features.lake import (
    BatchWriter,
    Receipt,
    batch_path,
    commit,
    quarantine_path,
    read_receipt,
    staged,
)
from pipelines.reading import read_chunks
from pipelines.recipe import Recipe, Table
from pipelines.typing_rows import type_rows

DUPLICATE = "record_id: the row stands in the file already"
Watch = Callable[[Receipt, bool], None]
"""Told of every table: its receipt, and whether it was new."""


def collect(
    home: Home, recipe: Recipe, data: Path, watch: Watch = lambda _receipt, _new: None
) -> list[Receipt]:
    """Collect every table of a recipe from the folder `data` into the lake.

    A table is committed whole or not at all; those before it stay committed. The same file under the
    same recipe changes nothing; under a changed recipe it is read again and takes its batch's place.

    Raises:
        SourceError: A file broke its promise; its batch was not committed.
        LakeError: The lake could not be written; nothing of that batch was committed.
    """
    return [_collect_table(home, table, data / table.file, watch) for table in recipe.tables]


def _collect_table(home: Home, table: Table, path: Path, watch: Watch) -> Receipt:
    batch = _batch_name(table, path)
    spec = hashlib.sha256(f"{table.spec}\x1f{table.source}".encode()).hexdigest()[:16]
    final = batch_path(home, table.source.name, batch)
    if final.exists() and (known := read_receipt(final)).spec == spec:
        watch(known, False)
        return known
    with staged(home) as folder:
        writer = BatchWriter(folder, table.source)
        try:
            receipt = _read_into(writer, table, path, batch, spec)
        except BaseException:
            writer.close()
            raise
        writer.close(receipt)
        commit(writer.refused, quarantine_path(home, table.source.name, batch))
        _some_were_accepted(receipt, home)
        commit(writer.accepted, final)
    watch(receipt, True)
    return receipt


def _batch_name(table: Table, path: Path) -> str:
    """A batch is named by the content of its file, so that the same file is known again."""
    digest = hashlib.sha256(table.name.encode())
    if path.is_file():
        with path.open("rb") as handle:
            digest.update(hashlib.file_digest(handle, "sha256").digest())
    return digest.hexdigest()[:20]


def _read_into(writer: BatchWriter, table: Table, path: Path, batch: str, spec: str) -> Receipt:
    read = refused = 0
    rules: Counter[str] = Counter()
    for raw, rows, broken in checked_chunks(table, path):
        bad = _any_of(broken, raw.index)
        writer.accept(rows[~bad])
        writer.refuse(raw[bad], _joined(broken, bad), table.name)
        rules.update({rule: int(where.sum()) for rule, where in broken.items()})
        read, refused = read + len(raw), refused + int(bad.sum())
    return Receipt(
        source=table.source.name,
        table=table.name,
        file=path.name,
        batch=batch,
        spec=spec,
        rows_read=read,
        accepted=read - refused,
        quarantined=refused,
        rules=dict(sorted(rules.items())),
    )


Checked = tuple[pd.DataFrame, pd.DataFrame, dict[str, pd.Series]]


def checked_chunks(table: Table, path: Path) -> Iterator[Checked]:
    """Chunk by chunk: the rows as read, the rows as typed, and rule → rows that broke it."""
    from features.expectations import broken_rules

    seen = _Seen()
    for raw in read_chunks(path, table):
        typed = type_rows(raw, table)
        typed.refuse(DUPLICATE, seen.again(typed.rows))
        untyped = _any_of(typed.broken, raw.index)
        # A cell that could not be typed is missing now; that it is missing would be a second, false charge.
        broken = {**typed.broken, **_padded(broken_rules(typed.rows[~untyped], table.source), raw.index)}
        yield raw, typed.rows, broken


class _Seen:
    """Versions of records met so far in a file, by a hash of their key."""

    def __init__(self) -> None:
        self.hashes = np.empty(0, dtype=np.uint64)

    def again(self, rows: pd.DataFrame) -> pd.Series:
        """Rows whose record, day and operation stood before: the first of them is kept."""
        key = pd.util.hash_pandas_object(rows[["record_id", "available_at", "op"]], index=False)
        repeated = key.duplicated() | np.isin(key, self.hashes)
        self.hashes = np.concatenate([self.hashes, key.to_numpy()])
        return repeated & rows["record_id"].notna()


def _padded(broken: dict[str, pd.Series], index: pd.Index) -> dict[str, pd.Series]:
    return {rule: where.reindex(index, fill_value=False) for rule, where in broken.items()}


def _any_of(broken: dict[str, pd.Series], index: pd.Index) -> pd.Series:
    bad = pd.Series(False, index=index)
    for where in broken.values():
        bad |= where
    return bad


def _joined(broken: dict[str, pd.Series], bad: pd.Series) -> pd.Series:
    rules = pd.Series("", index=bad.index[bad], dtype="str")
    for rule, where in broken.items():
        hit = where[bad]
        rules = rules.mask(hit, rules.where(rules == "", rules + "; ") + rule)
    return rules


def _some_were_accepted(receipt: Receipt, home: Home) -> None:
    if receipt.accepted:
        return
    rule = max(receipt.rules, key=lambda name: receipt.rules[name])
    where = quarantine_path(home, receipt.source, receipt.batch)
    raise SourceError(
        f"{receipt.file}: all {receipt.rows_read} rows were refused, most for '{rule}'; "
        f"nothing was committed. Look at {where} and mend the recipe"
    )
