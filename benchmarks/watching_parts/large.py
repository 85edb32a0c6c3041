"""A month of 300,000 firms, its snapshot and the earlier figures at hand: time and memory of `monitor`.

The home is one of 2,000 firms, each standing there 150 times under codes of its own: what arrived lately,
the whole loan tape and register, the day's snapshot, and what earlier looks kept of firms and loans.
"""

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from homes import ALONE, LAST, LVDAITONG, REGISTRY, SEEDS, Work, month_ends, quiet_home
from looking import looks

TIMES = 150
WHOLE = ("registration", "loan", "loan_performance")
"""Sources that the monitor reads from their beginning."""
RECENT_DAYS = 130
WHOLE_FILE = 1_048_576
"""Rows of one group of a file that pandas writes."""
NEEDS_A_PERSON = 15
SCHEMA = b"ARROW:schema"
SERIES = "MC"
"""The copies' codes are of a series that no city has."""
KEYS = ("entity_id", "record_id", "loan_id")
MOST_SECONDS, MOST_GIGABYTES = 60, 4.0

Found = dict[str, Any]


def large(work: Work) -> Found:
    """Seconds and gigabytes of one month."""
    name = quiet_home(work, SEEDS[0])
    small, home = work.home(name), work.root / "homes" / "large"
    before, day = month_ends(LAST - timedelta(days=40), LAST)[-2:]
    looks(small, [before, day])
    shutil.rmtree(home, ignore_errors=True)
    _copies(small, home, f"as_of={day}")
    os.sync()  # the laying out is not part of the month
    began = time.perf_counter()
    command = [LVDAITONG, "--home", str(home), "monitor", "--as-of", str(day), "--json"]
    done = subprocess.run(
        command,
        env=os.environ | ALONE | {"OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    gigabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    firms, columns = pq.read_metadata(home / f"features/as_of={day}/features.parquet").num_rows, 0
    columns = len(pq.read_schema(home / f"features/as_of={day}/features.parquet").names) - 1
    failed = done.stderr.strip()[-500:] if done.returncode not in (0, NEEDS_A_PERSON) else None
    shutil.rmtree(home, ignore_errors=True)
    return {
        "large": {
            "firms": firms,
            "features": columns,
            "seconds": seconds,
            "gigabytes": gigabytes,
            "failed": failed,
            "kept": failed is None and seconds <= MOST_SECONDS and gigabytes <= MOST_GIGABYTES,
        }
    }


def _copies(small: Path, home: Path, day: str) -> None:
    """Lay out the large home."""
    home.mkdir(parents=True)
    codes = Codes(small / "lake" / "registration")
    for part in REGISTRY:
        copy = shutil.copytree if (small / part).is_dir() else shutil.copy2
        copy(small / part, home / part)
    for source in sorted((small / "lake").iterdir()):
        for batch in sorted(source.glob("*.parquet")):
            target = home / "lake" / source.name / batch.name
            _multiply(batch, target, codes, recent=source.name not in WHOLE)
    for place in sorted([*(small / "monitor").glob("*"), small / "features" / day]):
        if place.name != day or place.parent.name == "features":
            _kept(place, home / place.relative_to(small), codes)
    for folder in ("features", "monitor"):
        for path in (home / folder).rglob("alerts.json"):
            path.unlink()


def _kept(place: Path, there: Path, codes: "Codes") -> None:
    """Copy what was kept of a day; tables of firms and loans many times over."""
    for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
        target = there / path.relative_to(place) if place.is_dir() else there
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".parquet":
            _multiply(path, target, codes)
        elif path.is_file():
            shutil.copy2(path, target)


def _multiply(path: Path, target: Path, codes: "Codes", *, recent: bool = False) -> None:
    """Write a table's rows many times, each time under other keys; its metadata stays.

    The lake's rows lie in groups as `collect` makes them, a snapshot's in one, as `snapshot` leaves it.
    """
    from pipelines.reading.inputs import CHUNK_ROWS

    table = pq.read_table(path)
    if recent:
        since = LAST - timedelta(days=RECENT_DAYS)
        table = table.filter(pc.greater(table["available_at"], pa.scalar(since, pa.date32())))
    target.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(target, table.schema, compression="zstd") as file:
        group = CHUNK_ROWS if "lake" in target.parts else WHOLE_FILE
        file.write_table(pa.concat_tables(_renamed(table, codes)), row_group_size=group)
        receipt = pq.read_metadata(path).metadata or {}
        file.add_key_value_metadata({key: value for key, value in receipt.items() if key != SCHEMA})


class Codes:
    """Valid codes of the copies of every firm of a register."""

    def __init__(self, register: Path) -> None:
        from features.city.codes import make_codes

        batches = [
            pq.read_table(batch, columns=["entity_id"]) for batch in sorted(register.glob("*.parquet"))
        ]
        self._firms = pa.concat_tables(batches)["entity_id"].combine_chunks().unique()
        count = len(self._firms) * TIMES
        enterprise, city_level = np.ones(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
        self._codes = make_codes(enterprise, city_level, 0, SERIES)

    def of(self, firms: pa.ChunkedArray, number: int) -> pa.Array:
        """The codes of some firms' copies of a number."""
        place = pc.index_in(firms.combine_chunks(), value_set=self._firms)
        return self._codes.slice(number * len(self._firms), len(self._firms)).take(place)


def _renamed(table: pa.Table, codes: Codes) -> Iterator[pa.Table]:
    """The table once for each copy, under its own codes and numbers."""
    for number in range(TIMES):
        copy = table
        for key in KEYS:
            if key in table.column_names:
                place = table.column_names.index(key)
                text = table[key].cast(pa.string())
                firm = key == "entity_id"
                named = (
                    codes.of(text, number) if firm else pc.binary_join_element_wise(text, f"{number}", "/")
                )
                copy = copy.set_column(
                    place, table.schema.field(key), named.cast(table.schema.field(key).type)
                )
        yield copy
