"""Facts of many firms from a file, its columns named in English or Chinese, ready for the measures."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.errors import SourceError
from pipelines.own_reading import MISSING, described, table_with
from pipelines.reading import read_chunks
from pipelines.reading.encodings import encoding_of
from pipelines.reading.files import FileInput
from pipelines.reading.packed import Opened, opened
from pipelines.reading.sheets import HEADER_WITHIN
from pipelines.recipe import Table
from serving.policy.fact_kinds import DAY, FLAG
from serving.policy.facts import KINDS, NAMES_ZH

TRUTHS = {
    "true": True,
    "false": False,
    "是": True,
    "否": False,
    "有": True,
    "无": False,
    "1": True,
    "0": False,
}
"""How people write a flag; anything else is told as an error of its cell."""

NAMES = {zh: name for name, zh in NAMES_ZH.items()} | {name: name for name in KINDS}
MIDNIGHT = " 00:00:00"


@dataclass(frozen=True, slots=True)
class FactsFile:
    """What a file holds.

    Attributes:
        facts: Columns of facts by their names: values, or text to be read by each fact's kind.
        others: Columns that are no facts, such as a firm's code: kept beside the findings.
        rows: Numbers of the rows in the file, the first below the header being 1.
    """

    facts: dict[str, Any]
    others: dict[str, Any]
    rows: list[int]


def read_facts_file(path: Path) -> FactsFile:
    """Facts from CSV, TSV, Excel, JSON lines or Parquet; text also packed as .gz, any of them as .zip.

    Raises:
        SourceError: The file is missing, damaged or of another kind; no column of it is a fact; or two
            columns are the same fact.
    """
    table, rows = _read(path)
    names = {header: NAMES.get(header.strip()) for header in table.column_names}
    facts = [name for name in names.values() if name is not None]
    if not facts:
        raise SourceError(
            f"{path.name}: no column is a fact; found {', '.join(names)}, expected names such as "
            f"loan_balance_cny or {NAMES_ZH['loan_balance_cny']} ({path})"
        )
    twice = sorted({name for name in facts if facts.count(name) > 1})
    if twice:
        headers = ", ".join(header for header, name in names.items() if name == twice[0])
        raise SourceError(f"{path.name}: the columns {headers} are the same fact, {twice[0]} ({path})")
    found = {str(name): _cells(str(name), table[header]) for header, name in names.items() if name}
    others = {header: table[header] for header, name in names.items() if name is None}
    return FactsFile(found, others, rows)


def _read(path: Path) -> tuple[Any, list[int]]:
    recipe = _table(path)
    if recipe is None:
        with opened(path) as file, file.seekable() as place:
            table = pq.read_table(place)
        return table, list(range(1, len(table) + 1))
    frame = pd.concat(read_chunks(path, recipe))
    return pa.Table.from_pandas(frame, preserve_index=False), [int(row) for row in frame.index]


def _table(path: Path) -> Table | None:
    """The table of every header in a file of text; None of Parquet, whose types are kept."""
    source = FileInput(table_with(path, [], None), path)
    with opened(path) as file:
        if file.ending == ".parquet":
            return None
        if file.ending in (".csv", ".tsv"):
            return described(path)[0]
        if file.ending in (".jsonl", ".ndjson"):
            return table_with(path, _names_of_objects(source, file), None)
        if file.ending in (".xlsx", ".xls"):
            return table_with(path, _headers_of_sheet(source, file), None)
    raise SourceError(
        f"{path.name}: cannot read '{file.ending}'; expected .csv, .tsv, .xlsx, .xls, .jsonl, .ndjson or "
        f".parquet; one firm's facts as .json ({path})"
    )


def _names_of_objects(source: FileInput, file: Opened) -> list[str]:
    names: dict[str, None] = {}
    with file.stream() as raw, io.TextIOWrapper(raw, encoding_of(source, file), newline="\n") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                names |= dict.fromkeys(_object(source, number, line))
    return list(names)


def _object(source: FileInput, number: int, line: str) -> dict[str, Any]:
    try:
        found = json.loads(line.removeprefix("\ufeff"))
    except ValueError as error:
        raise SourceError(f"{source.name}: line {number} is broken or cut off ({source.place})") from error
    if not isinstance(found, dict):
        raise SourceError(f"{source.name}: line {number} is no object ({source.place})")
    return found


def _headers_of_sheet(source: FileInput, file: Opened) -> list[str]:
    """The first row that holds the name of a fact."""
    import python_calamine as calamine

    with file.seekable() as place, calamine.load_workbook(place) as book:
        for name in book.sheet_names:
            for row in islice(book.get_sheet_by_name(name).iter_rows(), HEADER_WITHIN):
                words = [str(cell).strip() for cell in row]
                if any(word in NAMES for word in words):
                    return [word for word in words if word]
    raise SourceError(
        f"{source.name}: no row within the first {HEADER_WITHIN} holds the name of a fact, such as "
        f"{NAMES_ZH['loan_balance_cny']} ({source.place})"
    )


def _cells(name: str, column: Any) -> Any:
    """Cells as the kind of a fact reads them: text without blanks, truths, days."""
    if pa.types.is_timestamp(column.type):
        return _days(column)
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    text = pc.utf8_trim_whitespace(column)
    empty = pc.is_in(pc.utf8_lower(text), value_set=pa.array(sorted(MISSING), text.type))
    text = pc.if_else(empty, pa.scalar(None, text.type), text)
    if KINDS[name] == FLAG:
        return _mapped(text, lambda word: TRUTHS.get(word.lower(), word))
    if KINDS[name] == DAY:
        return _mapped(text, lambda word: word.removesuffix(MIDNIGHT).replace("/", "-"))
    return text


def _days(moments: Any) -> Any:
    """Days where every moment is a midnight; else they stay moments, which are no days."""
    days = moments.cast(pa.date32(), safe=False)
    return days if days.cast(moments.type).equals(moments) else moments


def _mapped(text: Any, how: Callable[[str], Any]) -> list[Any]:
    coded = text.combine_chunks().dictionary_encode() if isinstance(text, pa.ChunkedArray) else text
    words = [how(word) for word in coded.dictionary.to_pylist()]
    return list(_looked_up(coded.indices.to_pylist(), words))


def _looked_up(places: list[int | None], words: list[Any]) -> Iterator[Any]:
    return (None if place is None else words[place] for place in places)
