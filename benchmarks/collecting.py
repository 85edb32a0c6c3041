"""How fast invoices are collected with every expectation; `make bench` keeps the results beside it.

    python benchmarks/collecting.py [rows] [runs]

Invoices of 100,000 firms with valid codes are made first, outside the timing. Each run is a process of its
own that does the whole verb: digest, reading, typing, code check, expectations, writing, commit, pages.
Figures of a shared machine are worth their ratio to the bound, not their digits.
"""

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).resolve().parent
ROWS, FIRMS, RUNS = 10_000_000, 100_000, 2
PART = 1_000_000
LEAST_ROWS_A_SECOND, MOST_SHARE, MOST_GIGABYTES = 150_000, 1 / 3, 3.0
BROKEN = 0.001
"""Share of rows that break a rule, so that the quarantine has its part in the time."""
VOID = 0.02

RECIPE = """
name: invoices
title: {zh: 发票, en: invoices}
key: uscc
tables:
  - name: 增值税发票
    source: vat_invoice
    file: vat_invoice.parquet
    columns:
"""


@dataclass(frozen=True)
class Measured:
    """What one run took."""

    rows: int
    seconds: float
    rows_a_second: int
    expectations_share: float
    gigabytes: float
    parts: dict[str, float]

    @property
    def kept(self) -> bool:
        """Whether every bound was kept."""
        return (
            self.rows_a_second >= LEAST_ROWS_A_SECOND
            and self.expectations_share <= MOST_SHARE
            and self.gigabytes <= MOST_GIGABYTES
        )


def make_invoices(folder: Path, rows: int) -> None:
    """A Parquet file of invoices and its recipe; the same rows every time."""
    from features.uscc import with_checks

    rng = np.random.default_rng(7)
    codes = pa.array(with_checks(pd.Series([f"91330502MA{firm:06d}" for firm in range(FIRMS)])))
    writer = None
    for begin in range(0, rows, PART):
        part = _part(rng, codes, begin, min(PART, rows - begin))
        writer = writer or pq.ParquetWriter(folder / "vat_invoice.parquet", part.schema, compression="zstd")
        writer.write_table(part)
    writer.close()
    columns = "".join(f"      {name}: {name}\n" for name in part.schema.names)
    (folder / "recipe.yaml").write_text(RECIPE.lstrip() + columns, "utf-8")


def _part(rng: np.random.Generator, codes: pa.Array, begin: int, rows: int) -> pa.Table:
    day = rng.integers(19_000, 20_700, rows).astype("int32")
    fen = rng.integers(1_000, 100_000_000, rows)
    broken = rng.random(rows) < BROKEN
    words = {
        "op": np.where(broken, "?", "upsert"),
        "direction": rng.choice(["sales", "purchase"], rows),
        "status": np.where(rng.random(rows) < VOID, "void", "valid"),
    }
    return pa.table(
        {
            "entity_id": codes.take(pa.array(rng.integers(0, FIRMS, rows))),
            "record_id": pa.array([f"FP{number}" for number in range(begin, begin + rows)]),
            "event_date": pa.array(day).cast(pa.date32()),
            "available_at": pa.array(day + rng.integers(1, 40, rows).astype("int32")).cast(pa.date32()),
            "invoice_number": pa.array(rng.integers(10**18, 9 * 10**18, rows)).cast(pa.string()),
            "counterparty": pa.array(np.char.add("P", rng.integers(0, 10**6, rows).astype("U7"))),
            "amount_cny": _money(fen),
            "tax_cny": _money(fen * 13 // 100),
            **{name: pa.array(values.astype(object), pa.string()) for name, values in words.items()},
        }
    )


def _money(fen: np.ndarray) -> pa.Array:
    whole = pa.array(fen).cast(pa.decimal128(19, 0))
    return pa.Array.from_buffers(pa.decimal128(18, 2), len(whole), whole.buffers())


def measure(folder: Path, rows: int) -> Measured:
    """Collect the file into a new home, in a process of its own."""
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    begun = time.perf_counter()
    worker = subprocess.Popen(
        [sys.executable, __file__, "--worker", str(folder), str(home)], stdout=subprocess.PIPE, text=True
    )
    told = worker.stdout.read()
    _, status, used = os.wait4(worker.pid, 0)
    seconds = time.perf_counter() - begun
    if status:
        sys.exit(f"collecting failed with status {status}")
    parts = json.loads(told)
    return Measured(
        rows=rows,
        seconds=round(seconds, 1),
        rows_a_second=round(rows / seconds),
        expectations_share=round(parts["expectations"] / seconds, 3),
        gigabytes=round(used.ru_maxrss / 1024**2, 2),
        parts=parts,
    )


def work(folder: Path, home: Path) -> None:
    """The whole verb; prints the seconds of its parts."""
    from features.home import Home
    from pipelines.collect import collect
    from pipelines.recipe import load_recipe

    seconds: Counter[str] = Counter()

    @contextmanager
    def timed(part: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        seconds[part] += time.perf_counter() - begun

    (receipt,) = collect(Home(home), load_recipe(str(folder / "recipe.yaml")), folder, timed=timed)
    if receipt.rows_read != receipt.accepted + receipt.quarantined or not receipt.quarantined:
        sys.exit(f"the receipt does not add up: {receipt}")
    print(json.dumps({part: round(spent, 2) for part, spent in seconds.items()}))


def as_markdown(runs: list[Measured]) -> str:
    """The results as a table."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    lines = [
        "# Collecting",
        "",
        f"{runs[0].rows:,} invoices of {FIRMS:,} firms from Parquet into the lake, with every expectation,",
        f"in a process of its own. Measured by `make bench` on {machine}.",
        "",
        "| run | seconds | rows/s | bound | share of expectations | bound | GB | bound | kept |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {number} | {one.seconds} | {one.rows_a_second:,} | {LEAST_ROWS_A_SECOND:,} "
        f"| {one.expectations_share:.0%} | {MOST_SHARE:.0%} | {one.gigabytes} | {MOST_GIGABYTES:.0f} "
        f"| {'yes' if one.kept else '**no**'} |"
        for number, one in enumerate(runs, start=1)
    ]
    middle = statistics.median(one.rows_a_second for one in runs)
    spent = ", ".join(f"{part} {seconds:.1f}" for part, seconds in runs[-1].parts.items())
    return "\n".join(
        [*lines, "", f"Median {middle:,.0f} rows/s. Seconds of the main thread in the last run: {spent}.", ""]
    )


def main() -> None:
    """Make the invoices, measure the runs, and write the results."""
    if sys.argv[1:2] == ["--worker"]:
        work(Path(sys.argv[2]), Path(sys.argv[3]))
        return
    asked = [int(word) for word in sys.argv[1:]]
    rows, runs = (*asked, *(ROWS, RUNS)[len(asked) :])
    with tempfile.TemporaryDirectory() as place:
        make_invoices(Path(place), rows)
        measured = [measure(Path(place), rows) for _ in range(runs)]
    (HERE / "collecting.json").write_text(json.dumps([asdict(one) for one in measured], indent=1))
    (HERE / "collecting.md").write_text(as_markdown(measured))
    print(as_markdown(measured))


if __name__ == "__main__":
    main()
