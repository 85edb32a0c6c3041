"""monitor: what arrived, what moved, how the champion does, what needs a person; on one page."""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from features.errors import LakeError
from features.home import Home
from models.monitoring.alerts import alerts
from models.monitoring.estimated import estimate_errors
from models.monitoring.limits import OWN_FILE, limits
from models.monitoring.month import MonthFigures
from models.monitoring.outcomes import Outcomes
from models.monitoring.performance import by_cohort
from models.monitoring.segments_over_time import by_segment
from pipelines.monitoring import kept
from pipelines.monitoring.given import Given, examine, expect_champion
from pipelines.monitoring.lake_history import history_of
from pipelines.monitoring.page import render
from pipelines.monitoring.population import population_of
from pipelines.monitoring.prometheus import metrics
from pipelines.monitoring.scored import Before, loans_to_keep, scored_loans, scores_before
from pipelines.monitoring.seen import Watched
from pipelines.monitoring.service import service_of
from pipelines.recipe import Recipe
from pipelines.segmenting import DISTRICTS
from pipelines.snapshot import is_current, write_snapshot
from pipelines.steps import Steps

History = tuple[list[MonthFigures], list[MonthFigures]]


def monitor(home: Home, recipe: Recipe, day: date, steps: Steps, now: datetime) -> Watched:
    """Look at a month, and write figures, page, alerts and metrics to `monitor/as_of=D/`.

    Only what was known on the day is read. What earlier looks kept is not worked out again, but for sources
    that were not collected then.

    Raises:
        ModelError: There is no champion, it cannot be read, it vanished meanwhile, or the clock was set back.
        RequestError: The day has not come, or lies before the champion's own.
        LakeError: Nothing arrived in the month, a kept file is damaged, or the disk is full; what was there
            before stays.
    """
    given = examine(home, recipe, day, now)
    with ThreadPoolExecutor(1) as beside:  # the engine's and the model's work, while Python does its own
        coming = beside.submit(history_of, given, steps)
        with steps.step("features of every firm"):
            features = _features(given, coming, steps)
        with steps.step("scores of earlier months"):
            before = scores_before(given, steps)
            moving = beside.submit(population_of, given, features, before.reference, before.earlier)
        with steps.step("scores of loans, and what became of them"):
            loans = scored_loans(given, features, steps)
            outcomes = _outcomes(given, loans)
        with steps.step("arrivals of every source, and what moved"):
            history, backfilled = coming.result()
            population, pd_ = moving.result()
            history[-1] = _with(history[-1], population=population)
            seen = _seen(given, history, *outcomes)
    with steps.step("page and files"):
        expect_champion(given)
        _write(seen, before, loans, backfilled, pd_)
    return seen


def _features(given: Given, coming: Future[History], steps: Steps) -> pd.DataFrame:
    """The day's features; its snapshot is made where it is not there, or is of other data than now."""
    is_there = is_current(given.home, given.scope, given.day)
    found = kept.read_features(given, given.day) if is_there else None
    if found is None:
        coming.result()  # no snapshot of a month in which nothing arrived
        write_snapshot(given.home, given.scope, given.at, watch=steps.say)
        found = kept.read_features(given, given.day)
    if found is None:
        raise LakeError(f"{given.home.features(given.day)}: its snapshot vanished; run it again")
    return found


def _with(month: MonthFigures, **more: Any) -> MonthFigures:
    kept_parts = {name: getattr(month, name) for name in MonthFigures.__dataclass_fields__}
    return MonthFigures(**(kept_parts | more))


def _seen(
    given: Given, history: list[MonthFigures], outcomes: Outcomes | None, segments: pd.DataFrame
) -> Watched:
    numbers = limits(given.home.root / OWN_FILE)
    service = service_of(given)
    names = DISTRICTS | {one.name: one.zh for one in given.features}
    return Watched(
        given=given,
        history=history,
        alerts=alerts(history, outcomes, service.used, numbers, names),
        outcomes=outcomes,
        segments=segments,
        service=service,
        coverage=kept.read_coverage(given.home, given.day),
        folder=kept.folder(given.home, given.day),
    )


def _outcomes(given: Given, loans: pd.DataFrame) -> tuple[Outcomes | None, pd.DataFrame]:
    if loans.empty:
        return None, pd.DataFrame()
    # Names of loans and of groups are long texts, and nobody reads them here.
    told = loans.reset_index(drop=True).assign(group=pd.factorize(loans["group"])[0])
    told = told.drop(columns=["entity_id", "kind"])
    cohorts, estimates = by_cohort(told, given.at), estimate_errors(told, given.at)
    return Outcomes(cohorts, estimates), by_segment(told, given.at)


def _write(
    seen: Watched, before: Before, loans: pd.DataFrame, backfilled: list[MonthFigures], pd_: pd.Series
) -> None:
    """All files of the day, and what earlier days did not keep; the day's figures last."""
    given, home, version = seen.given, seen.given.home, seen.given.version
    contents: dict[Path, str | pd.DataFrame] = {}
    for month in backfilled:
        place = kept.folder(home, date.fromisoformat(month.as_of))
        contents[place / kept.FIGURES] = kept.as_json(month.as_record())
    for day, one in before.new_scores.items():
        place = kept.folder(home, day) / kept.SCORES
        if not place.exists():  # else another champion's, of every firm
            contents[place] = kept.scores_to_keep(one, version)
    if before.reference_is_new:
        contents[kept.reference_path(home, version)] = kept.as_json(before.reference.as_record())
    contents |= {
        seen.folder / kept.SCORES: kept.scores_to_keep(pd_, version),
        seen.folder / kept.LOANS: loans_to_keep(given, loans),
        seen.folder / kept.ALERTS: kept.as_json(seen.as_record()),
        seen.folder / kept.PROMETHEUS: metrics(seen),
        seen.folder / kept.PAGE: render(seen),
        seen.folder / kept.FIGURES: kept.as_json(seen.history[-1].as_record()),
    }
    kept.write(home, contents)
