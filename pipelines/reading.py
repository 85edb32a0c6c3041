"""Files as chunks of a table: every cell as the file has it, rows numbered from 1."""

import codecs
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import RecipeError, SourceError
from pipelines.recipe import Table

CHUNK_ROWS = 500_000
GUESSES = ("utf-8", "gb18030", "utf-16")


def read_chunks(path: Path, table: Table, chunk_rows: int = CHUNK_ROWS) -> Iterator[pd.DataFrame]:
    """The rows of a CSV or Parquet file, chunk by chunk, with the columns that the recipe names.

    Cells of a CSV are text. The index is the row's number in the file, from 1, header not counted.

    Raises:
        SourceError: The file is missing, empty, truncated, of another encoding or has other headers.
        RecipeError: The recipe's encoding does not exist, or the file's ending is of no known kind.
    """
    _must_hold_something(path)
    readers = {".csv": _read_csv, ".parquet": _read_parquet}
    if path.suffix.lower() not in readers:
        raise RecipeError(f"{path}: cannot read '{path.suffix}'; expected {' or '.join(readers)}")
    begin = 1
    for chunk in readers[path.suffix.lower()](path, table, chunk_rows):
        chunk.index = pd.RangeIndex(begin, begin + len(chunk), name="row")
        begin += len(chunk)
        yield chunk
    if begin == 1:
        raise SourceError(
            f"{path.name}: has a header and no rows; expected rows of {table.source.zh} ({path})"
        )


def _must_hold_something(path: Path) -> None:
    if not path.is_file():
        beside = sorted(item.name for item in path.parent.iterdir())[:8] if path.parent.is_dir() else []
        found = f"the folder holds {', '.join(beside)}" if beside else f"{path.parent} is no folder or empty"
        raise SourceError(f"{path.name}: no such file at {path}; {found}")
    if path.stat().st_size == 0:
        raise SourceError(f"{path.name}: is empty (0 bytes); expected a header and rows ({path})")


def _read_csv(path: Path, table: Table, chunk_rows: int) -> Iterator[pd.DataFrame]:
    try:
        codecs.lookup(table.encoding)
    except LookupError as error:
        raise RecipeError(
            f"{path.name}: the recipe's encoding '{table.encoding}' does not exist; "
            f"expected one such as {', '.join(GUESSES)}"
        ) from error
    try:
        chunks = pd.read_csv(
            path,
            index_col=False,
            encoding=table.encoding,
            sep=table.delimiter,
            dtype="str",
            keep_default_na=False,
            chunksize=chunk_rows,
            encoding_errors="strict",
        )
        with chunks:
            while (chunk := _next(chunks)) is not None:
                _must_have_headers(path, table, list(chunk.columns))
                yield chunk
    except UnicodeError as error:
        raise SourceError(_wrong_encoding(path, table.encoding)) from error
    except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError) as error:
        raise SourceError(f"{path.name}: not a well-formed CSV: {_plainly(error)} ({path})") from error


def _plainly(error: Exception) -> str:
    if isinstance(error, pd.errors.ParserWarning):
        return "more fields than headers"
    return " ".join(str(error).replace("Error tokenizing data. C error:", "").split())


def _next(chunks: Iterator[pd.DataFrame]) -> pd.DataFrame | None:
    """Surplus fields are neither taken for an index nor cut off: both would lose data in silence."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        return next(chunks, None)


def _wrong_encoding(path: Path, expected: str) -> str:
    """Where the bytes stop being of the expected encoding, and which encodings would read them."""
    raw = path.read_bytes()
    try:
        raw.decode(expected)
        place = "somewhere"
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        place = f"at byte {error.start}, line {line}"
    fits = [guess for guess in GUESSES if guess != expected and _decodes(raw, guess)]
    hint = f"it reads as {' or '.join(fits)}" if fits else "it reads as none of " + ", ".join(GUESSES)
    return f"{path.name}: is not {expected} {place}; {hint}. Set 'encoding' in the recipe ({path})"


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeError:
        return False
    return True


def _read_parquet(path: Path, table: Table, chunk_rows: int) -> Iterator[pd.DataFrame]:
    try:
        with pq.ParquetFile(path) as file:
            _must_have_headers(path, table, file.schema_arrow.names)
            for batch in file.iter_batches(batch_size=chunk_rows):
                yield _plain(batch)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        told = " ".join(str(error).split())[:160]
        raise SourceError(f"{path.name}: is truncated or no Parquet file: {told} ({path})") from error


def _plain(batch: pa.RecordBatch) -> pd.DataFrame:
    """Decimals become floats here: exact to the fen below 10^13 yuan, and checked to be so when typed."""
    arrays: list[Any] = [
        array.cast(pa.float64()) if pa.types.is_decimal(array.type) else array for array in batch.columns
    ]
    return pa.table(arrays, names=batch.schema.names).to_pandas(date_as_object=False)


def _must_have_headers(path: Path, table: Table, found: list[str]) -> None:
    lacking = sorted(table.headers - set(found))
    unknown = [name for name in found if name not in table.headers]
    if not lacking and not unknown:
        return
    told = []
    if lacking:
        told.append(f"{len(lacking)} missing: {', '.join(map(repr, lacking))}")
    if unknown:
        told.append(f"{len(unknown)} not in the recipe: {', '.join(map(repr, unknown))}")
    raise SourceError(
        f"{path.name}: the header changed, {'; '.join(told)}. "
        f"Mend 'columns' or 'ignore' of table '{table.name}' in the recipe ({path})"
    )
