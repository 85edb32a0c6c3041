"""A file as an input: which reader its ending asks for, and the digest that makes its batch."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from features.errors import RecipeError, SourceError
from pipelines.reading.inputs import CHUNK_ROWS, Input
from pipelines.reading.packed import Opened, opened
from pipelines.recipe import Table

Reader = Callable[["FileInput", Opened, int], Iterator[pd.DataFrame]]


class FileInput(Input):
    """The rows of a file: CSV, TSV, delimited text, JSON lines, a workbook's sheet, Parquet.

    Text formats may lie in a .gz, any of them in a .zip.
    """

    def __init__(self, table: Table, path: Path) -> None:
        _must_hold_something(path)
        part = table.sheet or table.member
        super().__init__(table, f"{path.name} › {part}" if part else path.name)
        self.path = path
        self._encoding: str | None = None

    @property
    def place(self) -> str:
        """The file's path."""
        return str(self.path)

    @property
    def encoding(self) -> str | None:
        """Encoding of a text file once it is being read; None of anything else."""
        return self._encoding

    def read_as(self, encoding: str) -> None:
        """Note the encoding that the recipe named or the reader found."""
        self._encoding = encoding

    def digest(self) -> str:
        """SHA-256 of the file's bytes, and of the name of the sheet or member where the recipe names one."""
        with self.path.open("rb") as handle:
            content = hashlib.file_digest(handle, "sha256")
        for part in (self.table.sheet, self.table.member):
            if part:
                content.update(f"\x1f{part}".encode())
        return content.hexdigest()

    def _frames(self, chunk_rows: int) -> Iterator[pd.DataFrame]:
        with opened(self.path, self.table.member) as file:
            yield from self._reader(file.ending)(self, file, chunk_rows)

    def _reader(self, ending: str) -> Reader:
        """Readers are imported where they are needed: a CSV needs no workbook library."""
        if ending in (".csv", ".tsv") or (self.table.delimiter and ending not in _BINARY):
            from pipelines.reading.delimited import read_delimited

            return read_delimited
        if ending in (".jsonl", ".ndjson"):
            from pipelines.reading.json_lines import read_json_lines

            return read_json_lines
        if ending in (".xlsx", ".xls"):
            from pipelines.reading.sheets import read_sheet

            return read_sheet
        if ending == ".parquet":
            from pipelines.reading.parquet import read_parquet

            return read_parquet
        raise RecipeError(
            f"{self.name}: cannot read '{ending}'; expected .csv, .tsv, .jsonl, .ndjson, .xlsx, .xls or "
            f".parquet, text in .gz, any of them in .zip, or other text with a 'delimiter' ({self.path})"
        )


_BINARY = (".xlsx", ".xls", ".parquet", ".jsonl", ".ndjson")


def read_chunks(path: Path, table: Table, chunk_rows: int = CHUNK_ROWS) -> Iterator[pd.DataFrame]:
    """The rows of the file at `path`, as `Input.chunks` gives them."""
    yield from FileInput(table, path).chunks(chunk_rows)


def _must_hold_something(path: Path) -> None:
    if not path.is_file():
        beside = sorted(item.name for item in path.parent.iterdir())[:8] if path.parent.is_dir() else []
        found = f"the folder holds {', '.join(beside)}" if beside else f"{path.parent} is no folder or empty"
        raise SourceError(f"{path.name}: no such file at {path}; {found}")
    if path.stat().st_size == 0:
        raise SourceError(f"{path.name}: is empty (0 bytes); expected a header and rows ({path})")
