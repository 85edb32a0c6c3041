"""What a reader promises, whatever it reads from."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import pandas as pd

from features.errors import SourceError
from pipelines.recipe import Table

CHUNK_ROWS = 500_000
ROW = "row"
"""Name of the index of a chunk: the row's number, from 1, header not counted."""


class Input(ABC):
    """The rows of one table of a recipe.

    Attributes:
        table: The table of the recipe.
        name: What messages and receipts call it: a file's name, `file › sheet`, `file › member`, or
            `VARIABLE › table` of a database, where VARIABLE holds its address.
    """

    def __init__(self, table: Table, name: str) -> None:
        self.table = table
        self.name = name

    @property
    def place(self) -> str:
        """Where to look: stands at the end of messages."""
        return self.name

    @property
    def encoding(self) -> str | None:
        """Encoding of a text file, as the recipe names it or as it was found; None of anything else."""
        return None

    @abstractmethod
    def digest(self) -> str:
        """SHA-256 (hex) of the content: equal content gives an equal digest, whatever it is called.

        Raises:
            SourceError: The content cannot be read.
        """

    def chunks(self, chunk_rows: int = CHUNK_ROWS) -> Iterator[pd.DataFrame]:
        """The rows, `chunk_rows` at a time at most, with exactly the columns that the recipe names.

        Cells are text, except that Parquet and databases keep their dates and Parquet its numbers.
        Missing stays missing. The index is the row's number, from 1, header not counted.

        Raises:
            SourceError: The input is truncated, of another encoding, lacks the sheet or member, has other
                headers or no rows.
            RecipeError: The recipe names an encoding that does not exist, or leaves open which sheet or
                member is meant.
        """
        begin = 1
        for frame in self._frames(chunk_rows):
            if frame.index.name != ROW:  # A sheet numbers its rows itself, because it leaves out empty ones.
                frame.index = pd.RangeIndex(begin, begin + len(frame), name=ROW)
            begin += len(frame)
            if len(frame):
                yield frame
        if begin == 1:
            zh = self.table.source.zh
            raise SourceError(f"{self.name}: has a header and no rows; expected rows of {zh} ({self.place})")

    def close(self) -> None:  # noqa: B027 - a file holds nothing open between chunks
        """Let go of what is held open; chunks are over then."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def _frames(self, chunk_rows: int) -> Iterator[pd.DataFrame]:
        """The rows in order, not yet numbered."""
