"""Bodies that `mlflow models serve` would take, as tables: JSON in four forms, and CSV."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from serving.problems import FieldError

MOST_ROWS = 10_000
NO_VALUE = frozenset({"", "NA", "N/A", "NaN", "nan", "null", "NULL", "None"})
"""What a missing value looks like in CSV."""

SHOWN = 100
"""Characters of an asker's own text that a message repeats."""


@dataclass(frozen=True, slots=True)
class Columns:
    """A table as it came: no column is looked at that the model does not ask for.

    Attributes:
        names: Of the columns.
        rows: The cells of each row, in the order of `names`.
        is_text: Whether every cell is text still, as in CSV.
    """

    names: Sequence[str]
    rows: Sequence[Sequence[Any]]
    is_text: bool = False


def read(body: bytes, media_type: str) -> Columns:
    """A body as a table.

    Args:
        body: JSON with one of `dataframe_split`, `dataframe_records`, `inputs` or `instances`; or CSV with a
            line of names.
        media_type: `application/json` or `text/csv`; what follows a semicolon is not looked at.

    Raises:
        FieldError: It is no such body; the message names the place.
    """
    kind = media_type.partition(";")[0].strip().lower()
    if kind == "text/csv":
        return _of_csv(body)
    if kind not in ("application/json", ""):
        raise FieldError("Content-Type", f"application/json or text/csv is expected, found {kind!r}")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise FieldError("body", "is not JSON") from None
    form = _form_of(told)
    columns = READERS[form](form, told[form])
    if len(columns.rows) > MOST_ROWS:
        raise FieldError(form, f"holds {len(columns.rows)} rows; at most {MOST_ROWS} are answered at once")
    return columns


def _form_of(told: Any) -> str:
    """Which of the four forms a body has."""
    if not isinstance(told, dict):
        raise FieldError("body", f"an object with one of {', '.join(READERS)} is expected")
    found = [name for name in READERS if name in told]
    if len(found) != 1:
        raise FieldError("body", f"one of {', '.join(READERS)} is expected, found {found or list(told)[:5]}")
    if told.get("params"):
        raise FieldError("params", "this model takes none")
    return found[0]


def _of_split(form: str, told: Any) -> Columns:
    """`{"columns": [...], "data": [[...], ...]}`; an index is not looked at."""
    if not isinstance(told, dict) or not {"columns", "data"} <= set(told) <= {"columns", "data", "index"}:
        raise FieldError(form, "an object with columns and data is expected")
    return _of_rows(form, told["columns"], told["data"])


def _of_rows(form: str, told: Any, rows: Any) -> Columns:
    names = _names(form, told)
    if not isinstance(rows, list):
        raise FieldError(form, "rows are expected as a list of lists")
    for number, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != len(names):
            raise FieldError(form, f"row {number}: a list of {len(names)} cells is expected, one a column")
    return Columns(names, rows)


def _names(form: str, names: Any) -> list[str]:
    if not isinstance(names, list) or not set(map(type, names)) <= {str}:
        raise FieldError(form, "names of columns are expected as a list of words")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise FieldError(ascii(twice[:SHOWN])[1:-1], "this column stands twice")
    return names


def _of_records(form: str, told: Any) -> Columns:
    """`[{"column": value, ...}, ...]`; what one row leaves out and another has is missing in it."""
    if not isinstance(told, list) or not all(isinstance(row, dict) for row in told):
        raise FieldError(form, "a list of objects is expected, one a row, each with names of columns")
    if not told:
        return Columns([], [])
    names = list(dict.fromkeys(name for row in told for name in row))
    if all(len(row) == len(names) for row in told):
        return Columns(names, [[row[name] for name in names] for row in told])
    return Columns(names, [[row.get(name) for name in names] for row in told])


def _of_inputs(form: str, told: Any) -> Columns:
    """Column → its values, or → its one value; or records; rows without names are refused."""
    if not isinstance(told, dict):
        return _of_records(form, told)
    columns = [value if isinstance(value, list) else [value] for value in told.values()]
    lengths = {len(column) for column in columns}
    if len(lengths) > 1:
        raise FieldError(
            form, f"columns of {min(lengths)} to {max(lengths)} values; as many each are expected"
        )
    return Columns(list(told), list(zip(*columns, strict=True)))


def _of_csv(body: bytes) -> Columns:
    """A line of names, then a line a row; which words are numbers depends on the model."""
    try:
        lines = list(csv.reader(io.StringIO(body.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise FieldError("body", f"is not CSV: {' '.join(str(error).split())[:SHOWN]}") from None
    lines = [line for line in lines if line]
    if not lines:
        raise FieldError("body", "is empty; a line with the names of the columns is expected")
    told = _of_rows("body", lines[0], lines[1:])
    return Columns(told.names, told.rows, is_text=True)


READERS: Mapping[str, Callable[[str, Any], Columns]] = {
    "dataframe_split": _of_split,
    "dataframe_records": _of_records,
    "inputs": _of_inputs,
    "instances": _of_inputs,
}
"""Form of a JSON body → what reads it."""
