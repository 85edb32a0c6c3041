"""Reject inference: a sample that also speaks for the applicants whom the old rules turned away.

A model fitted on accepted applicants alone has never met those that were refused. Three manners put them
back; none is safe, because nobody knows how they would have paid, so each is shown beside the model without:

    reweighting  accepted firms that look like rejected ones count for them as well
    parcelling   rejected firms are called good or bad in proportion, score band by score band
    fuzzy        every rejected firm enters twice, as good and as bad, weighted by its probability

Siddiqi (2006), Credit Risk Scorecards, chapter 6; Hsia (1978), Credit scoring and the equal credit
opportunity act (augmentation by weights); Crook, Banasik (2004), Does reject inference really improve the
performance of application scoring models?, who find little gain where few were rejected.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.model_selection import StratifiedKFold
from sklearn.utils.validation import has_fit_parameter

from features.errors import ModelError
from models.scored import ScoredClassifier

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Manner = Literal["reweighting", "parcelling", "fuzzy"]

MANNERS: tuple[Manner, ...] = get_args(Manner)

WORSE = 1.3
"""Times the odds of default of an accepted firm of the same score: what was refused is taken to be worse.

An assumption of the user, not a finding: judgement saw something that the table does not hold."""

FOLDS = 5
PARCELS = 10
"""Score bands of the rejected firms, of equal size."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a model is to be fitted on.

    Attributes:
        table: Accepted firms first, in their order; behind them the rejected ones, as far as they enter.
        bad: Outcome, seen or inferred.
        weight: Weight of each row, so that an accepted firm weighs one (by reweighting: one on average).
        applicant: Place of each row's firm among the applicants, accepted ones first; both rows of a fuzzy
            firm have the same, and must stay in one fold.
    """

    table: pd.DataFrame
    bad: Ints
    weight: Floats
    applicant: Ints


def with_rejects(
    model: ScoredClassifier,
    accepted: pd.DataFrame,
    bad: ArrayLike,
    rejected: pd.DataFrame,
    *,
    manner: Manner,
    worse: float = WORSE,
    seed: int = 0,
) -> ScoredClassifier:
    """A fresh copy of a model, fitted with the rejected firms put back in one manner.

    Args:
        model: Fitted or not; its settings are taken, and `fit` must take `sample_weight`.
        accepted: Firms whose outcome is known.
        bad: Their outcome, 1 for bad.
        rejected: Firms without outcome, with the same columns.
        manner: `reweighting`, `parcelling` or `fuzzy`.
        worse: Odds of default of a rejected firm against an accepted one of the same score; reweighting
            infers no outcome and does not use it.
        seed: Of the folds, and of the draws of parcelling.

    Raises:
        ModelError: The manner is unknown, columns are missing, no firm was rejected, or `worse` is below one.
    """
    drawn = sample(model, accepted, bad, rejected, manner=manner, worse=worse, seed=seed)
    return fitted_on(model, drawn)


def fitted_on(model: ScoredClassifier, drawn: Sample) -> ScoredClassifier:
    """A fresh copy of a model fitted on a sample; rows of one applicant stay together where it can tell."""
    together = {"groups": drawn.applicant} if has_fit_parameter(model, "groups") else {}
    fitted: ScoredClassifier = clone(model).fit(
        drawn.table, drawn.bad, sample_weight=drawn.weight, **together
    )
    return fitted


def sample(
    model: ScoredClassifier,
    accepted: pd.DataFrame,
    bad: ArrayLike,
    rejected: pd.DataFrame,
    *,
    manner: Manner,
    worse: float = WORSE,
    seed: int = 0,
) -> Sample:
    """The rows, outcomes and weights to fit on; arguments and errors as of `with_rejects`."""
    label = np.asarray(bad, dtype=np.int64)
    _refuse_unfit(accepted, label, rejected, manner, worse)
    refused = rejected[list(accepted.columns)]
    if manner == "reweighting":
        return reweighted(model, accepted, label, refused, seed=seed)
    if manner == "parcelling":
        return parcelled(model, accepted, label, refused, worse=worse, seed=seed)
    return fuzzy(model, accepted, label, refused, worse=worse)


def reweighted(
    model: ScoredClassifier, accepted: pd.DataFrame, bad: Ints, rejected: pd.DataFrame, *, seed: int = 0
) -> Sample:
    """Accepted firms alone, each weighted by all applicants over accepted ones among its likes.

    Likes are the tenth of the applicants with nearly the same chance of rejection, found by a copy of the
    model that learns accepted (0) from rejected (1) and judges firms of other folds only. The weights speak
    for rejected firms as far as the table tells why they were rejected (missing at random).
    """
    applicants = pd.concat([accepted, rejected], ignore_index=True)
    refused = np.repeat([0, 1], [len(accepted), len(rejected)])
    chance = _cross_fitted(model, applicants, refused, seed)
    parcel = _parcels(chance, holding=refused == 0)
    everyone = np.bincount(parcel)
    taken = np.bincount(parcel[: len(accepted)], minlength=len(everyone))
    weight = (everyone / np.maximum(taken, 1))[parcel[: len(accepted)]]
    return Sample(accepted, bad, weight / weight.mean(), np.arange(len(accepted)))


def parcelled(
    model: ScoredClassifier,
    accepted: pd.DataFrame,
    bad: Ints,
    rejected: pd.DataFrame,
    *,
    worse: float = WORSE,
    seed: int = 0,
) -> Sample:
    """Accepted firms, and rejected ones called good or bad at random in the proportion of their parcel.

    A parcel is a tenth of the rejected firms, by the score of a model of the accepted ones. Its proportion
    is the mean probability of default there, its odds raised `worse` times.
    """
    risk = _inferred(model, accepted, bad, rejected, worse)
    parcel = _parcels(risk)
    called = np.zeros(len(rejected), dtype=np.int64)
    rng = np.random.default_rng(seed)
    for one in np.unique(parcel):
        members = np.flatnonzero(parcel == one)
        called[rng.permutation(members)[: round(float(risk[members].sum()))]] = 1
    return _joined(accepted, bad, [rejected], [called], [np.ones(len(rejected))])


def fuzzy(
    model: ScoredClassifier,
    accepted: pd.DataFrame,
    bad: Ints,
    rejected: pd.DataFrame,
    *,
    worse: float = WORSE,
) -> Sample:
    """Accepted firms, and each rejected one twice: as bad with the weight of its risk, as good with the rest.

    Its risk is its probability of default by a model of the accepted ones, its odds raised `worse` times.
    """
    risk = _inferred(model, accepted, bad, rejected, worse)
    called = [np.ones(len(rejected), dtype=np.int64), np.zeros(len(rejected), dtype=np.int64)]
    return _joined(accepted, bad, [rejected, rejected], called, [risk, 1 - risk])


def _inferred(
    model: ScoredClassifier, accepted: pd.DataFrame, bad: Ints, rejected: pd.DataFrame, worse: float
) -> Floats:
    """Risk of rejected firms by a model of the accepted ones, its odds raised `worse` times."""
    risk = clone(model).fit(accepted, bad).predict_proba(rejected)[:, 1]
    odds = worse * risk / (1 - risk)
    raised: Floats = odds / (1 + odds)
    return raised


def _cross_fitted(model: ScoredClassifier, table: pd.DataFrame, label: Ints, seed: int) -> Floats:
    chance = np.empty(len(label))
    folds = StratifiedKFold(min(FOLDS, int(np.bincount(label).min())), shuffle=True, random_state=seed)
    for learn, check in folds.split(table, label):
        fitted = clone(model).fit(table.iloc[learn], label[learn])
        chance[check] = fitted.predict_proba(table.iloc[check])[:, 1]
    return chance


def _parcels(risk: Floats, *, holding: NDArray[np.bool_] | None = None) -> Ints:
    """Place of each risk among ten parcels of equal size; one without any of `holding` joins a neighbour."""
    edges = np.unique(np.quantile(risk, np.arange(1, PARCELS) / PARCELS))
    place = np.searchsorted(edges, risk, side="left")
    held = np.unique(place if holding is None else place[holding])
    nearest = np.abs(np.arange(len(edges) + 1)[:, None] - held).argmin(axis=1)
    joined: Ints = held[nearest][place]
    return joined


def _joined(
    accepted: pd.DataFrame, bad: Ints, tables: list[pd.DataFrame], labels: list[Ints], weights: list[Floats]
) -> Sample:
    table = pd.concat([accepted, *tables], ignore_index=True)
    refused = [len(accepted) + np.arange(len(one)) for one in tables]
    return Sample(
        table,
        np.concatenate([bad, *labels]),
        np.concatenate([np.ones(len(bad)), *weights]),
        np.concatenate([np.arange(len(accepted)), *refused]),
    )


def _refuse_unfit(
    accepted: pd.DataFrame, bad: Ints, rejected: pd.DataFrame, manner: str, worse: float
) -> None:
    if manner not in MANNERS:
        raise ModelError(f"no manner '{manner}' of reject inference; expected {', '.join(MANNERS)}")
    if worse < 1:
        raise ModelError(f"worse is {worse}; rejected firms are taken to be at least as risky, so 1 or more")
    if len(bad) != len(accepted):
        raise ModelError(f"{len(bad)} outcomes for {len(accepted)} accepted firms; expected one each")
    if len(rejected) < 2:  # noqa: PLR2004 - a fold to learn from and one to check
        raise ModelError(f"{len(rejected)} rejected firms; reject inference needs at least 2")
    missing = [str(name) for name in accepted.columns if name not in rejected.columns]
    if missing:
        raise ModelError(f"{len(missing)} columns of accepted firms are missing: {', '.join(missing[:5])}")
