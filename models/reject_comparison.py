"""A model with rejected firms put back and without them, side by side on firms that none of them has seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import StratifiedGroupKFold

from models.delong import auc_difference, auc_interval
from models.metrics import Estimate, calibration_ratio, ks
from models.rejects import MANNERS, WORSE, Manner, Sample, fitted_on, sample
from models.scored import ScoredClassifier

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a model of one manner does on firms that no manner has seen.

    Attributes:
        manner: The manner, or `accepted` for the model without rejected firms.
        rows: Rows of its sample.
        bad_rate: Weighted bad rate of its sample.
        auc: With its interval (DeLong).
        gain: AUC minus that of `accepted`, with the interval of the paired difference; zero for `accepted`.
        ks: Kolmogorov-Smirnov.
        calibration: Mean predicted over observed bad rate.
    """

    manner: str
    rows: int
    bad_rate: float
    auc: Estimate
    gain: Estimate
    ks: float
    calibration: float


def compare(
    model: ScoredClassifier,
    accepted: pd.DataFrame,
    bad: ArrayLike,
    rejected: pd.DataFrame,
    *,
    held_out: pd.DataFrame,
    held_bad: ArrayLike,
    manners: Sequence[Manner] = MANNERS,
    worse: float = WORSE,
    seed: int = 0,
) -> list[Comparison]:
    """The model without rejected firms and with them in each manner, on the same held-out firms.

    Held-out firms are usually accepted ones too; then the figures tell what reject inference costs where
    firms were accepted, not what it gains among those that were not. Only firms taken in at random, or
    outcomes of rejected firms at other banks, tell that.

    Raises:
        ModelError: As of `with_rejects`.
    """
    label, truth = np.asarray(bad, dtype=np.int64), np.asarray(held_bad, dtype=np.int64)
    samples = _samples(model, accepted, label, rejected, manners, worse, seed)
    risks = {name: _risk(model, one, held_out) for name, one in samples.items()}
    return [_comparison(name, samples[name], truth, risk, risks["accepted"]) for name, risk in risks.items()]


def compare_in_folds(
    model: ScoredClassifier,
    accepted: pd.DataFrame,
    bad: ArrayLike,
    rejected: pd.DataFrame,
    *,
    groups: ArrayLike | None = None,
    manners: Sequence[Manner] = MANNERS,
    worse: float = WORSE,
    seed: int = 0,
) -> list[Comparison]:
    """The same where no firm was set apart: each accepted one is judged by models of the other folds.

    Rows and bad rates are those of the samples of all accepted firms.

    Args:
        model: Its settings are taken.
        accepted: Firms whose outcome is known.
        bad: Their outcome, 1 for bad.
        rejected: Firms without outcome, with the same columns.
        groups: Accepted firms that belong together stay in one fold; each its own where None.
        manners: Which manners.
        worse: As of `with_rejects`.
        seed: Of the folds and the draws.

    Raises:
        ModelError: As of `with_rejects`.
        ValueError: There are fewer firms of a class than folds.
    """
    label = np.asarray(bad, dtype=np.int64)
    together = np.arange(len(label)) if groups is None else pd.factorize(np.asarray(groups))[0]
    whole = _samples(model, accepted, label, rejected, manners, worse, seed)
    risks = {name: np.empty(len(label)) for name in whole}
    folds = StratifiedGroupKFold(min(FOLDS, int(np.bincount(label).min())), shuffle=True, random_state=seed)
    for learn, check in folds.split(accepted, label, together):
        part = _samples(model, accepted.iloc[learn], label[learn], rejected, manners, worse, seed)
        for name, one in part.items():
            risks[name][check] = _risk(model, one, accepted.iloc[check])
    return [_comparison(name, whole[name], label, risk, risks["accepted"]) for name, risk in risks.items()]


def _samples(
    model: ScoredClassifier,
    accepted: pd.DataFrame,
    bad: Ints,
    rejected: pd.DataFrame,
    manners: Sequence[Manner],
    worse: float,
    seed: int,
) -> dict[str, Sample]:
    """Accepted firms alone, and the sample of each manner."""
    alone = Sample(accepted, bad, np.ones(len(bad)), np.arange(len(bad)))
    return {"accepted": alone} | {
        manner: sample(model, accepted, bad, rejected, manner=manner, worse=worse, seed=seed)
        for manner in manners
    }


def _risk(model: ScoredClassifier, drawn: Sample, asked: pd.DataFrame) -> Floats:
    return fitted_on(model, drawn).predict_proba(asked)[:, 1]


def _comparison(manner: str, drawn: Sample, truth: Ints, risk: Floats, alone: Floats) -> Comparison:
    return Comparison(
        manner=manner,
        rows=len(drawn.bad),
        bad_rate=float(np.average(drawn.bad, weights=drawn.weight)),
        auc=auc_interval(truth, risk),
        gain=auc_difference(truth, risk, alone),
        ks=ks(truth, risk),
        calibration=calibration_ratio(truth, risk),
    )
