"""A table of somebody's own, CSV or Parquet, without a recipe: headers, encoding and types are found."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.catalogue import Source
from features.errors import SourceError
from pipelines.dates import parse_dates
from pipelines.numbers import as_numbers
from pipelines.reading import read_chunks
from pipelines.reading.encodings import encoding_of
from pipelines.reading.files import FileInput
from pipelines.reading.packed import Opened, opened
from pipelines.recipe import ColumnRule, Table

DELIMITERS = ",;\t|"
MISSING = {"", "na", "n/a", "#n/a", "nan", "null", "nil", "?", "\\n", "缺失", "空"}
"""Cells that say that nothing is known, whatever the column; in any case of letters."""

INFINITE = {"inf", "+inf", "-inf", "infinity", "-infinity", "∞"}
MOSTLY = 0.5
DATES = 0.9
"""A column of words of which so many read as dates holds dates."""

DATE_LIKE = r"\s*\d{1,2}[-/.]\d{1,2}[-/.]\d{4}(?:\D.*)?"
"""01.03.2024 or 3/1/2024: a date, though nobody knows which number is the month."""


@dataclass(frozen=True, slots=True)
class Read:
    """A table as it was understood.

    Attributes:
        cells: Numbers as float64, words as text, days as datetime64; the index is the row's number from 1.
        dates: Columns that were text and read as dates; days that could not be told are missing.
        encoding: Of a text file; None of Parquet.
    """

    cells: pd.DataFrame
    dates: tuple[str, ...]
    encoding: str | None


def read_table(path: Path, words: Iterable[str] = ()) -> Read:
    """The table in a file.

    Args:
        path: `.csv`, `.tsv` or `.parquet`; text also in `.gz`, each in `.zip`.
        words: Columns whose numbers are names (a code of an industry): they stay words.

    Raises:
        SourceError: The file is missing, empty, truncated, of another kind or of no known encoding; a header
            stands twice; a column mixes numbers and words or holds infinite values.
    """
    table, encoding = described(path)
    try:
        raw = pd.concat(read_chunks(path, table))
    except SourceError as error:
        raise SourceError(str(error).replace("Set 'encoding' in the recipe", "Save it as UTF-8")) from error
    named = set(words)
    columns = {name: _typed(raw[name], path, words=name in named) for name in raw}
    dates = tuple(
        name
        for name in columns
        if _is_text(raw[name]) and pd.api.types.is_datetime64_any_dtype(columns[name].dtype)
    )
    return Read(pd.DataFrame(columns, index=raw.index), dates, encoding)


def described(path: Path) -> tuple[Table, str | None]:
    """The table of a recipe that names every header of the file, and the encoding found."""
    source = FileInput(table_with(path, [], None), path)
    with opened(path) as file:
        if file.ending == ".parquet":
            return table_with(path, _parquet_headers(source, file), None), None
        if file.ending not in (".csv", ".tsv"):
            raise SourceError(f"{path.name}: cannot read '{file.ending}'; expected .csv, .tsv or .parquet")
        encoding = encoding_of(source, file)
        with file.stream() as raw, io.TextIOWrapper(raw, encoding, newline="") as text:
            first = text.readline()
    delimiter = max(DELIMITERS, key=first.count) if file.ending == ".csv" else "\t"
    return table_with(path, next(csv.reader([first], delimiter=delimiter)), delimiter), encoding


def _parquet_headers(source: FileInput, file: Opened) -> list[str]:
    try:
        with file.seekable() as place, pq.ParquetFile(place) as rows:
            return [str(name) for name in rows.schema_arrow.names]
    except (pa.ArrowInvalid, OSError) as error:
        told = " ".join(str(error).split())[:160]
        raise SourceError(
            f"{source.name}: is truncated or no Parquet file: {told} ({source.place})"
        ) from error


def table_with(path: Path, headers: list[str], delimiter: str | None) -> Table:
    """The table of a recipe that takes every header as it stands."""
    columns = {header: ColumnRule(header=header) for header in headers}
    return Table(path.stem, _source(path), path.name, columns, key="research", delimiter=delimiter)


def _source(path: Path) -> Source:
    """A source of the catalogue's shape for a table that is in no catalogue."""
    return Source(
        name=path.stem,
        zh=path.name,
        en=path.name,
        department="",
        lawful_basis="",
        grain="",
        grain_zh="",
        event_date="",
        event_date_zh="",
        frequency="",
        usual_lag_days=0,
        certainty="to_be_confirmed",
        columns={},
    )


def _is_text(cells: pd.Series) -> bool:
    return bool(pd.api.types.is_string_dtype(cells.dtype) or cells.dtype == object)


def _typed(cells: pd.Series, path: Path, *, words: bool) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return cells
    if not _is_text(cells):
        return _words_of(cells) if words else _finite(cells.astype("float64"), path)
    text = cells.astype("str").str.strip()
    text = text.where(cells.notna() & ~text.str.lower().isin(MISSING))
    if words or not text.notna().any():
        return text if words else text.astype("float64")
    return _days(text, _numbers(text, path))


def _words_of(cells: pd.Series) -> pd.Series:
    """Numbers that are names, as a person writes them: 6512, not 6512.0."""
    whole = cells.astype("Int64") if (cells.dropna() % 1 == 0).all() else cells
    return whole.astype("str").where(cells.notna())


def _numbers(text: pd.Series, path: Path) -> pd.Series:
    """The column as numbers where it holds nothing else; as words where it holds few.

    Raises:
        SourceError: Most are numbers, and some are not.
    """
    known = text.dropna()
    if (known.str.len().gt(1) & known.str.fullmatch(r"0\d+")).any():
        return text  # 0571 is a code: as a number it would lose its zero
    share = known.str.fullmatch(r".*[%％]").all()
    numbers = as_numbers(known.str.rstrip("%％") if share else known) / (100 if share else 1)
    odd = known[numbers.isna()]
    infinite = odd.str.lower().isin(INFINITE)
    if infinite.any():
        raise SourceError(_told_infinite(path, str(text.name), int(infinite.sum())))
    if odd.empty:
        return numbers.reindex(text.index)
    if len(odd) < MOSTLY * len(known):
        raise SourceError(
            f"{path.name}: column '{text.name}' mixes numbers and words: {odd.iloc[0]!r} in row "
            f"{odd.index[0]}, {len(odd):,} of {len(known):,} cells are no numbers; mend them, or leave the "
            f"column out (--drop '{text.name}'), or take all of it for words (--category '{text.name}')"
        )
    return text


def _days(text: pd.Series, typed: pd.Series) -> pd.Series:
    """Words that are dates as days; a date of which nobody can tell day from month is missing."""
    if typed is not text:
        return typed
    known = text.dropna()
    days = parse_dates(known, ("any",))
    like = days.notna() | known.str.fullmatch(DATE_LIKE)
    return days.reindex(text.index) if like.mean() >= DATES else text


def _finite(numbers: pd.Series, path: Path) -> pd.Series:
    infinite = int(np.isinf(numbers).sum())
    if infinite:
        raise SourceError(_told_infinite(path, str(numbers.name), infinite))
    return numbers


def _told_infinite(path: Path, name: str, count: int) -> str:
    return (
        f"{path.name}: column '{name}' holds infinite values in {count:,} rows; "
        "expected numbers or empty cells"
    )
