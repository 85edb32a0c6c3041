"""collect: files → typed rows → expectations → one committed batch a table, refused rows kept apart."""

import hashlib
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from features.batch import BatchWriter, keep_refused, place
from features.data_docs import build_data_docs
from features.errors import LakeError, SourceError
from features.home import Home
from features.lake import Receipt, batch_path, history, read_receipt
from features.promises import earlier_than, figures_of, promises_of
from features.staging import staged
from pipelines.checking import Checked, Checker, Timed, untimed
from pipelines.reading import CHUNK_ROWS, Input, open_input
from pipelines.recipe import Recipe, Table

Watch = Callable[[Receipt, bool], None]
"""Told of every table: its receipt, and whether it was new."""


def collect(
    home: Home,
    recipe: Recipe,
    data: Path,
    watch: Watch = lambda _receipt, _new: None,
    *,
    timed: Timed = untimed,
    chunk_rows: int = CHUNK_ROWS,
) -> list[Receipt]:
    """Collect every table of a recipe from the folder `data`, or its database, into the lake.

    A table is committed whole or not at all; those before it stay committed. The same content under the
    same recipe changes nothing; under a changed recipe it is read again and takes its batch's place.

    Args:
        home: Where the lake is.
        recipe: Which tables, and how their columns become rows.
        data: The folder with the recipe's files.
        watch: Told of every table when it is done.
        timed: Surrounds the parts of the work: `digest`, `reading`, `typing`, `expectations`, `writing` …
        chunk_rows: Rows read and judged at a time; they bound the memory.

    Raises:
        SourceError: A source broke its promise; its batch was not committed.
        LakeError: The lake could not be written; nothing of that batch was committed.
    """
    receipts = [_collect_table(home, table, data, watch, timed, chunk_rows) for table in recipe.tables]
    with timed("pages"):
        write_pages(home)
    return receipts


def _collect_table(
    home: Home, table: Table, data: Path, watch: Watch, timed: Timed, chunk_rows: int
) -> Receipt:
    with open_input(table, data) as source:
        with timed("digest"):
            batch = batch_name(table, source)
        known = known_batch(home, table, batch)
        if known is not None and known.spec == spec_of(table):
            watch(known, False)
            return known
        with staged(home) as folder, BatchWriter(folder, table.source) as writer:
            read = _read_into(writer, table, source, batch, timed, chunk_rows)
            with timed("commit"):
                receipt = finish(home, table, writer, read)
                receipt, new = _placed(home, table, writer, receipt, known)
    watch(receipt, new)
    return receipt


def write_pages(home: Home) -> None:
    """Bring the Data Docs up to date.

    They can be written again at any time: where that fails now, what was committed is committed all the same.
    """
    with suppress(LakeError):
        build_data_docs(home)


def batch_name(table: Table, source: Input) -> str:
    """A batch is named by the content it comes from, so that the same content is known again."""
    digest = hashlib.sha256(table.name.encode())
    digest.update(bytes.fromhex(source.digest()))
    return digest.hexdigest()[:20]


def spec_of(table: Table) -> str:
    """What a batch depends on beside its content: the table's words in the recipe, and the catalogue's."""
    return hashlib.sha256(f"{table.spec}\x1f{table.source}".encode()).hexdigest()[:16]


def known_batch(home: Home, table: Table, batch: str) -> Receipt | None:
    """The receipt of a batch that is in the lake; None where it is not."""
    path = batch_path(home, table.source.name, batch)
    return read_receipt(path) if path.exists() else None


def _read_into(
    writer: BatchWriter, table: Table, source: Input, batch: str, timed: Timed, chunk_rows: int
) -> Receipt:
    checker, tally = Checker(table, timed), Tally()
    chunks = source.chunks(chunk_rows)
    while True:
        with timed("reading"):
            raw = next(chunks, None)
        if raw is None:
            break
        checked = checker.check(raw)
        tally.add(checked)
        with timed("writing"):
            writer.accept(checked.stored, ~checked.bad if checked.bad.any() else None)
            writer.refuse(raw[checked.bad], checked.rules, table.name, checked.repeats)
    return Receipt(
        source=table.source.name,
        table=table.name,
        file=source.name,
        batch=batch,
        spec=spec_of(table),
        rows_read=tally.read,
        accepted=tally.read - tally.refused,
        quarantined=tally.refused,
        rules=dict(sorted(tally.rules.items())),
        untyped=tally.untyped,
    )


class Tally:
    """Rows counted while they pass."""

    def __init__(self) -> None:
        self.read = self.refused = self.untyped = 0
        self.rules: Counter[str] = Counter()

    def add(self, checked: Checked) -> None:
        """Count a chunk in."""
        self.read += len(checked.raw)
        self.refused += int(checked.bad.sum())
        self.untyped += checked.untyped
        self.rules.update({rule: int(where.sum()) for rule, where in checked.broken.items()})


def finish(home: Home, table: Table, writer: BatchWriter, read: Receipt, *, may_stop: bool = True) -> Receipt:
    """Judge the batch as a whole, and close its files with the receipt.

    Args:
        home: Whose lake tells what is usual.
        table: The table of the recipe.
        writer: Holds the rows.
        read: The receipt as far as reading tells it.
        may_stop: Whether a broken promise may stop the batch; not where it is in the lake already.

    Raises:
        SourceError: The batch stops: the source is broken. Its refused rows are kept, nothing else is.
    """
    from features.expectations import broken_promises

    writer.wait()
    receipt = writer.spans.told_in(read)
    earlier = earlier_than(receipt, history(home, receipt.source))
    figures = figures_of(receipt, earlier)
    broken = broken_promises(promises_of(table.source, receipt, earlier), figures)
    said = [(one.stops, one.said.format(value=figures[one.figure])) for one in broken]
    warnings = [words for stops, words in said if not stops]
    receipt = replace(receipt, warnings=warnings, refused_id=writer.refused_id)
    writer.close(receipt)
    if not may_stop:
        return receipt
    if not receipt.accepted:
        _stop(home, writer, receipt, f"all {receipt.rows_read} rows were refused")
    for stops, words in said:
        if stops:
            _stop(home, writer, receipt, words)
    return receipt


def _stop(home: Home, writer: BatchWriter, receipt: Receipt, why: str) -> NoReturn:
    where = keep_refused(home, writer, receipt)
    most = max(receipt.rules, key=lambda name: receipt.rules[name], default="")
    hint = f"most for '{most}'; nothing was committed. Look at {where} and mend the recipe"
    if not receipt.rules:
        hint = "nothing was committed. Ask the department; thresholds are in features/promises.yaml"
    raise SourceError(f"{receipt.file}: {why}, {hint}")


def _placed(
    home: Home, table: Table, writer: BatchWriter, receipt: Receipt, known: Receipt | None
) -> tuple[Receipt, bool]:
    """The receipt now in the lake, and whether it is this one: another process may have been first."""
    while not place(home, writer, receipt, known):
        known = known_batch(home, table, receipt.batch)
        if known is not None and known.spec == receipt.spec:
            return known, False
    return receipt, True
