"""Stacking: one side scores alone, the other learns what to add to its log-odds.

Neither sees the other's columns. Either side may be first. The answer is the sum of log-odds, so that points
and reasons stay each side's own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from features.errors import ModelError
from models.credit import CreditModel
from models.lab.fitting import Learner, Learnt, Watch, classifier, cross_fitted, learnt, silent
from models.lab.sample import Columns, Flags, Sample, Side
from models.lab.second_half import SecondHalf
from models.reasons import Meaning
from models.scale import Scale
from models.splits import GroupTimeFolds

Floats = NDArray[np.float64]
FirstMaker = Callable[[Mapping[str, Meaning]], CreditModel]
SecondMaker = Callable[[Mapping[str, Meaning]], SecondHalf]


def first_model(meanings: Mapping[str, Meaning]) -> CreditModel:
    """The first side's model; calibrated by Platt's curve, so that its points add up to its log-odds."""
    return CreditModel(meanings=meanings, calibration="platt")


def second_model(meanings: Mapping[str, Meaning]) -> SecondHalf:
    """The second side's half."""
    return SecondHalf(meanings=meanings)


@dataclass(frozen=True, slots=True)
class First:
    """The side that scores alone.

    Attributes:
        model: Of all loans of training.
        log_odds: By loan of training and test, what the other side starts from: in training from trees that
            had not seen the firm, in the test from a model that knew neither the loan's time nor its firm.
    """

    model: CreditModel
    log_odds: pd.Series


@dataclass(frozen=True, slots=True)
class Second:
    """The side that adds.

    Attributes:
        model: Of all loans of training.
        added: Log-odds added to each test loan, by loan, from a half that knew neither its time nor its firm.
        log_odds: The sum of both sides, likewise.
    """

    model: SecondHalf
    added: pd.Series
    log_odds: pd.Series

    @property
    def pd_(self) -> pd.Series:
        """Probability of default of each test loan."""
        return pd.Series(expit(self.log_odds.to_numpy()), index=self.log_odds.index)


def fit_first(
    table: pd.DataFrame,
    bad: pd.Series,
    groups: pd.Series,
    folds: GroupTimeFolds,
    *,
    meanings: Mapping[str, Meaning] | None = None,
    make: FirstMaker = first_model,
    watch: Watch = silent,
) -> First:
    """The first side, from its own columns.

    Args:
        table: Its columns by loan.
        bad: 1 for default, of the same loans.
        groups: What belongs together, likewise.
        folds: Over them.
        meanings: What its columns mean.
        make: Makes its model, without a long-run rate: what is added later must start from the sample's own.
        watch: Is told of every model fitted.
    """
    learner = classifier(lambda: make(dict(meanings or {})), table, bad, groups)
    found: Learnt[CreditModel] = learnt({"": learner}, folds, table.index, watch=watch)[""]
    return First(found.whole, cross_fitted(found, folds, table.index))


def fit_second(
    table: pd.DataFrame,
    bad: pd.Series,
    groups: pd.Series,
    folds: GroupTimeFolds,
    offset: pd.Series,
    *,
    meanings: Mapping[str, Meaning] | None = None,
    make: SecondMaker = second_model,
    watch: Watch = silent,
) -> Second:
    """The second side, from its own columns and the first side's log-odds.

    Args:
        table: Its columns by loan.
        bad: 1 for default, of the same loans.
        groups: What belongs together, likewise.
        folds: Over them; the same as the first side's.
        offset: `First.log_odds`.
        meanings: What its columns mean.
        make: Makes its half.
        watch: Is told of every model fitted.

    Raises:
        ModelError: A loan of training or test has no log-odds.
    """
    known = offset.reindex(table.index)
    used = folds.train | folds.test
    if lacking := int(known[used].isna().sum()):
        raise ModelError(f"{lacking} of {int(used.sum())} loans have no log-odds of the first side")

    def fit(rows: Flags) -> SecondHalf:
        return make(dict(meanings or {})).fit(
            table[rows], bad[rows].to_numpy(), offset=known[rows].to_numpy(), groups=groups[rows].to_numpy()
        )

    learner = Learner(fit, lambda model, rows: model.added(table[rows]))
    found = learnt({"": learner}, folds, table.index, watch=watch)[""]
    return Second(found.whole, found.held_out, found.held_out + known[folds.test])


