"""Inputs as chunks of a table: every cell as the file or database has it, rows numbered from 1."""

from pathlib import Path

from pipelines.reading.files import FileInput, read_chunks
from pipelines.reading.inputs import CHUNK_ROWS, Input
from pipelines.recipe import Table

__all__ = ["CHUNK_ROWS", "Input", "open_input", "read_chunks"]


def open_input(table: Table, data: Path) -> Input:
    """Where a table's rows come from: a file in the folder `data`, or a database.

    Use it in a `with` statement: a database keeps one snapshot from `digest` to the last chunk.

    Raises:
        SourceError: The file is missing or empty, or the database does not answer.
        RecipeError: The recipe asks for what no reader can do; the message names the word.
    """
    if table.database:
        from pipelines.reading.database import DatabaseInput

        return DatabaseInput(table)
    return FileInput(table, data / table.file)
