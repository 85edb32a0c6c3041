"""Retraining from the lake of a home: the recipe tells the label and its rules."""

from pathlib import Path
from typing import Any

import pandas as pd

from features.definitions import CREDIT as CREDIT_FEATURES
from features.errors import ModelError, RecipeError
from features.home import Home
from features.lake import Receipt, receipts
from models.checks import Override
from models.registry import CHALLENGER, CHAMPION
from pipelines.green import GreenOccasion, green_from_grades
from pipelines.recipe import Recipe
from pipelines.review import limits_of, refuse_language
from pipelines.sample import Scope, scope_of
from pipelines.steps import Steps
from pipelines.train import train_credit


def credit_of_lake(
    home: Home,
    recipe: Recipe,
    day: pd.Timestamp | None,
    steps: Steps,
    *,
    challenger: bool = False,
    override: Override | None = None,
    limits: Path | None = None,
    lang: str = "zh",
) -> dict[str, Any]:
    """Train, check, register and report the credit model of what was collected; what came of it, for JSON.

    Args:
        home: Whose lake and registry.
        recipe: Which firms, which outcome, which label rules.
        day: Day until which data count; the newest day of the lake by default.
        steps: Told of every step.
        challenger: Register it beside the champion instead of in its place.
        override: Who takes failed checks upon themself, and why.
        limits: Own thresholds of the checks; None for the home's, where it has any.
        lang: Language of the report, `zh` or `en`.

    Raises:
        RequestError: There is no such language.
        RecipeError: The recipe names no outcome.
        ModelError: Nothing was collected, the history is too short, or a check failed.
    """
    refuse_language(lang)
    limits_of(home, limits)
    if recipe.label is None:
        raise RecipeError(f"{recipe.path}: names no 'label', so there is nothing to model")
    scope = lake_scope(home, recipe)
    features = scope.usable(CREDIT_FEATURES)
    if not features:
        raise ModelError("none of the features can be computed from the sources of this recipe")
    occasion = {
        "as_alias": CHALLENGER if challenger else CHAMPION,
        "by": "lvdaitong train",
        "why": f"trained on recipe {recipe.name}",
        "override": override,
        "limits": limits,
        "lang": lang,
    }
    with steps.step("train and check the credit model"):
        trained = train_credit(
            home, recipe.label, day or _newest(recipe, scope), scope, features, steps.say, occasion=occasion
        )
    told, reviewed = trained.validation, trained.reviewed
    return {
        "model": reviewed.version.label,
        "report": str(reviewed.report),
        "judged": told.said_zh,
        "figures": {
            name: {"value": one.value, "low": one.low, "high": one.high} for name, one in told.figures.items()
        },
        "calibration": told.calibration,
        "checks": {check.number: not check.refuses for check in reviewed.checks},
    }


def green_of_lake(
    home: Home,
    recipe: Recipe,
    day: pd.Timestamp | None,
    steps: Steps,
    *,
    challenger: bool = False,
    override: Override | None = None,
) -> dict[str, Any]:
    """Train and register the green grade model of what was collected; what came of it, for JSON.

    Raises:
        ModelError: Too few firms have an official grade, or a check failed.
    """
    scope = lake_scope(home, recipe)
    occasion = GreenOccasion(
        as_alias=CHALLENGER if challenger else CHAMPION,
        by="lvdaitong train",
        why=f"trained on recipe {recipe.name}",
        override=override,
        refuse=True,
    )
    with steps.step("train the green model"):
        made = green_from_grades(home, day or _newest(recipe, scope), scope, steps.say, occasion=occasion)
    if made is None:
        raise ModelError(f"{home.lake}: too few firms have an official green grade to learn from")
    _, version, validation = made
    kappa = validation.kappa
    return {
        "model": version.label,
        "figures": {"kappa": {"value": kappa.value, "low": kappa.low, "high": kappa.high}},
        "within_one": validation.within_one,
        "firms": validation.firms,
    }


def lake_scope(home: Home, recipe: Recipe) -> Scope:
    """The firms and sources that a recipe is about, as collected.

    Raises:
        ModelError: Nothing of the recipe was collected, or no firm is named at all.
    """
    tables = {(table.source.name, table.name) for table in recipe.tables}
    kept: list[Receipt] = [
        receipt
        for source in sorted({table.source.name for table in recipe.tables})
        for receipt in receipts(home, source)
        if (receipt.source, receipt.table) in tables
    ]
    if not kept:
        raise ModelError(f"{home.lake}: nothing of recipe '{recipe.name}' is there; collect it first")
    return scope_of(home, recipe, kept)


def _newest(recipe: Recipe, scope: Scope) -> pd.Timestamp:
    return pd.Timestamp(recipe.as_of) if recipe.as_of else scope.newest
