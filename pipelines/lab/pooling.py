"""pool: both sides' columns side by side inside the lab, one model of them, and what joining them brings.

inside/pooled/pooled.json           figures only: what the report shows
inside/pooled/held_out.parquet      log-odds of each test loan, by what knew neither its time nor its firm
inside/pooled/parts.parquet         which loans were learnt from and judged by
inside/pooled/model/                the model of all loans of training
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import logit

from features.errors import LakeError, ModelError, RequestError
from features.feature import AnyFeature
from features.keyed import fingerprint, keyed_ids, read_keyed, write_keyed
from models.lab.figures import ROUNDS
from models.lab.sample import Columns, Sample
from models.lab.several_banks import Manner, labelled
from models.lab.sides import carried
from models.lab.uplift import CANDIDATES, MAKERS, Candidate, Maker, Uplift, compare, fitted
from models.scored import ScoredClassifier
from models.splits import GroupTimeFolds
from pipelines.lab.agreement import EVERY_FIELD, PLATFORM, Party
from pipelines.lab.bank_figures import calibrations, manner_of
from pipelines.lab.contribution import TABLE_FILE, contributions_of, place_of, refuse_other_key
from pipelines.lab.joining import newest_rows
from pipelines.lab.platform_side import POOLED_FILE, approved, loans_of
from pipelines.lab.pooled_figures import parts_of, told_of
from pipelines.lab.project import Act, Clock, Project, now
from pipelines.steps import Steps

FIGURES_FILE, PARTS_FILE, MODEL_FOLDER = "pooled.json", "parts.parquet", "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the comparison is made.

    Attributes:
        makers: Which models; the first is the one that is kept.
        folds: Into how many the groups of the test are dealt.
        test_months: Length of the test.
        rounds: Draws of firms behind intervals other than the AUC's.
        labels: What is learnt from: each bank's `own` label, or the `worst` that became of the firm at any
            bank; None for the worst where several banks take part. Judged is by each bank's own.
    """

    makers: Mapping[str, Maker]
    folds: int = 5
    test_months: int = 6
    rounds: int = ROUNDS
    labels: Manner | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """What came of pooling; only `figures` may be shown outside.

    Attributes:
        sample: The loans with both sides' columns.
        folds: Which of them are learnt from and judged by.
        uplift: All candidates on the same test loans.
        model: Of all loans of training.
        figures: Plain values without small cells.
    """

    sample: Sample
    folds: GroupTimeFolds
    uplift: Uplift
    model: ScoredClassifier
    figures: Mapping[str, Any]


def sample_of(project: Project, key: bytes, lab_day: date | pd.Timestamp) -> Sample:
    """The loans of all banks with the platform's columns and the banks' own, each as of its application.

    Args:
        project: Whose contributions, and whose home's lake.
        key: The project's key.
        lab_day: Loans whose outcome was complete by then.

    Returns:
        Firms and groups are keyed ids; no code is in it. Banks' columns of one name are one column.

    Raises:
        RequestError: No bank has contributed, under another key, or the platform approved no feature.
        ModelError: Two banks mean different things by one column.
    """
    day = pd.Timestamp(lab_day)
    platform = loans_of(project, key, day, month_ends=False)
    known = replace(platform, groups=keyed_ids(platform.groups, key))
    whole = replace(known, bank=_banks_columns(project, known.loans, key))
    return whole.where((whole.loans["window_end"] <= day).to_numpy())


def _banks_columns(project: Project, loans: pd.DataFrame, key: bytes) -> pd.DataFrame:
    parts = []
    for one in contributions_of(project):
        file = place_of(project, one.bank) / TABLE_FILE
        if file.is_file():
            own = loans[loans["bank"] == one.bank]
            parts.append(newest_rows(own, read_keyed(file, fingerprint(key))).columns)
    if not parts:
        return pd.DataFrame(index=loans.index)
    _refuse_mixed(parts)
    return pd.concat(parts).reindex(loans.index)


def _refuse_mixed(parts: list[pd.DataFrame]) -> None:
    """Raise ModelError where a column is a number at one bank and a word at another."""
    kinds: dict[str, bool] = {}
    for part in parts:
        for name in part:
            is_number = pd.api.types.is_numeric_dtype(part[name].dtype)
            if kinds.setdefault(str(name), is_number) != is_number:
                raise ModelError(
                    f"column '{name}' is a number at one bank and a word at another; let one of them call it "
                    "otherwise, in the agreement too"
                )


def pool(
    project: Project,
    key: bytes,
    lab_day: date | pd.Timestamp,
    *,
    by: str,
    clock: Clock = now,
    purpose: str | None = None,
    settings: Settings | None = None,
    steps: Steps | None = None,
) -> Pooled:
    """Compare what the platform, the bank and both know on the same loans, and keep the model of both.

    Args:
        project: Under whose agreement.
        key: The project's key.
        lab_day: Loans whose outcome was complete by then.
        by: Who does it.
        clock: Tells the time.
        purpose: What for; None where it goes without saying.
        settings: How; None for the usual ones.
        steps: Told of every step.

    Raises:
        AgreementError: The agreement does not allow it, now or any more; nothing is kept then.
        RequestError: No bank has contributed, or the key is another one.
        ModelError: The history is too short, or too few loans of a class were held out.
    """
    chosen, working = settings or Settings(makers=MAKERS), steps or Steps()
    brought = contributions_of(project)
    said: dict[str, Any] = {"purpose": purpose, "fields": fields_of(project), "route": "pooled"}
    with project.act("train", by=by, clock=clock, **said) as act:
        refuse_other_key(project, key)
        with working.step("both sides' columns as of each application"):
            sample = sample_of(project, key, lab_day)
        manner = manner_of(len(brought), chosen.labels)
        taught = labelled(sample, manner)
        folds = dealt(taught, lab_day, chosen.folds, chosen.test_months)
        _refuse_few(sample.where(folds.test), project.agreement.smallest_cell)
        made = _made(sample, taught.bad, folds, chosen, working)
        told = told_of(project, sample, folds, made[0], made[2], pd.Timestamp(lab_day), clock())
        told |= _of_settings(chosen, manner) | {
            "calibrations": calibrations(
                sample, folds, kept_of(made[0]), made[1], project.agreement.smallest_cell, chosen.rounds
            )
        }
        _lay_out(act, project, key, made, told, parts_of(sample, folds))
        act.noted |= _noted(told)
        return Pooled(sample=sample, folds=folds, uplift=made[0], model=made[1], figures=told)