@dataclass(frozen=True, slots=True)
class Stacked:
    """Both sides of a stack.

    Attributes:
        first_side: Which side scores alone.
        first: It.
        second: The other one, which adds.
    """

    first_side: Side
    first: First
    second: Second

    @property
    def pd_(self) -> pd.Series:
        """Probability of default of each test loan, from models that knew neither its time nor its firm."""
        return self.second.pd_


def fit_stack(
    sample: Sample,
    folds: GroupTimeFolds,
    *,
    first_side: Side,
    make_first: FirstMaker = first_model,
    make_second: SecondMaker = second_model,
    watch: Watch = silent,
) -> Stacked:
    """Both sides one after the other, as the lab and the bank do it, to know what the split is worth.

    Args:
        sample: The loans.
        folds: Over them, such as `sample.folds(day)`.
        first_side: Which side scores alone.
        make_first: Makes its model.
        make_second: Makes the other side's half.
        watch: Is told of every model fitted.
    """
    second_side: Columns = "bank" if first_side == "platform" else "platform"
    said: dict[str, Any] = {"meanings": sample.meanings, "watch": watch}
    first = fit_first(sample.columns(first_side), sample.bad, sample.groups, folds, make=make_first, **said)
    second = fit_second(
        sample.columns(second_side),
        sample.bad,
        sample.groups,
        folds,
        first.log_odds,
        make=make_second,
        **said,
    )
    return Stacked(first_side, first, second)


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """An answer in its parts: `base` and the points of both sides' columns add up to the score.

    Attributes:
        base: Score of a firm of which both sides say what they say on average.
        first: Points by which each of the first side's columns moved each score, indexed by firm.
        second: The same of the second side's.
    """

    base: float
    first: pd.DataFrame
    second: pd.DataFrame

    @property
    def by_side(self) -> pd.DataFrame:
        """`base`, `first`, `second` and `score`, their sum, before rounding and bounds."""
        first, second = (part.sum(axis="columns") for part in (self.first, self.second))
        told = pd.DataFrame({"base": self.base, "first": first, "second": second})
        return told.assign(score=told.sum(axis="columns"))


def points_of_sides(
    first: CreditModel, of_first: pd.DataFrame, second: SecondHalf, of_second: pd.DataFrame
) -> Points:
    """Why the sum is what it is, each side in its own columns.

    Args:
        first: The first side's model.
        of_first: Its columns, a row a firm.
        second: The second side's half.
        of_second: Its columns, the same firms.

    Raises:
        ModelError: The firms differ, the scales differ, or the first side's calibration is bent: then no
            points of columns add up to its log-odds.
    """
    if not of_first.index.equals(of_second.index):
        raise ModelError(
            f"{len(of_first)} firms of one side and {len(of_second)} of the other are not the same"
        )
    scale: Scale = first.points_scale
    if scale != second.points_scale:
        raise ModelError("the halves have different scales of points; their points would not add up")
    if first.calibration_.margins:
        raise ModelError("the first side's calibration is isotonic; expected Platt's, whose points add up")
    return Points(
        base=float(scale.exact(reference_of(first) + second.reference_)),
        first=_of_columns(first, of_first),
        second=_of_columns(second, of_second),
    )


def reference_of(model: CreditModel) -> float:
    """Log-odds that a model says on average over its training, from which its Shapley values count."""
    nothing = np.full((1, model.booster_.num_feature()), np.nan)
    mean = np.asarray(model.booster_.predict(nothing, pred_contrib=True, num_threads=1))[0, -1]
    return float(model.calibration_.log_odds(np.array([mean]))[0])


def _of_columns(model: CreditModel | SecondHalf, table: pd.DataFrame) -> pd.DataFrame:
    points = model.points_by_column(table)
    return pd.DataFrame(points, index=table.index, columns=model.shown(table).columns)


def summed(first: Floats, added: Floats) -> Floats:
    """Probability of default from the log-odds of one side and what the other adds.

    >>> summed(np.array([0.0, -1.0]), np.array([0.0, 1.0])).tolist()
    [0.5, 0.5]
    """
    probability: Floats = expit(np.asarray(first, dtype=np.float64) + np.asarray(added, dtype=np.float64))
    return probability
