"""The city's files, all open at once and written chunk by chunk: the same rows give the same bytes."""

import codecs
import gzip
import io
import zipfile
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from features.city.look import Look
from features.city.sources import columns
from features.city.workbook import Workbook

GZIP_LEVEL = 1
"""Speed before size: utilities send their months packed, not small."""

ZIP_DATE = (2026, 1, 1, 0, 0, 0)
DELIMITERS = {".csv": ",", ".tsv": "\t", ".txt": "\t"}


class CityFile(Protocol):
    """A file of the city, open for the tables that it holds."""

    def add(self, source: str, look: Look, table: pa.Table) -> None:
        """Write a chunk of one of its tables."""

    def close(self) -> None:
        """Finish the file."""


class Outbox:
    """All files of a city, each opened by its first chunk.

    Args:
        folder: The city's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, CityFile] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish every file."""
        for file in self._open.values():
            file.close()

    def add(self, source: str, look: Look, table: pa.Table) -> None:
        """Write a chunk of a source where its department's look says."""
        if look.file not in self._open:
            self._open[look.file] = _opened(self._folder / look.file)
        self._open[look.file].add(source, look, table)


def _opened(path: Path) -> CityFile:
    kinds: dict[str, type[CityFile]] = {
        ".parquet": _Parquet,
        ".xlsx": Workbook,
        ".zip": _Zip,
        ".gz": _Gzip,
    }
    return kinds.get(path.suffix, _Text)(path)  # type: ignore[call-arg]


class _Parquet:
    """One table, whose types are those of its first chunk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: Any = None

    def add(self, source: str, look: Look, table: pa.Table) -> None:  # noqa: ARG002
        if self._file is None:
            self._file = pq.ParquetWriter(self._path, table.schema, compression="zstd")
        self._file.write_table(table.combine_chunks())

    def close(self) -> None:
        self._file.close()


class _Text:
    """One table as delimited text or JSON lines."""

    def __init__(self, path: Path) -> None:
        self._file: IO[bytes] = path.open("wb")
        self._lines: _Lines | None = None

    def add(self, source: str, look: Look, table: pa.Table) -> None:
        if self._lines is None:
            self._lines = _Lines(source, look)
        self._file.write(self._lines.of(table))

    def close(self) -> None:
        self._file.close()


class _Gzip(_Text):
    """Text, packed without the name and the time that would make every copy differ."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._packed = self._file
        self._file = gzip.GzipFile("", "wb", GZIP_LEVEL, self._packed, mtime=0)  # type: ignore[assignment]

    def close(self) -> None:
        super().close()
        self._packed.close()


class _Zip:
    """Small text tables as members of one archive, kept in memory until it is closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._members: dict[str, tuple[_Lines, io.BytesIO]] = {}

    def add(self, source: str, look: Look, table: pa.Table) -> None:
        lines, member = self._members.setdefault(look.part, (_Lines(source, look), io.BytesIO()))
        member.write(lines.of(table))

    def close(self) -> None:
        with zipfile.ZipFile(self._path, "w") as archive:
            for name, (_, member) in self._members.items():
                info = zipfile.ZipInfo(name, ZIP_DATE)
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, member.getvalue())


class _Lines:
    """A table as encoded lines: the mark and the header stand before the first chunk only."""

    def __init__(self, source: str, look: Look) -> None:
        self._look = look
        self._bare = {look.header(name) for name in _figures(source)}
        self._encoder = codecs.getincrementalencoder(look.encoding)()
        self._begun = False

    def of(self, table: pa.Table) -> bytes:
        """Return the next chunk."""
        is_json = self._look.ending == ".jsonl"
        body = _json_lines(table.combine_chunks(), self._bare) if is_json else self._delimited(table)
        first, self._begun = not self._begun, True
        if self._look.encoding == "utf-8" or (self._look.encoding == "utf-8-sig" and not first):
            return body
        encoded: bytes = self._encoder.encode(body.decode())
        return encoded

    def _delimited(self, table: pa.Table) -> bytes:
        buffer = io.BytesIO()
        options = pcsv.WriteOptions(
            include_header=not self._begun,
            quoting_style="needed" if self._look.digits == "thousands" else "none",
            delimiter=DELIMITERS[self._look.ending],
        )
        pcsv.write_csv(table, buffer, options)
        return buffer.getvalue()


def _figures(source: str) -> list[str]:
    """Return the columns of a source that hold numbers."""
    return [name for name, spec in columns(source).items() if spec.dtype in ("money", "number", "count")]


def _json_lines(table: pa.Table, bare: set[str]) -> bytes:
    """Return one JSON object a row: numbers bare, all else in quotes, missing as null."""
    pieces: list[Any] = []
    for place, name in enumerate(table.column_names):
        quote = "" if name in bare else '"'
        cell = pc.binary_join_element_wise(quote, table[name], quote, "")
        pieces += [f'{"," if place else "{"}"{name}":', pc.fill_null(cell, "null")]
    lines = pc.binary_join_element_wise(*pieces, "}\n", "")
    return "".join(lines.to_pylist()).encode()