def dealt(taught: Sample, lab_day: date | pd.Timestamp, folds: int, test_months: int) -> GroupTimeFolds:
    """The folds: a loan is learnt from when its label, the worst of its firm maybe, was known at the test."""
    return taught.folds(pd.Timestamp(lab_day), folds=folds, test_months=test_months)


def _of_settings(settings: Settings, manner: Manner) -> dict[str, Any]:
    """By what a later release deals the same loans again."""
    return {"labels": manner, "test_months": settings.test_months}


def _made(
    sample: Sample, taught: pd.Series, folds: GroupTimeFolds, settings: Settings, steps: Steps
) -> tuple[Uplift, Any, pd.DataFrame]:
    """The candidates by fold, the model of all loans of training, and which side carries it."""
    names = candidates_of(sample)
    with steps.step("the candidates, fold by fold"):
        watch: Callable[[int, int], None] = lambda done, all_: steps.say(f"{done} of {all_} models")  # noqa: E731 - one line
        uplift = compare(
            sample,
            folds,
            settings.makers,
            candidates=names,
            taught=taught,
            rounds=settings.rounds,
            watch=watch,
        )
    with steps.step("the model of all loans of training"):
        maker = next(iter(settings.makers.values()))
        model = fitted(sample, folds, "pooled" if "pooled" in names else "platform", maker, taught)
    with steps.step("which side carries it"):
        sides = carried(model, sample.where(folds.test))
    return uplift, model, sides


def candidates_of(sample: Sample) -> tuple[Columns, ...]:
    """All three, or the platform alone where no bank brought columns of its own."""
    return CANDIDATES if sample.bank.shape[1] else ("platform",)


def fields_of(project: Project) -> dict[str, list[str]]:
    """By party the fields that pooling reads, under the names by which the agreement approves them.

    Raises:
        RequestError: The platform approved no feature that the lake can give.
    """
    own = _fields(approved(project), project.agreement.parties.platform)
    return {PLATFORM: own} | {one.bank: list(one.columns) for one in contributions_of(project)}


def _fields(features: tuple[AnyFeature, ...], party: Party) -> list[str]:
    """The features under the names by which the agreement approves them: their own, or their sources'."""
    named = set(party.fields)
    if EVERY_FIELD in named:
        return [one.name for one in features]
    own = ([one.name] if one.name in named else one.sources for one in features)
    return list(dict.fromkeys(name for names in own for name in names))


def _refuse_few(test: Sample, smallest: int) -> None:
    firms = test.loans.groupby("bad")["entity_id"].nunique()
    if min(firms.get(0, 0), firms.get(1, 0)) < smallest:
        raise ModelError(
            f"the test holds fewer than {smallest} firms of a class, the smallest cell of the agreement; "
            "bring a longer tape, or a longer test"
        )


def kept_of(uplift: Uplift) -> Candidate:
    """The candidate whose model is kept: of the first maker, of the most columns."""
    return next(one for one in reversed(uplift.candidates) if one.model == uplift.candidates[0].model)


def _lay_out(
    act: Act, project: Project, key: bytes, made: tuple[Uplift, Any, Any], told: Any, parts: pd.Series
) -> None:
    uplift, model, _ = made
    kept = kept_of(uplift)
    folder = act.staging / "pooled"
    model.save(folder / MODEL_FOLDER)
    log_odds = logit(np.clip(kept.pd_, 1e-12, 1 - 1e-12))
    write_keyed(pd.DataFrame({"loan_id": kept.pd_.index, "log_odds": log_odds.to_numpy()}),
                folder / POOLED_FILE.name, key)  # fmt: skip
    write_keyed(parts.rename("part").rename_axis("loan_id").reset_index(), folder / PARTS_FILE, key)
    (folder / FIGURES_FILE).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    act.keep(folder, project.inside / POOLED_FILE.parent)


def _noted(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "lab_day": told["lab_day"],
        "loans": told["loans"],
        "test_loans": told["test_loans"],
        "auc": {f"{one['model']} {one['name']}": round(one["auc"]["value"], 4) for one in told["candidates"]},
    }


def figures_of(project: Project) -> dict[str, Any]:
    """The figures of the last pooling.

    Raises:
        RequestError: Pooling was not run yet.
        LakeError: They cannot be read.
    """
    file = project.inside / POOLED_FILE.parent / FIGURES_FILE
    if not file.is_file():
        raise RequestError(f"project '{project.name}': pooling was not run yet; 'lvdaitong lab pool' runs it")
    try:
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise LakeError(f"{file}: cannot be read; run the pooling again: {error}") from error
    return found
