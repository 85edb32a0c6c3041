"""JSON lines: one object a line."""

import io
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from features.errors import SourceError
from pipelines.reading.encodings import encoding_of, wrong_encoding
from pipelines.reading.headers import as_text, must_have_headers
from pipelines.reading.packed import Opened

if TYPE_CHECKING:
    from pipelines.reading.files import FileInput

PARSED_ROWS = 100_000
"""Rows held as objects at most: they take many times the room of a column."""


def read_json_lines(source: "FileInput", file: Opened, chunk_rows: int) -> Iterator[pd.DataFrame]:
    """The rows as text; numbers as they are written, so that money stays exact; null is missing.

    A name may be left out of a line; one that no line has is a header that is missing.
    """
    encoding = encoding_of(source, file)
    source.read_as(encoding)
    headers = list(source.table.headers)
    seen: set[str] = set()
    rows: list[dict[str, Any]] = []
    try:
        for row in _objects(source, file, encoding):
            seen.update(row)
            rows.append(row)
            if len(rows) == min(chunk_rows, PARSED_ROWS):
                yield _chunk(source, headers, seen, rows)
                rows = []
    except UnicodeError as error:
        raise SourceError(wrong_encoding(source, file, encoding)) from error
    if rows:
        yield _chunk(source, headers, seen, rows)
    if seen:
        must_have_headers(source, sorted(seen))


def _objects(source: "FileInput", file: Opened, encoding: str) -> Iterator[dict[str, Any]]:
    decoder = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
    with file.stream() as stream, io.TextIOWrapper(stream, encoding, newline="\n") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                row = decoder.decode(line.removeprefix("\ufeff") if number == 1 else line)
            except ValueError as error:
                if isinstance(error, UnicodeError):
                    raise
                raise SourceError(
                    f"{source.name}: line {number} is broken or cut off: {error} ({source.place})"
                ) from error
            if not isinstance(row, dict):
                raise SourceError(
                    f"{source.name}: line {number} is no object but a {type(row).__name__} ({source.place})"
                )
            yield row


def _chunk(
    source: "FileInput", headers: list[str], seen: set[str], rows: list[dict[str, Any]]
) -> pd.DataFrame:
    must_have_headers(source, [*headers, *sorted(seen - set(headers))])
    return as_text({name: [_cell(row.get(name)) for row in rows] for name in headers})


def _cell(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
