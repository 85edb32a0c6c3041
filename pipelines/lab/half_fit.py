"""What the bank's half learns, by the route of its package, and what it is worth on the test loans."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.credit import CreditModel
from models.lab.fitting import Watch
from models.lab.second_half import SecondHalf
from models.lab.stacking import fit_first, fit_second
from models.lab.sub_scores import fit_bank_half
from pipelines.lab.judged import judged
from pipelines.lab.package import Makers, round_to
from pipelines.lab.split import Split

HELD_OUT = "held_out.parquet"

PAIRS = (("joint", "bank"), ("joint", "platform"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The half.

    Attributes:
        model: Of all loans of training.
        answers: By keyed loan number, from trees that had not seen the firm, rounded as agreed: `half`, the
            half's log-odds (with sub-scores the whole answer, behind the platform what is added to it, before
            the platform what it starts from), and `bank`, those of the bank's columns alone. The test's
            loans; where the bank is first also those of training.
        columns: The bank's columns that it learnt from.
        read: All that it reads of each loan of the split.
        judged: Figures on the test's loans: `bank` alone, `platform` where it said its log-odds, `joint`.
        carried: A record a column that the model reads, those that move most first: `column`, `side` and
            `points`, by how many on average it moved the score of a test loan either way.
    """

    model: CreditModel | SecondHalf
    answers: pd.DataFrame
    columns: tuple[str, ...]
    read: pd.DataFrame
    judged: dict[str, Any]
    carried: list[dict[str, Any]]


def fit_half(
    told: Mapping[str, Any],
    split: Split,
    given: pd.DataFrame,
    columns: pd.DataFrame,
    makers: Makers,
    watch: Watch,
) -> Fitted:
    """Fit the half that a package asks for.

    Args:
        told: What the package says of itself.
        split: Its loans.
        given: What the platform says of each loan; no columns where the bank is first.
        columns: The bank's own columns of each loan.
        makers: How models are made.
        watch: Told of every model fitted.

    Raises:
        ModelError: A column has a sub-score's name, or a loan lacks what the platform says of it.
    """
    bad, groups, folds = split.loans["bad"], split.loans["group"], split.folds
    alone = fit_first(columns, bad, groups, folds, make=makers.first, watch=watch)
    said: dict[str, Any] = {"folds": folds, "watch": watch}
    model: CreditModel | SecondHalf
    if told["first"] == "bank":
        model, half = alone.model, alone.log_odds
    elif told["first"] == "platform":
        offset = given["log_odds"]
        second = fit_second(columns, bad, groups, offset=offset, make=makers.second, **said)
        model, half = second.model, second.added
    else:
        found = fit_bank_half(columns, given, bad, groups, make=makers.half, **said)
        model, half = found.whole, found.held_out
    fine = float(told["fineness"]["log_odds"])
    answers = pd.DataFrame({"half": round_to(half, fine), "bank": round_to(alone.log_odds, fine)})
    answers = answers.loc[half.index]
    read = columns if told["first"] else pd.concat([given, columns], axis="columns")
    return Fitted(
        model=model,
        answers=answers,
        columns=tuple(map(str, columns)),
        read=read,
        judged=_judged(told["first"], split, given, answers),
        carried=_carried(model, read[split.test], set(map(str, columns))),
    )


def _judged(first: str | None, split: Split, given: pd.DataFrame, answers: pd.DataFrame) -> dict[str, Any]:
    tested = split.loans[split.test]
    said = answers.loc[tested.index]
    log_odds = {"bank": said["bank"]}
    if first == "platform":
        log_odds["platform"] = given.loc[tested.index, "log_odds"]
        log_odds["joint"] = log_odds["platform"] + said["half"]
    elif first is None:
        log_odds["joint"] = said["half"]
    return judged(tested, log_odds, PAIRS)


def _carried(model: CreditModel | SecondHalf, tested: pd.DataFrame, own: set[str]) -> list[dict[str, Any]]:
    points = np.abs(model.points_by_column(tested)).mean(axis=0)
    names = [str(name) for name in model.shown(tested)]
    return [
        {"column": name, "side": "bank" if name in own else "platform", "points": round(float(moved), 1)}
        for moved, name in sorted(zip(points, names, strict=True), key=lambda one: (-one[0], one[1]))
    ]
