"""Files written chunk by chunk, with what went into them counted."""

import io
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from features.city.formats import Look


@dataclass
class FileWriter:
    """One file of the city, open for chunks of one shape.

    Args:
        folder: The city's folder.
        look: How the file looks.
    """

    folder: Path
    look: Look
    counts: Counter[str] = field(default_factory=Counter)
    _parquet: Any = None
    _text: Any = None

    def __enter__(self) -> Self:
        """Open a text file; a Parquet file opens with its first chunk, whose types it takes."""
        if self.look.is_text:
            self._text = (self.folder / self.look.file).open("w", encoding=self.look.encoding, newline="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close whichever file is open."""
        for file in (self._parquet, self._text):
            if file is not None:
                file.close()

    def write(self, table: pa.Table) -> None:
        """Add a chunk."""
        if self.look.is_text:
            self._text.write(
                _csv(table, header=self._text.tell() == 0, quoted=self.look.money == "thousands")
            )
            return
        if self._parquet is None:
            self._parquet = pq.ParquetWriter(self.folder / self.look.file, table.schema, compression="zstd")
        self._parquet.write_table(table)


def _csv(table: pa.Table, *, header: bool, quoted: bool) -> str:
    buffer = io.BytesIO()
    style = "needed" if quoted else "none"
    pc.write_csv(table, buffer, pc.WriteOptions(include_header=header, quoting_style=style))
    return buffer.getvalue().decode()
