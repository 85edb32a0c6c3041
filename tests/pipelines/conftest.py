"""A lake drawn as tables: what was collected of a source, row by row."""

from collections.abc import Callable
from decimal import Decimal

import pandas as pd
import pyarrow.parquet as pq
import pytest

from features.catalogue import KEY_COLUMNS, Source, source_named
from features.home import Home
from features.lake import MONEY, Receipt, batch_path, stamp, to_arrow

READERS = {
    "count": int,
    "number": float,
    "money": Decimal,
    "flag": lambda cell: {"yes": True, "no": False}[cell],
    "date": pd.Timestamp,
}


def drawn_rows(source: Source, text: str, batch: str) -> pd.DataFrame:
    """A table drawn with bars, with every column of the source; empty cells are missing.

    What a drawing leaves out: a record number of its own, known on the day itself, an upsert.
    """
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    rows = [[cell or None for cell in line] for line in lines[1:]]
    frame = pd.DataFrame(rows, columns=lines[0], dtype="object")
    if "record_id" not in frame:
        frame["record_id"] = [f"{source.name} {batch} {number}" for number in range(len(frame))]
    if "available_at" not in frame:
        frame["available_at"] = frame["event_date"]
    if "op" not in frame:
        frame["op"] = "upsert"
    for name, column in source.columns.items():
        cells = frame[name] if name in frame else pd.Series([None] * len(frame))
        read = READERS.get(column.dtype, str)
        values = [None if cell is None else read(cell) for cell in cells]
        frame[name] = pd.Series(values, dtype=pd.ArrowDtype(MONEY) if column.dtype == "money" else "object")
    days = {name: pd.to_datetime(frame[name]) for name in ("event_date", "available_at")}
    dates = {name: pd.to_datetime(frame[name]) for name, one in source.columns.items() if one.dtype == "date"}
    return frame.assign(**days, **dates)[[*KEY_COLUMNS, *source.columns]]


@pytest.fixture
def lake(home: Home) -> Callable[..., Home]:
    """Puts tables drawn as text into the home's lake, a batch each: `lake(loan="…", registration="…")`."""

    def put(**drawn: str) -> Home:
        for name, text in drawn.items():
            source = source_named(name)
            path = batch_path(home, name, f"b{len(list((home.lake / name).glob('*')))}")
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = to_arrow(drawn_rows(source, text, path.stem), source)
            receipt = Receipt(name, name, "drawn", path.stem, "", len(rows), len(rows), 0, {})
            pq.write_table(rows.replace_schema_metadata(stamp(receipt)), path)
        return home

    return put
