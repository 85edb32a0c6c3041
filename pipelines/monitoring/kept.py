"""Figures as files: `monitor/as_of=D/` of a home, and what earlier months left there."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import LakeError
from features.home import Home
from features.staging import commit, staged
from models.monitoring.month import MonthFigures
from models.monitoring.moves import Reference
from models.registry import Version
from pipelines.monitoring.given import Given
from pipelines.snapshot import COVERAGE_FILE
from serving.snapshot import FEATURES_FILE, FIRMS_FILE

FIGURES, SCORES, LOANS = "figures.json", "scores.parquet", "loans.parquet"
ALERTS, PAGE, PROMETHEUS = "alerts.json", "monitor.html", "metrics.prom"

FIRM = "entity_id"
ROWS_A_PART = 65_536
"""Firms whose features are read at once: all of them at once take twice the time and memory."""

LOAN_COLUMNS = {"loan_id", "pd_", "bad", "window_end", "model"}
"""Without these a file of loans is of no use; the loans are scored anew."""


def folder(home: Home, day: date) -> Path:
    """Where a month's figures lie."""
    return home.root / "monitor" / f"as_of={day:%Y-%m-%d}"


def days(home: Home) -> list[date]:
    """Days of which anything is kept, in their order."""
    found = (home.root / "monitor").glob("as_of=????-??-??")
    return sorted(date.fromisoformat(one.name.removeprefix("as_of=")) for one in found)


def write(home: Home, contents: Mapping[Path, str | pd.DataFrame]) -> None:
    """Put files in their places, each at once and for good, the last one last.

    Raises:
        LakeError: The disk is full or the home cannot be written; what was there before stays.
    """
    with staged(home) as staging:
        for number, content in enumerate(contents.values()):
            waiting = staging / str(number)
            if isinstance(content, str):
                waiting.write_text(content, "utf-8")
            else:
                content.to_parquet(waiting, compression="zstd")
        for number, place in enumerate(contents):
            commit(staging / str(number), place)


def as_json(told: Any) -> str:
    """JSON with Chinese as it is; the same figures give the same bytes."""
    return json.dumps(told, ensure_ascii=False, indent=1, default=str) + "\n"


def read_month(home: Home, day: date) -> MonthFigures | None:
    """A month's figures; None where none are kept.

    Raises:
        LakeError: The file is damaged.
    """
    path = folder(home, day) / FIGURES
    return MonthFigures.from_record(_json(path), str(path)) if path.is_file() else None


def read_scores(home: Home, day: date, version: Version) -> pd.Series | None:
    """Probability of default by firm as the same champion told it then; None where that is not kept."""
    told = _parquet(folder(home, day) / SCORES)
    if told is None or (told["model"] != version.label).any():
        return None
    return told.set_index("entity_id")["pd_"]


def scores_to_keep(pd_: pd.Series, version: Version) -> pd.DataFrame:
    """Probabilities as `read_scores` reads them."""
    firms = pd_.index.astype("str")
    return pd.DataFrame({"entity_id": firms, "pd_": pd_.to_numpy(), "model": version.label})


def read_loans(home: Home, day: date, version: Version) -> pd.DataFrame | None:
    """Loans that were scored until a day by the same champion, from the newest day that kept any."""
    for one in reversed([one for one in days(home) if one <= day]):
        told = _parquet(folder(home, one) / LOANS)
        if told is not None and set(told) >= LOAN_COLUMNS and (told["model"] == version.label).all():
            return told.set_index("loan_id")
    return None


def reference_path(home: Home, version: Version) -> Path:
    """Where the firms of a champion's own day are kept as bins."""
    name = re.sub(r"[^A-Za-z0-9_.-]", "-", version.label)
    return home.root / "monitor" / f"reference={name}.json"


def read_reference(home: Home, version: Version) -> Reference | None:
    """The reference of a champion; None where none is kept.

    Raises:
        LakeError: The file is damaged.
    """
    path = reference_path(home, version)
    return Reference.from_record(_json(path), str(path)) if path.is_file() else None


def read_features(given: Given, day: date) -> pd.DataFrame | None:
    """What the champion reads of every firm, by the snapshot of a day; None where that lacks something.

    Raises:
        LakeError: Its file is damaged.
    """
    folder = given.home.features(day)
    path = folder / FEATURES_FILE
    if not (path.is_file() and (folder / FIRMS_FILE).is_file()):  # the one without the other: it was killed
        return None
    with _told(path):
        return _read_features(given, path)


def _read_features(given: Given, path: Path) -> pd.DataFrame | None:
    there = set(pq.read_schema(path).names)
    names = [one.name for one in (*given.features, *given.beside)]
    if not {one.name for one in given.features} <= there:
        return None
    asked = [FIRM, *(name for name in names if name in there)]
    parts = pq.ParquetFile(path).iter_batches(ROWS_A_PART, columns=asked)
    return pd.concat([pa.Table.from_batches([part]).to_pandas() for part in parts])


def read_grades(home: Home, day: date) -> pd.Series | None:
    """Official green grades by firm, from the snapshot of a day; None where it tells none.

    Raises:
        LakeError: Its file is damaged.
    """
    path = home.features(day) / FIRMS_FILE
    with _told(path):
        if "green_grade" not in pq.read_schema(path).names:
            return None
        return pd.read_parquet(path, columns=["green_grade"])["green_grade"]


def read_coverage(home: Home, day: date) -> dict[str, Any]:
    """How much is known of every source, and how fresh it is, as the snapshot tells it."""
    path = home.features(day) / COVERAGE_FILE
    return dict(_json(path)) if path.is_file() else {}


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise LakeError(f"{path}: no whole JSON; delete the file, and it is made again") from error


def _parquet(path: Path) -> pd.DataFrame | None:
    if not path.is_file():
        return None
    with _told(path):
        return pd.read_parquet(path)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """A Parquet file's errors in our words."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise LakeError(f"{path}: no whole Parquet file; delete it, and it is made again") from error
