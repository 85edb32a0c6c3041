"""Workbooks (.xlsx, .xls): one sheet, its header found below title rows."""

import datetime as dt
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pandas as pd
import python_calamine as calamine

from features.errors import RecipeError, SourceError
from pipelines.reading.headers import as_text, must_have_headers
from pipelines.reading.inputs import ROW
from pipelines.reading.packed import Opened

if TYPE_CHECKING:
    from pipelines.reading.files import FileInput

HEADER_WITHIN = 30
"""Rows, empty ones counted, among which the header must stand."""

MOST_BYTES = 4 * 1024**3
"""Unpacked bytes beyond which a workbook is refused: it is held in memory, and full sheets need less."""

PARSED_ROWS = 100_000
"""Rows held as cells at most: they take many times the room of a column."""

_SHOWN, _SHOWN_WORDS, _SHOWN_LETTERS = 3, 20, 20
_EXACT = 1e15

Cell = float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def read_sheet(source: "FileInput", file: Opened, chunk_rows: int) -> Iterator[pd.DataFrame]:
    """The rows below the header as text, numbered from the header on, rows without any content left out.

    A date reads as `2015-08-01 00:00:00`, whatever it looks like in the sheet; a number as its digits. The
    content of merged cells stands in the first of them. A cell that shows an error such as #N/A is missing.
    """
    with file.seekable() as place:
        _must_not_be_a_bomb(source, place)
        try:
            with calamine.load_workbook(place) as book:
                rows = book.get_sheet_by_name(_sheet_name(source, book)).iter_rows()
                yield from _frames(source, rows, chunk_rows)
        except calamine.PasswordError as error:
            raise SourceError(
                f"{source.name}: is encrypted; expected a workbook without a password ({source.place})"
            ) from error
        except (calamine.CalamineError, OSError) as error:
            told = " ".join(str(error).split())[:160]
            raise SourceError(
                f"{source.name}: is truncated or no workbook: {told} ({source.place})"
            ) from error


def _must_not_be_a_bomb(source: "FileInput", place: Path | IO[bytes]) -> None:
    try:
        parts = zipfile.ZipFile(place)
    except (zipfile.BadZipFile, OSError):
        return  # .xls, or damaged: calamine tells.
    with parts:
        size = sum(part.file_size for part in parts.infolist())
    if not isinstance(place, Path):
        place.seek(0)
    if size > MOST_BYTES:
        raise SourceError(
            f"{source.name}: unpacks to {size:,} bytes; a workbook of more than "
            f"{MOST_BYTES / 1024**3:.0f} GB is refused, send it as CSV or Parquet ({source.place})"
        )


def _sheet_name(source: "FileInput", book: calamine.CalamineWorkbook) -> str:
    wanted, names = source.table.sheet, book.sheet_names
    if wanted is not None:
        if wanted not in names:
            raise SourceError(
                f"{source.name}: has no sheet '{wanted}'; it has {', '.join(names)} ({source.place})"
            )
        return wanted
    full = [name for name in names if book.get_sheet_by_name(name).total_height] if len(names) > 1 else names
    if len(full) > 1:
        raise RecipeError(
            f"{source.name}: has {len(full)} sheets with content: {', '.join(full)}; "
            f"name one with 'sheet' ({source.place})"
        )
    if not full:
        raise SourceError(f"{source.name}: every sheet is empty; expected a header and rows ({source.place})")
    return full[0]


def _frames(source: "FileInput", rows: Iterator[list[Cell]], chunk_rows: int) -> Iterator[pd.DataFrame]:
    header, leftover = _header(source, rows)
    places = [place for place, name in enumerate(header) if name]
    names = [header[place] for place in places]
    must_have_headers(source, names)
    begin = 1
    while block := list(islice(leftover, min(chunk_rows, PARSED_ROWS))):
        cells = [[_text(cell) for cell in row] for row in block]
        filled = [number for number, row in enumerate(cells) if any(row)]
        _must_stand_under_headers(source, header, cells, begin)
        frame = as_text(
            {name: [cells[row][at] for row in filled] for name, at in zip(names, places, strict=True)}
        )
        frame.index = pd.Index([begin + number for number in filled], name=ROW, dtype="int64")
        yield frame
        begin += len(block)


def _header(source: "FileInput", rows: Iterator[list[Cell]]) -> tuple[list[str], Iterator[list[Cell]]]:
    """The first row that holds every header of the recipe, and the rows below it."""
    found: list[list[str]] = []
    for row in islice(rows, HEADER_WITHIN):
        words = [_text(cell).strip() for cell in row]
        if source.table.headers <= set(words):
            return words, rows
        found.append([word for word in words if word])
    if not any(found):
        raise SourceError(f"{source.name}: the sheet is empty; expected a header and rows ({source.place})")
    nearest = max(found, key=lambda words: (len(source.table.headers & set(words)), len(words)))
    if source.table.headers & set(nearest):
        must_have_headers(source, nearest)
    shown = " | ".join(_shortened(words) for words in [words for words in found if words][:_SHOWN])
    raise SourceError(
        f"{source.name}: no header within the first {HEADER_WITHIN} rows; expected "
        f"{', '.join(sorted(source.table.headers))}, found {shown} ({source.place})"
    )


def _shortened(words: list[str]) -> str:
    return ", ".join(word[:_SHOWN_LETTERS] for word in words[:_SHOWN_WORDS])


def _must_stand_under_headers(
    source: "FileInput", header: list[str], cells: list[list[str]], begin: int
) -> None:
    for place in (place for place, name in enumerate(header) if not name):
        for number, row in enumerate(cells, start=begin):
            if row[place].strip():
                raise SourceError(
                    f"{source.name}: column {_letters(place)} has no header and holds something in row "
                    f"{number}; expected an empty column or a header ({source.place})"
                )


def _letters(place: int) -> str:
    """Column 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _text(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float | int):
        return str(int(cell)) if cell == int(cell) and abs(cell) < _EXACT else repr(cell)
    if isinstance(cell, dt.date) and not isinstance(cell, dt.datetime):
        cell = dt.datetime.combine(cell, dt.time())
    return str(cell)
