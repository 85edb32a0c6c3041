"""CSV, TSV and other delimited text."""

import codecs
import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pc

from features.errors import SourceError
from pipelines.reading.encodings import encoding_of, wrong_encoding
from pipelines.reading.headers import must_have_headers
from pipelines.reading.packed import Opened

if TYPE_CHECKING:
    from pipelines.reading.files import FileInput

_BLOCK = 8 * 1024**2
"""Bytes parsed at once; no line may be longer."""

_END = "\x1e"
_END_FIELDS = 20_000
"""More fields than any header has."""

_UTF8 = ("utf-8", "utf-8-sig")


def read_delimited(source: "FileInput", file: Opened, chunk_rows: int) -> Iterator[pd.DataFrame]:
    """The rows as text. A line with more or fewer fields than the header stops the file.

    Neither is mended: surplus fields cut off or missing ones filled in would lose data in silence.
    """
    encoding = encoding_of(source, file)
    source.read_as(encoding)
    delimiter = source.table.delimiter or ("\t" if file.ending == ".tsv" else ",")
    lines = _Lines()
    try:
        with file.stream() as raw:
            text = _MarkedUtf8(raw, encoding, delimiter)
            reader = pc.open_csv(pa.PythonFile(text, "r"), **_options(source, lines, delimiter))
            names = reader.schema.names
            if names[0] == _END:
                raise SourceError(f"{source.name}: holds nothing but empty lines ({source.place})")
            must_have_headers(
                source, names, hint="" if source.table.encoding else f"; it was read as {encoding}"
            )
            yield from _in_chunks(reader, chunk_rows)
    except UnicodeError as error:
        raise SourceError(wrong_encoding(source, file, encoding)) from error
    except pa.ArrowInvalid as error:
        if "UTF8" in str(error):
            raise SourceError(wrong_encoding(source, file, encoding)) from error
        told = lines.broken or " ".join(str(error).split())[:160]
        # The library's own words on a line repeat its cells: they stay out of messages and logs.
        raise SourceError(f"{source.name}: not a well-formed CSV: {told} ({source.place})") from None
    if not lines.ended:
        raise SourceError(
            f"{source.name}: not a well-formed CSV: a quote is opened and never closed; "
            f"the file is truncated or a quote is missing ({source.place})"
        )


def _options(source: "FileInput", lines: "_Lines", delimiter: str) -> dict[str, object]:
    return {
        # One thread: only then are the rows numbered.
        "read_options": pc.ReadOptions(block_size=_BLOCK, use_threads=False),
        "parse_options": pc.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, invalid_row_handler=lines.refuse
        ),
        "convert_options": pc.ConvertOptions(
            column_types=dict.fromkeys(source.table.headers, pa.large_string()), strings_can_be_null=False
        ),
    }


class _Lines:
    """What becomes of lines that have not as many fields as the header.

    Attributes:
        broken: What is wrong with the first of them.
        ended: The mark behind the last line was met as a line of its own, and so outside of any quotes.
    """

    def __init__(self) -> None:
        self.broken: str | None = None
        self.ended = False

    def refuse(self, row: pc.InvalidRow) -> Literal["skip", "error"]:
        """Pass over the end mark; stop at any other line."""
        if row.actual_columns == _END_FIELDS:
            self.ended = True
            return "skip"
        fewer = row.actual_columns < row.expected_columns
        self.broken = (
            f"{'fewer' if fewer else 'more'} fields than headers in row {row.number - 1} "
            f"({row.actual_columns} of {row.expected_columns})"
        )
        if fewer:
            self.broken += "; the file is truncated or a line is broken"
        return "error"


class _MarkedUtf8(io.RawIOBase):
    """The text in UTF-8, strictly decoded, with a mark as a line of its own behind the end.

    A quote that is never closed swallows all that follows, and the library takes that for a cell. It
    swallows the mark then, too: so it is noticed.
    """

    def __init__(self, raw: BinaryIO, encoding: str, delimiter: str) -> None:
        self._raw = raw
        self._decoder = None if encoding in _UTF8 else codecs.getincrementaldecoder(encoding)("strict")
        self._mark = ("\n" + _END + delimiter * (_END_FIELDS - 1) + "\n").encode()
        self._ready = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; none behind the mark."""
        while len(self._ready) < size and self._mark:
            block = self._raw.read(size)
            text = self._decoder.decode(block, final=not block).encode() if self._decoder else block
            self._ready += text
            if not block:
                self._ready += self._mark
                self._mark = b""
        taken, self._ready = self._ready[:size], self._ready[size:]
        return taken


def _in_chunks(batches: Iterable[pa.RecordBatch], chunk_rows: int) -> Iterator[pd.DataFrame]:
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in batches:
        waiting.append(batch)
        count += len(batch)
        if count >= chunk_rows:
            table = pa.Table.from_batches(waiting)
            whole = count - count % chunk_rows
            for begin in range(0, whole, chunk_rows):
                yield table.slice(begin, chunk_rows).to_pandas()
            waiting, count = table.slice(whole).to_batches(), count - whole
    if count:
        yield pa.Table.from_batches(waiting).to_pandas()
