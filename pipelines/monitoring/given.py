"""What a look at a month starts from, and what is refused before anything is done."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.definitions import CREDIT as CREDIT_FEATURES
from features.errors import LakeError, ModelError, RequestError
from features.feature import AnyFeature
from features.home import Home
from models.registry import CREDIT, Version, champion, load_version
from models.scored import ScoredClassifier
from pipelines.clock import refuse_early_clock, refuse_future
from pipelines.lake_training import lake_scope
from pipelines.monitoring.inputs import SEGMENT_FEATURES, read_by
from pipelines.recipe import Recipe
from pipelines.sample import Scope

ROWS_A_PART, AT_ONCE = 16_384, 2
"""Firms that are scored together, and how many such parts at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a look at a month starts from.

    Attributes:
        home: Whose lake and registry.
        recipe: Which firms, which label rules.
        day: The as-of day.
        scope: The firms and sources of the lake.
        version: The champion.
        model: The champion itself.
        features: What it reads.
    """

    home: Home
    recipe: Recipe
    day: date
    scope: Scope
    version: Version
    model: ScoredClassifier
    features: tuple[AnyFeature, ...]

    @property
    def at(self) -> pd.Timestamp:
        """The as-of day."""
        return pd.Timestamp(self.day)

    @property
    def learnt_on(self) -> date:
        """The champion's own day: it knows nothing later."""
        return date.fromisoformat(self.version.tags["as_of"])

    @property
    def beside(self) -> tuple[AnyFeature, ...]:
        """Features by which firms are told apart that the champion does not read itself."""
        read = {one.name for one in self.features}
        usable = self.scope.usable(CREDIT_FEATURES)
        return tuple(one for one in usable if one.name in SEGMENT_FEATURES and one.name not in read)

    def pd_(self, table: pd.DataFrame) -> pd.Series:
        """Probability of default of each row; worked out in parts, so that memory is that of two parts."""
        names = [one.name for one in self.features]
        if len(table) > ROWS_A_PART:
            self.model.warm()

        def told(begin: int) -> NDArray[np.float64]:
            return self.model.predict_proba(table.iloc[begin : begin + ROWS_A_PART][names])[:, 1]

        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(told, range(0, len(table), ROWS_A_PART)))
        return pd.Series(np.concatenate(found) if found else [], index=table.index, dtype="float64")


def examine(home: Home, recipe: Recipe, day: date, now: datetime) -> Given:
    """Everything that a look at a month needs; nothing is written.

    Raises:
        ModelError: Nothing was collected; there is no champion, it cannot be read, or it reads features that
            are not defined any more or whose sources were never collected; the clock was set back.
        RequestError: The day has not come, or lies before the champion's own.
    """
    refuse_future(day, now)
    refuse_early_clock(home, now)
    scope = lake_scope(home, recipe)
    version = champion(home, scope.registered(CREDIT))
    _refuse_early(version, day)
    model = load_version(home, version)
    if not isinstance(model, ScoredClassifier):
        raise ModelError(
            f"{version.label} is a {type(model).__name__}, expected a credit model or a scorecard"
        )
    return Given(
        home=home,
        recipe=recipe,
        day=day,
        scope=scope,
        version=version,
        model=model,
        features=read_by(model, scope),
    )


def expect_champion(given: Given) -> None:
    """The champion still answers, as it did when the look began.

    Raises:
        ModelError: The registry is gone or names another one; nothing was written.
    """
    found = champion(given.home, given.version.name)
    if found.label != given.version.label:
        raise ModelError(
            f"{given.home.root}: {given.version.label} answered when this began, and {found.label} does now; "
            "nothing was written, run it again"
        )
    load_version(given.home, found)


def refuse_empty(given: Given, rows: int) -> None:
    """Something must have arrived in the month.

    Raises:
        LakeError: Nothing did.
    """
    if not rows:
        raise LakeError(
            f"{given.home.lake}: nothing arrived in the month until {given.day}; the newest row of the lake "
            f"is of {given.scope.newest:%Y-%m-%d}: collect that month first"
        )


def _refuse_early(version: Version, day: date) -> None:
    told = version.tags.get("as_of")
    if told is None:
        raise ModelError(f"{version.label}: it does not say on which day it was made; register it again")
    if day < date.fromisoformat(told):
        raise RequestError(
            f"--as-of {day}: {version.label} was made from what was known on {told}, which is later; was the "
            "clock set back?"
        )
