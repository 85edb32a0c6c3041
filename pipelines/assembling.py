"""features: every firm on a day, or the pairs of a spine, by DuckDB here or by Spark on a cluster."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from features.assemble import Watch, assemble
from features.definitions import ALL
from features.errors import RequestError
from features.home import Home
from features.lake import commit, staged
from features.rows import KEYS
from pipelines.coverage import coverage_of
from pipelines.sample import Scope, whole_lake
from pipelines.snapshot import COVERAGE_FILE, write_snapshot


def features_on(
    home: Home, day: pd.Timestamp, watch: Watch, *, memory: str | None = None
) -> tuple[Path, dict[str, Any]]:
    """Features, facts and coverage of every firm of the lake on a day.

    Returns:
        The folder `features/as_of=D/`, and the coverage written in it.
    """
    folder = write_snapshot(home, whole_lake(home), day, watch=watch, memory=memory)
    return folder, json.loads((folder / COVERAGE_FILE).read_text("utf-8"))


def features_of_spine(
    home: Home, spine_file: Path, out: Path, watch: Watch, *, memory: str | None = None
) -> dict[str, Any]:
    """Features of every pair of a spine, written as one Parquet file in the spine's order.

    Returns:
        The coverage, also written beside it as `<out>.coverage.json`.
    """
    spine = read_spine(spine_file)
    features = whole_lake(home).usable(ALL)
    known = assemble(home, features, spine, watch, memory=memory)
    told = coverage_of(known, features)
    out.parent.mkdir(parents=True, exist_ok=True)
    with staged(home) as staging:
        known.values.reset_index().to_parquet(staging / "values.parquet", index=False)
        (staging / "coverage.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
        commit(staging / "coverage.json", out.with_name(f"{out.name}.coverage.json"))
        commit(staging / "values.parquet", out)
    return told


def features_on_spark(home: Home, master: str, spine: pd.DataFrame, out: Path, watch: Watch) -> int:
    """The same features by Spark, written as a folder of Parquet files; how many pairs.

    Raises:
        LakeError: Spark is not installed or did not start.
    """
    from features.spark import assemble_on_spark, open_spark

    spark = open_spark(master)
    try:
        assemble_on_spark(spark, home, whole_lake(home).usable(ALL), spine, out, watch)
    finally:
        spark.stop()
    return len(spine)


def every_firm(home: Home, day: pd.Timestamp) -> pd.DataFrame:
    """A spine of every firm of the lake on one day."""
    scope: Scope = whole_lake(home)
    return scope.spine(day)


def read_spine(path: Path) -> pd.DataFrame:
    """The pairs of a CSV or Parquet file: `entity_id` and `as_of`; other columns are left out.

    Raises:
        RequestError: It is missing, of another kind, lacks a column, or a cell is missing or no day.
    """
    readers = {".csv": lambda: pd.read_csv(path, dtype="str"), ".parquet": lambda: pd.read_parquet(path)}
    if not path.is_file() or path.suffix.lower() not in readers:
        raise RequestError(f"--spine {path}: expected a .csv or .parquet file with entity_id and as_of")
    spine = readers[path.suffix.lower()]()
    if lacking := [name for name in KEYS if name not in spine.columns]:
        raise RequestError(
            f"--spine {path}: no column {' and no '.join(lacking)}; "
            f"it has {', '.join(map(str, spine.columns))}"
        )
    spine = spine[list(KEYS)].copy()
    days = pd.to_datetime(spine["as_of"], format="ISO8601", errors="coerce").dt.normalize()
    bad = spine["entity_id"].isna() | days.isna()
    if bad.any():
        first = int(bad.to_numpy().argmax())
        raise RequestError(
            f"--spine {path}: {int(bad.sum())} rows without a firm or a day, the first is row {first + 1} "
            f"(as_of '{spine['as_of'].iloc[first]}'); expected a code and a day such as 2026-10-31"
        )
    return spine.assign(entity_id=spine["entity_id"].astype("str"), as_of=days.dt.as_unit("us"))
