"""green: the green grade model from official grades, judged by folds that keep a firm together."""

import json
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold

from features.assemble import Watch, assemble
from features.catalogue import source_named
from features.definitions import GREEN as GREEN_FEATURES
from features.feature import AnyFeature
from features.home import Home
from features.session import Session
from models.green import GRADES, GreenGradeModel
from models.metrics import over_repeats, weighted_kappa
from models.registry import GREEN, Version, register
from pipelines.sample import Scope, meanings
from pipelines.summary import GreenValidation

FOLDS = 5
FEWEST_GRADED = 100
SEED = 0


def green_from_grades(
    home: Home, day: pd.Timestamp, scope: Scope, watch: Watch = lambda _source: None
) -> tuple[GreenGradeModel, Version, GreenValidation] | None:
    """The green model from official grades; None where too few firms have one.

    Each grade is learnt with what was known on the day of its evaluation.
    """
    features = scope.usable(GREEN_FEATURES)
    graded = _graded(home, scope.spine(day))
    if len(graded) < FEWEST_GRADED or not features:
        return None
    spine = graded[["entity_id"]].assign(as_of=graded["event_date"])
    table = assemble(home, features, spine, watch).values.reset_index(drop=True)
    validation = _green_validation(table, graded, features)
    model = GreenGradeModel(meanings=meanings(features), random_state=SEED).fit(table, graded["grade"])
    version = register(
        home,
        scope.registered(GREEN),
        model,
        parameters={"trees": model.n_estimators, "learning_rate": model.learning_rate},
        metrics={"kappa": validation.kappa.value, "within_one": validation.within_one},
        tags={"as_of": f"{day:%Y-%m-%d}", "rows": str(len(table))},
        documents={"grades.json": json.dumps(validation.per_grade)},
        now=datetime.now(UTC),
    )
    return model, version, validation


def _graded(home: Home, spine: pd.DataFrame) -> pd.DataFrame:
    session = Session(home)
    source = source_named("green_grade")
    session.set_spine(spine)
    rows = session.ask(source, "SELECT entity_id, event_date, grade FROM {known}").reset_index()
    return rows.sort_values(["entity_id", "event_date"], ignore_index=True)


def _green_validation(
    table: pd.DataFrame, graded: pd.DataFrame, features: tuple[AnyFeature, ...]
) -> GreenValidation:
    """Five folds that keep a firm's evaluations together; the interval is the folds' corrected one."""
    place = pd.Categorical(graded["grade"], categories=GRADES).codes
    predicted, kappas = np.zeros(len(place), dtype=int), []
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    for learn, check in folds.split(table, place, graded["entity_id"]):
        model = GreenGradeModel(meanings=meanings(features), random_state=SEED)
        model.fit(table.iloc[learn], graded["grade"].iloc[learn])
        predicted[check] = pd.Categorical(model.predict(table.iloc[check]), categories=GRADES).codes
        kappas.append(weighted_kappa(place[check], predicted[check], len(GRADES)))
    within_one = float(np.mean(np.abs(predicted - place) <= 1))
    per_grade = {grade: int((place == step).sum()) for step, grade in enumerate(GRADES)}
    return GreenValidation(graded["entity_id"].nunique(), over_repeats(kappas, 1), within_one, per_grade)
