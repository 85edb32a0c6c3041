"""The newest snapshot of every firm, held in memory by the service."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from features.errors import LakeError, RequestError
from features.home import Home
from models.registry import CREDIT, GREEN
from serving.row_store import GroupedRows, RowStore

FEATURES_FILE = "features.parquet"
FIRMS_FILE = "firms.parquet"
GREEN_FILE = "green.parquet"
ABOUT_FILE = "snapshot.json"
FRESHNESS = "data_"
NAME = "name"
"""Column of the registered names, in snapshots that have it: for people, not for the measures."""


@dataclass(frozen=True)
class Snapshot:
    """Every firm on one day.

    Attributes:
        as_of: The day.
        policy_as_of: The day whose measures count: `as_of`, but for data that end before the measures.
        credit: Registered name of the credit model that scores these firms.
        green: Registered name of their green model; None where they have none.
        features: A column a feature, indexed by `entity_id`.
        environment: Readable green facts, a row a firm and indicator; None where the snapshot has none.
        firms: Policy facts, names and freshness, indexed by `entity_id`; see `pipelines.firm_facts`.
    """

    as_of: date
    features: pd.DataFrame
    firms: pd.DataFrame
    policy_as_of: date
    credit: str = CREDIT
    green: str | None = GREEN
    environment: pd.DataFrame | None = None

    @cached_property
    def _store(self) -> RowStore:
        return RowStore(self.firms)

    @cached_property
    def _fact_names(self) -> list[str]:
        return [name for name in self._store.names if name != NAME and not name.startswith(FRESHNESS)]

    @cached_property
    def _dated_names(self) -> list[str]:
        return [name for name in self._store.names if name.startswith(FRESHNESS)]

    @cached_property
    def _green_rows(self) -> GroupedRows | None:
        if self.environment is None:
            return None
        return GroupedRows(self.environment, "entity_id", self.firms.index)

    def facts(self, entity_id: str) -> dict[str, Any]:
        """What is known of a firm for the measures; unknown facts are absent.

        Raises:
            RequestError: No source names the firm.
        """
        told = self._store.at(self._place(entity_id), self._fact_names)
        facts = {name: _plain(value) for name, value in told.items() if value is not None and value == value}  # noqa: PLR0124 - NaN
        if "green_grade" in facts:
            facts["green_grade_source"] = "official"
        return facts

    def name(self, entity_id: str) -> str | None:
        """The firm's registered name; None where the snapshot does not tell it.

        Raises:
            RequestError: No source names the firm.
        """
        place = self._place(entity_id)
        named = self._store.at(place, [NAME])[NAME] if NAME in self._store.names else None
        return str(named) if isinstance(named, str) else None

    def freshness(self, entity_id: str) -> dict[str, date | None]:
        """Source → day of the newest event known of the firm; None where nothing is known."""
        told = self._store.at(self._place(entity_id), self._dated_names)
        return {name.removeprefix(FRESHNESS): value and value.date() for name, value in told.items()}

    def indicators(self, entity_id: str) -> list[dict[str, Any]]:
        """Readable green facts of a firm, each with its date and source; see `features.green_facts`.

        Raises:
            RequestError: No source names the firm.
        """
        place = self._place(entity_id)
        return self._green_rows.at(place) if self._green_rows else []

    @property
    def newest(self) -> pd.DataFrame:
        """The same of every firm: by source, the day of the newest event known, indexed by `entity_id`."""
        dated = [name for name in self.firms.columns if str(name).startswith(FRESHNESS)]
        return self.firms[dated].rename(columns=lambda name: str(name).removeprefix(FRESHNESS))

    def features_of(self, entity_id: str) -> pd.DataFrame:
        """A firm's features, as a table of one row.

        Raises:
            RequestError: No source names the firm.
        """
        return self.features.iloc[[self._place(entity_id)]]

    def _place(self, entity_id: str) -> int:
        """Both tables have the same firms in the same order."""
        try:
            return int(self.firms.index.get_loc(entity_id))
        except KeyError:
            raise RequestError(
                f"firm '{entity_id}' is not known on {self.as_of}; check the code, or collect first"
            ) from None


def load_snapshot(home: Home, day: date | None = None) -> Snapshot:
    """The snapshot of a day; of the newest day by default.

    Raises:
        LakeError: There is no whole snapshot for that day, or none at all.
    """
    days = _days(home)
    asked = day or max(days, default=None)
    if asked not in days:
        known = ", ".join(map(str, sorted(days))) or "none"
        raise LakeError(
            f"{home.root / 'features'}: no snapshot{f' of {day}' if day else ''}; there are: {known}"
        )
    folder = home.features(asked)
    features, firms = _read(folder / FEATURES_FILE), _read(folder / FIRMS_FILE)
    if not features.index.equals(firms.index):
        raise LakeError(
            f"{folder}: {FEATURES_FILE} and {FIRMS_FILE} are of different firms; make the snapshot again"
        )
    green = folder / GREEN_FILE
    told: dict[str, Any] = {"policy_as_of": asked, "environment": _read(green) if green.is_file() else None}
    return Snapshot(asked, features, firms, **(told | _about(folder / ABOUT_FILE)))


def _days(home: Home) -> list[date]:
    """Days with a whole snapshot."""
    return [
        date.fromisoformat(folder.name.removeprefix("as_of="))
        for folder in (home.root / "features").glob("as_of=????-??-??")
        if (folder / FEATURES_FILE).is_file() and (folder / FIRMS_FILE).is_file()
    ]


def _about(file: Path) -> dict[str, Any]:
    """What the snapshot tells of itself beside its tables; nothing where it tells nothing."""
    if not file.is_file():
        return {}
    try:
        told = json.loads(file.read_text("utf-8"))
        models = {kind: told[kind] for kind in ("credit", "green") if kind in told}
        return {"policy_as_of": date.fromisoformat(told["policy_as_of"])} | models
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LakeError(f"{file}: names no day as policy_as_of: {' '.join(str(error).split())}") from error


def _read(file: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(file)
    except (OSError, ValueError) as error:
        raise LakeError(f"{file}: no whole Parquet file: {' '.join(str(error).split())}") from error


def _plain(value: Any) -> Any:
    """Whole floats (counts that may be missing) as whole numbers; days as days."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.date() if isinstance(value, datetime) else value
