"""A snapshot: all that is known of every firm on one day, as the service and the report read it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from features.assemble import Watch, assemble
from features.definitions import ALL
from features.errors import LakeError
from features.green_facts import coverage_of_facts, green_facts
from features.home import Home
from features.lake import commit, staged
from features.session import Session
from models.registry import CREDIT, GREEN
from pipelines.coverage import coverage_of
from pipelines.firm_facts import firm_facts
from pipelines.sample import Scope
from serving.city_numbers import numbers_of
from serving.snapshot import ABOUT_FILE, FEATURES_FILE, FIRMS_FILE, GREEN_FILE

COVERAGE_FILE = "coverage.json"
"""How much is known of every source, and how fresh it is."""

TOLD = [
    "entity_id",
    "indicator",
    "zh",
    "en",
    "value",
    "unit",
    "told_zh",
    "date",
    "source",
    "department",
    "stale",
]
"""What is kept of a green indicator; its age follows from its date."""


def write_snapshot(
    home: Home,
    scope: Scope,
    day: pd.Timestamp,
    policy_day: date | None = None,
    watch: Watch = lambda _source: None,
    *,
    memory: str | None = None,
) -> Path:
    """Feature values and policy facts of every firm on a day.

    Args:
        home: Where to.
        scope: Which firms.
        day: The as-of day.
        policy_day: The day whose measures count, where it is another one.
        watch: Told of every source whose features are done.
        memory: The most memory the engine may take; None for its own limit.

    Returns:
        The folder `features/as_of=D/`.
    """
    spine = scope.spine(day)
    known = assemble(home, scope.usable(ALL), spine, watch, memory=memory)
    values = known.values.droplevel("as_of")
    firms = firm_facts(home, scope.sources, spine, known, policy_day or day.date(), numbers_of(home))
    folder = home.features(day.date())
    with staged(home) as staging:
        for name, frame in ((FEATURES_FILE, values), (FIRMS_FILE, firms)):
            frame.to_parquet(staging / name)
        about = {
            "as_of": f"{day:%Y-%m-%d}",
            "policy_as_of": str(policy_day or day.date()),
            "credit": scope.registered(CREDIT),
            "green": scope.registered(GREEN),
        } | (_about(folder) if policy_day is None else {})
        about["data"] = scope.data
        (staging / ABOUT_FILE).write_text(json.dumps(about), "utf-8")
        told = coverage_of(known, scope.usable(ALL))
        read = green_facts(Session(home), list(values.index), day.date(), frozenset(scope.sources))
        read[TOLD].to_parquet(staging / GREEN_FILE)
        told |= {"indicators": _coverage_of_indicators(read, len(values))}
        (staging / COVERAGE_FILE).write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
        # the last one tells readers that all are there
        for name in (COVERAGE_FILE, ABOUT_FILE, GREEN_FILE, FEATURES_FILE, FIRMS_FILE):
            commit(staging / name, folder / name)
    return folder


def is_current(home: Home, scope: Scope, day: date) -> bool:
    """Whether a whole snapshot of a day is there, made of what the lake holds now.

    What arrived since may be about that day, too: a source collected with its history, a file mended.
    """
    folder = home.features(day)
    is_whole = all((folder / name).is_file() for name in (FEATURES_FILE, FIRMS_FILE))
    return is_whole and _about(folder).get("data") == scope.data


def _coverage_of_indicators(read: pd.DataFrame, firms: int) -> list[dict[str, Any]]:
    """How many firms have each green indicator, and how many of those are stale."""
    covered = coverage_of_facts(read, firms).reset_index()
    return [
        one
        | {"newest": None if pd.isna(one["newest"]) else str(one["newest"]), "share": round(one["share"], 4)}
        for one in covered.to_dict("records")
    ]


def _about(folder: Path) -> dict[str, str]:
    """What an earlier snapshot of that day says of itself: its models and its policy day stay."""
    file = folder / ABOUT_FILE
    try:
        return dict(json.loads(file.read_text("utf-8")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError) as error:
        raise LakeError(f"{file}: no whole JSON; delete the file, and it is made again") from error
