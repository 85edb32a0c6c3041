"""train: sample → split → fit → validate on what was not seen → check → register."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import RepeatedStratifiedKFold, StratifiedGroupKFold

from features.assemble import Watch, assemble
from features.catalogue import source_named
from features.definitions import GREEN as GREEN_FEATURES
from features.errors import ModelError
from features.feature import AnyFeature
from features.home import Home
from features.session import Session
from models.checks import Check, Evidence, refuse_failed, run_checks
from models.credit import CreditModel
from models.green import GRADES, GreenGradeModel
from models.metrics import auc, bootstrap, calibration_ratio, gini, ks, over_repeats, weighted_kappa
from models.registry import CREDIT, GREEN, Version, register
from models.splits import OutOfTime, out_of_time
from pipelines.sample import Sample, Scope, loan_sample, meanings, outcomes_as_of
from pipelines.summary import GreenValidation, Validation

FOLDS, REPEATS = 5, 10
FEWEST_GRADED = 100
SEED = 0


@dataclass(frozen=True, slots=True)
class Trained:
    """A registered credit model, what was measured, and the firms it was measured on."""

    model: CreditModel
    version: Version
    validation: Validation
    checks: list[Check]
    test: Sample


def credit_from_loans(
    home: Home,
    day: pd.Timestamp,
    scope: Scope,
    features: tuple[AnyFeature, ...],
    watch: Watch = lambda _source: None,
) -> Trained:
    """The credit model from the loan tape, validated out of time.

    Raises:
        ModelError: The tape is too short, or a check failed; nothing is registered then.
    """
    outcomes = outcomes_as_of(home, day)
    split = out_of_time(outcomes)
    train = loan_sample(home, features, outcomes[split.train], watch)
    test = loan_sample(home, features, outcomes[split.test], watch)
    model = CreditModel(meanings=meanings(features), random_state=SEED)
    model.fit(train.table, train.bad, groups=train.entity, time=train.applied)
    predicted = model.predict_proba(test.table)[:, 1]
    validation = _out_of_time_validation(split, train, test, predicted)
    checks = run_checks(Evidence(model, test.table, test.bad, predicted))
    version = _register_credit(home, scope.registered(CREDIT), day, model, validation, checks)
    return Trained(model, version, validation, checks, test)


def credit_from_record(
    home: Home,
    label: str,
    day: pd.Timestamp,
    scope: Scope,
    features: tuple[AnyFeature, ...],
    watch: Watch = lambda _source: None,
) -> tuple[Trained, pd.Series]:
    """The credit model from one outcome a firm, validated by repeated cross-validation.

    Returns:
        The model, fitted on every firm, and each firm's mean probability from folds that did not know it.

    Raises:
        ModelError: A check failed; nothing is registered then.
    """
    truth = _recorded(home, label, scope.spine(day))
    spine = truth.index.to_frame(index=False).assign(as_of=day)
    table = assemble(home, features, spine, watch).values.droplevel("as_of")
    bad = truth.to_numpy(dtype=np.int64)
    unseen, aucs, kss = _repeated(table, bad, features)
    model = CreditModel(meanings=meanings(features), random_state=SEED).fit(table, bad)
    validation = _repeated_validation(bad, unseen, aucs, kss)
    checks = run_checks(Evidence(model, table, bad, unseen))
    version = _register_credit(home, scope.registered(CREDIT), day, model, validation, checks)
    names = table.index.to_series().reset_index(drop=True)
    test = Sample(table.reset_index(drop=True), bad, names, pd.Series(day, index=names.index), names)
    return Trained(model, version, validation, checks, test), pd.Series(unseen, index=table.index)


def _recorded(home: Home, label: str, spine: pd.DataFrame) -> pd.Series:
    """The flag `source.column` of every firm that has one, as known on the day."""
    source, column = label.split(".")
    session = Session(home)
    session.set_spine(spine)
    query = f'SELECT entity_id, arg_max("{column}", event_date) AS label FROM {{known}} GROUP BY entity_id'  # noqa: S608 - names of the catalogue
    return session.ask(source_named(source), query)["label"].dropna().astype("int64").sort_index()


def _repeated(
    table: pd.DataFrame, bad: NDArray[np.int64], features: tuple[AnyFeature, ...]
) -> tuple[NDArray[np.float64], list[float], list[float]]:
    folds = RepeatedStratifiedKFold(n_splits=FOLDS, n_repeats=REPEATS, random_state=SEED)
    unseen, aucs, kss = np.zeros(len(bad)), [], []
    for learn, check in folds.split(table, bad):
        model = CreditModel(meanings=meanings(features), random_state=SEED)
        model.fit(table.iloc[learn], bad[learn])
        predicted = model.predict_proba(table.iloc[check])[:, 1]
        unseen[check] += predicted / REPEATS
        aucs.append(auc(bad[check], predicted))
        kss.append(ks(bad[check], predicted))
    return unseen, aucs, kss


def _repeated_validation(
    bad: NDArray[np.int64], unseen: NDArray[np.float64], aucs: list[float], kss: list[float]
) -> Validation:
    figures = {
        "auc": over_repeats(aucs, REPEATS),
        "ks": over_repeats(kss, REPEATS),
        "gini": over_repeats([2 * figure - 1 for figure in aucs], REPEATS),
    }
    return Validation(
        kind="repeated_cv",
        said_zh=f"{FOLDS} 折交叉验证重复 {REPEATS} 次，每户企业每次恰被留出一次：{len(bad)} 户，其中坏样本 {int(bad.sum())} 户",
        bad=bad,
        pd_=unseen,
        figures=figures,
        calibration=calibration_ratio(bad, unseen),
        train_rows=len(bad),
        train_bads=int(bad.sum()),
    )


def _out_of_time_validation(
    split: OutOfTime, train: Sample, test: Sample, predicted: NDArray[np.float64]
) -> Validation:
    first, last = split.test_period
    begun, ended = split.train_period
    return Validation(
        kind="out_of_time",
        said_zh=(
            f"跨时间验证：{first:%Y-%m-%d} 至 {last:%Y-%m-%d} 申请的 {len(test.bad)} 笔贷款（坏样本 {int(test.bad.sum())} 笔）；"
            f"训练样本为 {begun:%Y-%m-%d} 至 {ended:%Y-%m-%d} 申请、且表现期在验证期开始前已结束的 {len(train.bad)} 笔"
        ),
        bad=test.bad,
        pd_=predicted,
        figures={name: bootstrap(metric, test.bad, predicted) for name, metric in _METRICS.items()},
        calibration=calibration_ratio(test.bad, predicted),
        train_rows=len(train.bad),
        train_bads=int(train.bad.sum()),
    )


_METRICS: dict[str, Callable[[NDArray[np.int64], NDArray[np.float64]], float]] = {
    "auc": auc,
    "ks": ks,
    "gini": gini,
}


def _register_credit(
    home: Home, name: str, day: pd.Timestamp, model: CreditModel, validation: Validation, checks: list[Check]
) -> Version:
    refuse_failed(checks)
    return register(
        home,
        name,
        model,
        parameters={
            "trees": model.trees_,
            "learning_rate": model.learning_rate,
            "small_sample": model.small_sample_,
        },
        metrics={metric: figure.value for metric, figure in validation.figures.items()}
        | {"calibration": validation.calibration},
        tags={"as_of": f"{day:%Y-%m-%d}", "validation": validation.kind, "rows": str(validation.train_rows)},
        documents={
            "checks.json": json.dumps([asdict(check) for check in checks], ensure_ascii=False, indent=1)
        },
    )


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


def best_single_feature(test: Sample) -> tuple[str, float]:
    """The feature whose values alone rank the test loans best, in whichever direction, and its Gini."""
    alone = {
        str(name): _gini_alone(test.table[name], test.bad)
        for name in test.table
        if pd.api.types.is_numeric_dtype(test.table[name].dtype)
    }
    if not alone:
        raise ModelError("no numeric feature to compare with")
    best = max(alone, key=lambda name: alone[name])
    return best, alone[best]


def _gini_alone(values: pd.Series, bad: NDArray[np.int64]) -> float:
    """The best of both directions with missing values at the low end, at the high end, or in the middle."""
    fills = (-np.inf, np.inf, values.median())
    return max(abs(gini(bad, values.fillna(fill).rank())) for fill in fills)
