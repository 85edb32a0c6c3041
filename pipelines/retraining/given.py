"""What a retraining starts from, and what it refuses before anything is done."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import pandas as pd

from features.catalogue import source_named
from features.definitions import CREDIT as CREDIT_FEATURES
from features.definitions import by_name
from features.errors import ModelError, RecipeError
from features.feature import AnyFeature
from features.home import Home
from features.lake import receipts
from features.session import Session
from models import ledger
from models.label_rules import LabelRules
from models.registry import CREDIT, Version, find_champion, load_version
from models.registry.listing import one_version
from models.scored import ScoredClassifier
from pipelines.clock import refuse_early_clock, refuse_future
from pipelines.lake_training import lake_scope
from pipelines.recipe import Recipe
from pipelines.sample import Scope
from pipelines.train import LOAN_TAPE

SHOWN = 5
"""Columns that an error names before it says that there are more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a retraining starts from.

    Attributes:
        home: Whose lake and registry.
        recipe: Which firms, which label rules.
        day: Day until which data count.
        scope: The firms and sources of the lake.
        features: Columns that the challenger learns from.
        champion: The version that answers today.
        model: The champion itself.
    """

    home: Home
    recipe: Recipe
    day: pd.Timestamp
    scope: Scope
    features: tuple[AnyFeature, ...]
    champion: Version
    model: ScoredClassifier

    @property
    def name(self) -> str:
        """Registered name of the model."""
        return self.champion.name

    def told(self) -> dict[str, Any]:
        """Digests of recipe and data, and the champion: steps done with others do not count."""
        rules = self.scope.label_rules or LabelRules()
        recipe = {"rules": rules.stated(), "model": dict(self.scope.model_settings)}
        batches = {
            source: sorted(receipt.batch for receipt in receipts(self.home, source))
            for source in sorted(self.scope.sources)
        }
        return {
            "recipe": self.recipe.name,
            "recipe_digest": _digest(recipe),
            "data_digest": _digest(batches),
            "firms": len(self.scope.firms),
            "champion": self.champion.label,
        }


def examine(home: Home, recipe: Recipe, day: pd.Timestamp, now: datetime) -> Given:
    """Everything a retraining needs, or the one line that says what is missing; nothing is written.

    Args:
        home: Whose lake and registry.
        recipe: Which firms, which label rules.
        day: Day until which data count.
        now: The moment.

    Raises:
        RecipeError: The recipe has no loan tape.
        RequestError: The day has not come.
        ModelError: Nothing was collected, or nothing in the month before the day; there is no champion, it
            was made from later data, it cannot be read, or it asks for features that are not there; the
            clock stands before the ledger.
    """
    if recipe.label != LOAN_TAPE:
        raise RecipeError(
            f"{recipe.path}: its label is '{recipe.label}'; a retraining compares later loans, which only "
            f"'{LOAN_TAPE}' has; use 'lvdaitong train credit --recipe {recipe.name}'"
        )
    refuse_future(day.date(), now)
    scope = lake_scope(home, recipe)
    champion = _champion(home, scope.registered(CREDIT))
    _refuse_early(champion, day.date())
    refuse_early_clock(home, now)
    model = load_version(home, champion)
    if not isinstance(model, ScoredClassifier):
        raise ModelError(
            f"{champion.label} is a {type(model).__name__}, expected a credit model or a scorecard"
        )
    features = scope.usable(CREDIT_FEATURES)
    _refuse_other_features(champion, model, features)
    _refuse_empty_month(home, scope, day)
    return Given(
        home=home, recipe=recipe, day=day, scope=scope, features=features, champion=champion, model=model
    )


def expect_registry(given: Given) -> None:
    """The registry still is as it was when the retraining began.

    Raises:
        ModelError: MLflow's store is gone or knows the champion no longer, or another version answers now.
    """
    if not given.home.registry.is_file():
        raise ModelError(
            f"{given.home.registry}: the registry of models is gone; restore it and run again, which goes on "
            "after the last step that was done"
        )
    found = find_champion(given.home, given.name)
    one_version(given.home, given.name, given.champion.version)
    if found is None or found.label != given.champion.label:
        raise ModelError(
            f"{given.home.root / ledger.FILE}: {given.champion.label} answered when this retraining began, "
            f"and {found.label if found else 'no model'} does now; run again, which begins anew"
        )


def _champion(home: Home, name: str) -> Version:
    """A challenger without a champion would answer at once, and nobody would have promoted it."""
    found = find_champion(home, name)
    if found is None:
        raise ModelError(
            f"{home.root}: no champion of '{name}' to retrain beside; 'lvdaitong run' or 'lvdaitong train "
            "credit' makes the first one"
        )
    return found


def _refuse_early(champion: Version, day: date) -> None:
    known = champion.tags.get("as_of")
    if known and day < date.fromisoformat(known):
        raise ModelError(
            f"{champion.label} was made from what was known on {known}; --as-of {day} lies before it: was "
            "the clock set back?"
        )


def _refuse_other_features(
    champion: Version, model: ScoredClassifier, features: tuple[AnyFeature, ...]
) -> None:
    asked = list(getattr(getattr(model, "encoder_", None), "inputs", ()))
    there = {one.name for one in features}
    lacking = sorted(name for name in asked if name not in there)
    if not lacking:
        return
    unknown = [name for name in lacking if name not in by_name()]
    why = "this program knows no such feature" if unknown else "their sources were not collected"
    named = ", ".join((unknown or lacking)[:SHOWN]) + (" …" if len(unknown or lacking) > SHOWN else "")
    raise ModelError(
        f"{champion.label} asks for {len(lacking)} features that cannot be had, {why}: {named}; so it cannot "
        "score the same loans as a challenger: train and promote by hand ('lvdaitong train credit', "
        "'lvdaitong models promote')"
    )


def _refuse_empty_month(home: Home, scope: Scope, day: pd.Timestamp) -> None:
    session, first = Session(home), (day - pd.DateOffset(months=1)).date()
    for name in sorted(scope.sources):
        rows = session.stored(source_named(name))
        within = (rows.available_at > first) & (rows.available_at <= day.date())
        if not session.frame(rows.filter(within).select("entity_id").limit(1)).empty:
            return
    raise ModelError(
        f"{home.lake}: nothing arrived in the month until {day:%Y-%m-%d}; the newest row of the lake is of "
        f"{scope.newest:%Y-%m-%d}: collect that month first"
    )


def _digest(told: Any) -> str:
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()[:16]
