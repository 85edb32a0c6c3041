"""Back in the lab: both halves become one answer, and what the split costs against pooling is measured.

inside/packages/<id>/returns/<id>/combined.json        figures, gains, gap to pooled, share recovered
inside/packages/<id>/returns/<id>/held_out.parquet     what the bank's half said of the test's loans
inside/packages/<id>/returns/<id>/platform_half/       the platform's half, where the bank goes first
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from features.errors import RequestError
from features.keyed import fingerprint, read_keyed, write_keyed
from models.lab.figures import ROUNDS, recovered
from models.lab.fitting import Watch, silent
from models.lab.sample import Side
from models.lab.stacking import Second, fit_second
from models.reasons import Meaning
from models.scale import Scale
from pipelines.lab.contribution import refuse_other_key
from pipelines.lab.half_fit import HELD_OUT
from pipelines.lab.judged import estimate_record, judged
from pipelines.lab.package import COLUMNS, MEANINGS, PLATFORM, Makers, places, round_to, version_of
from pipelines.lab.parcel import Parcel, keyed_loans, opened
from pipelines.lab.project import Clock, Project, now
from pipelines.lab.split import Split
from serving.records.moments import day_in_china

PAIRS = (("joint", "bank"), ("joint", "platform"), ("pooled", "joint"), ("pooled", "bank"))
HALF = "platform_half"
TOLD = "combined.json"
ANSWERS = ("half", "bank")

NOT_POOLED = (
    "项目内没有这些贷款的合并建模结果，无法与之比较；以下为与平台单独模型之差",
    "no pooled model was judged by these loans, so there is no gap to it; told is that to the platform alone",
)


@dataclass(frozen=True, slots=True)
class Combined:
    """Both halves together.

    Attributes:
        told: Figures and gains by name (`platform`, `bank`, `joint`, `pooled` where it was run), the gap to
            pooling, the share of its lift that is recovered, and of which package, return and versions.
        answers: Log-odds of every test loan, by keyed loan number, a column a name; never leaves the lab.
        place: Where the lab keeps it.
    """

    told: Mapping[str, Any]
    answers: pd.DataFrame
    place: Path


def combine(
    project: Project,
    folder: Path,
    *,
    key: bytes,
    by: str,
    clock: Clock = now,
    pooled: pd.Series | None = None,
    makers: Makers | None = None,
    rounds: int = ROUNDS,
    watch: Watch = silent,
) -> Combined:
    """Put what a bank returned beside the platform's half.

    Args:
        project: Which wrote the package.
        folder: What the bank's half returned.
        key: The project's key.
        by: Who does it.
        clock: Tells the time.
        pooled: Log-odds of the pooled model by loan number, from models that had not seen time or firm; None
            where pooling was not run.
        makers: How the platform's half is made where the bank goes first.
        rounds: Draws of firms behind the intervals.
        watch: Told of every model fitted.

    Raises:
        RequestError: What was returned was edited, is of another key or package, lacks loans, or was combined
            before.
        AgreementError: The agreement is over.
    """
    with project.act("combine", by=by, clock=clock) as act:
        refuse_other_key(project, key)
        parcel = opened(folder, "half", key, day_in_china(clock()))
        package = _package_of(project, parcel)
        place = package / "returns" / parcel.id
        _refuse_again(project, place, parcel)
        split = Split.read(package, key)
        said = _said(parcel, split, key)
        kept = act.staging / "combined"
        kept.mkdir()
        answers = _answers(parcel, package, split, said, key, kept, makers or Makers(), watch)
        answers = _of_pooled(pooled, answers, key)
        told = _told(parcel, split, answers, kept, rounds) | {"at": clock().isoformat(timespec="seconds")}
        write_keyed(answers.rename_axis("loan_id").reset_index(), kept / HELD_OUT, key)
        (kept / TOLD).write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
        act.keep(kept, place)
        act.noted |= {"package": told["package"], "return": parcel.id, "judged": told["judged"]["figures"]}
    return Combined(told, answers, place)


def _package_of(project: Project, parcel: Parcel) -> Path:
    """Where the lab keeps the package that a return answers.

    Raises:
        RequestError: It answers none of this project.
    """
    told = parcel.told
    there = {one.name: one for one in sorted(places(project).glob("*"))}
    if told["project"] != project.name or told["package"] not in there:
        raise RequestError(
            f"{parcel.folder}: answers package {told['package']} of project '{told['project']}'; project "
            f"'{project.name}' made: {', '.join(there) or 'none'}"
        )
    return there[told["package"]]


def _refuse_again(project: Project, place: Path, parcel: Parcel) -> None:
    if place.exists():
        at = json.loads((place / TOLD).read_text("utf-8"))["at"]
        raise RequestError(
            f"{parcel.folder}: return {parcel.id} was combined before, at {at}, and nothing was changed; its "
            f"figures lie in {(place / TOLD).relative_to(project.home.root)}"
        )


def _said(parcel: Parcel, split: Split, key: bytes) -> pd.DataFrame:
    """What the bank's half said of the loans that it was asked about.

    Raises:
        RequestError: Loans are missing, or others are told of.
    """
    table = read_keyed(parcel.folder / HELD_OUT, fingerprint(key))
    said = (
        table.reindex(columns=["loan_id", *ANSWERS])
        .set_index("loan_id")
        .apply(pd.to_numeric, errors="coerce")
    )
    asked = split.loans.index if parcel.told["first"] == "bank" else split.loans.index[split.test]
    if not said.index.sort_values().equals(asked) or not np.isfinite(said).all(axis=None):
        raise RequestError(
            f"{parcel.folder / HELD_OUT}: tells of {len(said):,} loans and the package asked about "
            f"{len(asked):,}; expected finite log-odds of each, in the columns {' and '.join(ANSWERS)}"
        )
    return said.loc[asked]


def _answers(
    parcel: Parcel,
    package: Path,
    split: Split,
    said: pd.DataFrame,
    key: bytes,
    kept: Path,
    makers: Makers,
    watch: Watch,
) -> pd.DataFrame:
    """Log-odds of the test's loans by each side alone, and by both."""
    tested = split.loans.index[split.test]
    alone = read_keyed(package / PLATFORM, fingerprint(key)).set_index("loan_id")["log_odds"]
    sides = pd.DataFrame({"platform": alone[tested], "bank": said.loc[tested, "bank"]})
    first = parcel.told["first"]
    if first is None:
        return sides.assign(joint=said["half"])
    if first == "platform":
        # the bank's half started from what it was given, not from what the lab knows more finely
        start = round_to(alone[tested], float(parcel.told["fineness"]["log_odds"]))
        return sides.assign(joint=start + said["half"])
    second = _platform_half(package, split, said["half"], key, makers, watch)
    second.model.save(kept / HALF)
    return sides.assign(joint=second.log_odds)


