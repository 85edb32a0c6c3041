"""run: the whole main job, from files to a report, on one page."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from features.definitions import CREDIT as CREDIT_FEATURES
from features.definitions import by_name
from features.errors import ModelError, RecipeError
from features.feature import AnyFeature
from features.home import Home
from features.lake import Receipt
from models.metrics import gini
from pipelines.collect import Watch, collect
from pipelines.green import green_from_grades
from pipelines.loans import open_loans, reference_loan
from pipelines.recipe import Recipe
from pipelines.report import write_report
from pipelines.sample import Scope, scope_of
from pipelines.score import importance, score_all, write_scores
from pipelines.snapshot import write_snapshot
from pipelines.steps import Steps
from pipelines.summary import GreenValidation, OracleComparison, Summary
from pipelines.train import Trained, best_single_feature, train_credit
from serving.city_numbers import numbers_of
from serving.decision import Scorer, decide
from serving.snapshot import Snapshot, load_snapshot


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run leaves behind."""

    summary: Summary
    report: Path
    scores: Path


def run(
    home: Home,
    recipe: Recipe,
    data: Path,
    steps: Steps,
    *,
    day: pd.Timestamp | None = None,
    oracle: Path | None = None,
    only: tuple[str, ...] = (),
    watch: Watch = lambda _receipt, _new: None,
) -> Ran:
    """Collect → train → check → register → score every firm → reasons → measures → report.

    Args:
        home: Where everything goes.
        recipe: Which files, and which outcome to model.
        data: The folder with the files.
        steps: Told of every step.
        day: The as-of day; by default the recipe's, else the last day on which anything arrived.
        oracle: The embedded city's best possible ranking, to compare with; no model reads it.
        only: Names of the features to use; all by default.
        watch: Told of every table collected.

    Raises:
        RecipeError: The recipe names no outcome, or an outcome was asked for as a feature.
        LvdaitongError: A source, the lake or the model failed; what was committed stays.
    """
    chosen = _chosen(recipe, only)
    with steps.step("collect"):
        receipts = collect(home, recipe, data, watch)
    scope = scope_of(home, recipe, receipts)
    as_of = day or (pd.Timestamp(recipe.as_of) if recipe.as_of else scope.newest)
    with steps.step("train and check the credit model"):
        trained = _train(home, recipe, as_of, scope, chosen, steps)
    with steps.step("train the green model"):
        green = green_from_grades(home, as_of, scope)
    with steps.step("features of every firm"):
        write_snapshot(home, scope, as_of, recipe.policy_as_of, steps.say)
    with steps.step("score every firm, with reasons and measures"):
        snapshot = load_snapshot(home, as_of.date())
        scorer = Scorer.load(home, snapshot.credit, snapshot.green)
        scores = score_all(home, scorer, snapshot)
        if trained.evidence.kind == "repeated_cv":  # every firm was learnt from: its own score flatters
            unseen = pd.Series(trained.evidence.pd_, index=trained.held_out.table.index)
            scores.insert(1, "pd_12m_held_out", unseen.reindex(scores.index))
        write_scores(home, snapshot, scores)
    with steps.step("report"):
        summary = _summary(
            home,
            recipe,
            receipts,
            trained,
            scorer,
            snapshot,
            scores,
            green[2] if green else None,
            oracle,
            steps,
        )
        report = write_report(home, summary)
    return Ran(summary, report, home.scores(as_of.date()) / "scores.csv")


def _chosen(recipe: Recipe, only: tuple[str, ...]) -> tuple[AnyFeature, ...]:
    if recipe.label is None:
        raise RecipeError(
            f"{recipe.path}: names no 'label', so there is nothing to model; 'lvdaitong collect' it"
        )
    for name in only:
        recipe.refuse_outcome(name)
        if name not in by_name():
            raise RecipeError(f"no feature '{name}'; 'lvdaitong catalog --features' lists them")
    return tuple(one for one in CREDIT_FEATURES if not only or one.name in only)


def _train(
    home: Home,
    recipe: Recipe,
    as_of: pd.Timestamp,
    scope: Scope,
    chosen: tuple[AnyFeature, ...],
    steps: Steps,
) -> Trained:
    features = scope.usable(chosen)
    if not features:
        raise ModelError("none of the features can be computed from the sources of this recipe")
    return train_credit(home, str(recipe.label), as_of, scope, features, steps.say)


def _summary(
    home: Home,
    recipe: Recipe,
    receipts: list[Receipt],
    trained: Trained,
    scorer: Scorer,
    snapshot: Snapshot,
    scores: pd.DataFrame,
    green: GreenValidation | None,
    oracle: Path | None,
    steps: Steps,
) -> Summary:
    return Summary(
        recipe=recipe.name,
        title_zh=recipe.zh,
        as_of=snapshot.as_of,
        receipts=receipts,
        features=tuple(one for one in CREDIT_FEATURES if one.name in trained.held_out.table),
        validation=trained.validation,
        checks=trained.reviewed.checks,
        credit_label=trained.reviewed.version.label,
        scores=scores,
        answer=one_answer(home, scorer, snapshot, scores),
        importance=importance(scorer, snapshot.features),
        green_label=scorer.green_version.label if scorer.green_version else None,
        green=green,
        oracle=compare_with_oracle(trained, oracle) if oracle else None,
        seconds=dict(steps.seconds),
        scale=trained.evidence.model.points_scale,
        bands=trained.evidence.model.points_bands,
    )


def one_answer(home: Home, scorer: Scorer, snapshot: Snapshot, scores: pd.DataFrame) -> dict[str, object]:
    """The full answer for the firm in the middle of the ranking, on its open loan where it has one."""
    ranked = scores["score"].sort_values(kind="stable")
    loans = open_loans(home, pd.Timestamp(snapshot.as_of))
    with_loan = [name for name in ranked.index if name in loans] or list(ranked.index)
    entity = str(with_loan[len(with_loan) // 2])
    loan = loans.get(entity) or reference_loan(snapshot.policy_as_of)
    return decide(scorer, snapshot, entity, loan, parameters=numbers_of(home))


def compare_with_oracle(trained: Trained, path: Path) -> OracleComparison:
    """The model's and the best single feature's Gini against the best possible, on the same test loans.

    Raises:
        ModelError: The oracle does not know every loan.
    """
    if not path.is_file():
        raise ModelError(f"{path}: no oracle there; 'lvdaitong city' writes it to oracle/oracle_pd.parquet")
    known = pd.read_parquet(path).drop_duplicates("record_id").set_index("record_id")["oracle_pd"]
    best = known.reindex(trained.held_out.table.index)
    if best.isna().any():
        raise ModelError(
            f"{path}: {int(best.isna().sum())} of {len(best)} loans are not in it; is it of this city?"
        )
    name, alone = best_single_feature(trained.held_out)
    bad = trained.held_out.bad
    return OracleComparison(gini(bad, best), gini(bad, trained.evidence.pd_), name, alone)
