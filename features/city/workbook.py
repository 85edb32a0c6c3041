"""Workbooks as departments fill them: title rows above the header, one sheet a table."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter

from features.city.look import BOOKKEEPING, EXCEL, Look
from features.city.sources import columns
from features.errors import RequestError

CREATED = datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook's own date has no zone
"""A fixed day: the same rows give the same bytes."""

MOST_ROWS = 1_048_576
"""Rows that a sheet can hold; only rare events are sent as workbooks."""


class Workbook:
    """An `.xlsx` file, open for chunks of its sheets.

    Args:
        path: Where it is written.
    """

    def __init__(self, path: Path) -> None:
        self._book: Any = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_numbers": False})
        self._book.set_properties({"created": CREATED})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._sheets: dict[str, tuple[Any, int]] = {}

    def add(self, source: str, look: Look, table: pa.Table) -> None:
        """Write a chunk below what its sheet holds.

        Raises:
            RequestError: The sheet is full; a smaller city is needed.
        """
        sheet, row = self._sheets.get(look.part) or self._begun(look, table.column_names)
        if (rows := row + len(table)) > MOST_ROWS:
            raise RequestError(
                f"{look.place}: {rows:,} rows, a sheet holds {MOST_ROWS:,}; ask for fewer firms or months"
            )
        figures = [_kind(source, look, name) for name in (*BOOKKEEPING, *columns(source))]
        for cells in zip(*(column.to_pylist() for column in table.columns), strict=True):
            for place, (cell, kind) in enumerate(zip(cells, figures, strict=True)):
                if cell is not None:
                    self._put(sheet, row, place, cell, kind)
            row += 1
        self._sheets[look.part] = (sheet, row)

    def _begun(self, look: Look, headers: list[str]) -> tuple[Any, int]:
        sheet = self._book.add_worksheet(look.part or None)
        for row, title in enumerate(look.titles):
            sheet.write_string(row, 0, title)
        for place, header in enumerate(headers):
            sheet.write_string(len(look.titles), place, header)
        return sheet, len(look.titles) + 1

    def _put(self, sheet: Any, row: int, place: int, cell: str, kind: str) -> None:
        """Numbers and serial days become numbers; a word in their place stays a word."""
        try:
            number = float(cell) if kind else None
        except ValueError:
            number = None
        if number is None:
            sheet.write_string(row, place, cell)
        else:
            sheet.write_number(row, place, number, self._day if kind == "day" else None)

    def close(self) -> None:
        """Write the file."""
        self._book.close()


def _kind(source: str, look: Look, name: str) -> str:
    """Return "day" or "figure" for cells that Excel holds as numbers, else nothing."""
    spec = columns(source).get(name)
    is_date = name in ("event_date", "available_at") or (spec is not None and spec.dtype == "date")
    if is_date:
        return "day" if look.date_forms(name) == (EXCEL,) else ""
    return "figure" if spec is not None and spec.dtype in ("money", "number", "count") else ""