def _platform_half(
    package: Path, split: Split, start: pd.Series, key: bytes, makers: Makers, watch: Watch
) -> Second:
    columns = read_keyed(package / COLUMNS, fingerprint(key)).set_index("loan_id")
    told = json.loads((package / MEANINGS).read_text("utf-8"))
    return fit_second(
        columns.loc[split.loans.index],
        split.loans["bad"],
        split.loans["group"],
        split.folds,
        start,
        meanings={name: Meaning(**one) for name, one in told.items()},
        make=makers.second,
        watch=watch,
    )


def _of_pooled(pooled: pd.Series | None, answers: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """The answers beside those of the pooled model, where it was judged by the same loans."""
    if pooled is None:
        return answers
    known = pooled.set_axis(keyed_loans(pooled.index, key))
    if not answers.index.isin(known.index).all():
        return answers
    return answers.assign(pooled=known[answers.index])


def _told(parcel: Parcel, split: Split, answers: pd.DataFrame, kept: Path, rounds: int) -> dict[str, Any]:
    tested = split.loans[split.test]
    returned = parcel.told
    figures = judged(tested, {str(name): answers[name] for name in answers}, PAIRS, rounds)
    models = [returned["model"] | {"side": "bank"}]
    if (kept / HALF).is_dir():
        models.append({"name": "half", "version": version_of(kept / HALF), "side": "platform"})
    return {
        **{name: returned[name] for name in ("project", "bank", "package", "route", "first", "made_at")},
        "return": parcel.id,
        "models": models,
        "split": split.counts(),
        "judged": figures,
        "carried": returned["carried"],
        "by_side": _by_side(returned["first"], answers),
        "gap": _gap(tested, answers, figures, rounds),
    }


def _by_side(first: Side | None, answers: pd.DataFrame) -> dict[str, float] | None:
    """By how many points each side's log-odds moved the scores on average either way; None with sub-scores.

    With sub-scores the bank's half holds both sides: its `carried` tells them apart.
    """
    if first is None:
        return None
    second: Side = "bank" if first == "platform" else "platform"
    parts = {first: answers[first], second: answers["joint"] - answers[first]}
    return {
        side: round(Scale().factor * float((one - one.mean()).abs().mean()), 1) for side, one in parts.items()
    }


def _gap(
    tested: pd.DataFrame, answers: pd.DataFrame, figures: Mapping[str, Any], rounds: int
) -> dict[str, Any]:
    """What the split costs against pooling, and the share of pooling's lift that it recovers."""
    if "pooled" not in answers:
        gap = figures["gains"]["joint - platform"]["auc"]
        return {"to": "platform", "auc": gap, "said_zh": NOT_POOLED[0], "said_en": NOT_POOLED[1]}
    pooled, bank, joint = (expit(answers[name]) for name in ("pooled", "bank", "joint"))
    share = recovered(pooled, bank, joint, tested["bad"], tested["group"], rounds=rounds)
    return {
        "to": "pooled",
        "auc": figures["gains"]["pooled - joint"]["auc"],
        "recovered": estimate_record(share),
        "said_zh": "合并建模减去分离建模的 AUC，与合并建模增益中被保留的份额",
        "said_en": "AUC of pooling less that of the split, and the share of pooling's lift that is recovered",
    }
