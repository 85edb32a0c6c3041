"""How well scores rank and how true probabilities are. Labels are 1 for bad; scores rise with risk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import roc_auc_score, roc_curve

Metric = Callable[[NDArray[np.int64], NDArray[np.float64]], float]

Z = 1.959964
"""Normal quantile of a two-sided 95 % interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval: 95 % unless told otherwise."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """Three decimals, as a table shows it."""
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def auc(label: ArrayLike, score: ArrayLike) -> float:
    """Area under the ROC curve: the chance that a bad firm scores riskier than a good one (Hanley 1982).

    0.5 says nothing, 1 ranks without fault.

    >>> auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    return float(roc_auc_score(label, score))


def gini(label: ArrayLike, score: ArrayLike) -> float:
    """2·AUC − 1.

    >>> gini([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.5
    """
    return 2 * auc(label, score) - 1


def ks(label: ArrayLike, score: ArrayLike) -> float:
    """Kolmogorov-Smirnov: the largest gap between the distributions of bad and good firms.

    >>> ks([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.5
    """
    false_positive, true_positive, _ = roc_curve(label, score)
    return float(np.max(np.abs(true_positive - false_positive)))


def calibration_ratio(label: ArrayLike, pd_: ArrayLike) -> float:
    """Mean predicted over observed rate of default: 1 is right, below 1 is too kind; inf without any bad.

    >>> calibration_ratio([0, 0, 0, 1], [0.2, 0.2, 0.2, 0.4])
    1.0
    """
    observed = float(np.mean(np.asarray(label, dtype=float)))
    return float(np.mean(np.asarray(pd_))) / observed if observed else float("inf")


def psi(expected: ArrayLike, actual: ArrayLike, bins: int = 10) -> float:
    """Population stability index Σ (a − e)·ln(a / e) over equal-frequency bins of `expected`.

    Below 0.1 stable, above 0.25 act. Missing values are a bin of their own; an empty bin counts as 1e-4.

    >>> psi(range(100), range(100))
    0.0
    """
    base, now = np.asarray(expected, dtype=float), np.asarray(actual, dtype=float)
    edges = np.unique(np.nanquantile(base, np.linspace(0, 1, bins + 1)[1:-1]))
    before, after = (np.maximum(_shares(values, edges), 1e-4) for values in (base, now))
    return float(np.sum((after - before) * np.log(after / before)))


def _shares(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    missing = np.isnan(values)
    place = np.where(missing, len(edges) + 1, np.searchsorted(edges, values, side="right"))
    counts: NDArray[np.float64] = np.bincount(place, minlength=len(edges) + 2) / len(values)
    return counts


def bootstrap(
    metric: Metric, label: ArrayLike, score: ArrayLike, *, rounds: int = 500, seed: int = 0
) -> Estimate:
    """A metric with its 95 % percentile bootstrap interval, bad and good drawn apart (Efron 1979)."""
    truth, scores = np.asarray(label, dtype=np.int64), np.asarray(score, dtype=np.float64)
    rng = np.random.default_rng(seed)
    strata = [np.flatnonzero(truth == value) for value in (0, 1)]
    drawn = []
    for _ in range(rounds):
        rows = np.concatenate([rng.choice(stratum, len(stratum)) for stratum in strata])
        drawn.append(metric(truth[rows], scores[rows]))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Estimate(metric(truth, scores), float(low), float(high))


def over_repeats(figures: Sequence[float], repeats: int) -> Estimate:
    """Mean of repeated cross-validation with a 95 % interval, corrected for overlap (Nadeau, Bengio 2003).

    Folds of one data set overlap, so the plain standard error would flatter.

    Args:
        figures: One figure a fold, repeat after repeat.
        repeats: How often the data were split anew.
    """
    values = np.asarray(figures)
    folds = len(values) // repeats
    spread = np.sqrt((1 / len(values) + 1 / (folds - 1)) * np.var(values, ddof=1)) if len(values) > 1 else 0.0
    mean = float(values.mean())
    return Estimate(mean, max(0.0, mean - 1.96 * float(spread)), min(1.0, mean + 1.96 * float(spread)))


def wilson(bads: int, rows: int) -> Estimate:
    """A share with its 95 % interval (Wilson 1927), which also holds for few rows and for no bad at all.

    >>> str(wilson(0, 20))
    '0.000 [0.000, 0.161]'
    >>> str(wilson(5, 100))
    '0.050 [0.022, 0.112]'

    Raises:
        ValueError: There are no rows.
    """
    if rows <= 0:
        raise ValueError(f"a share of {rows} rows; at least one row is needed")
    share, weight = bads / rows, Z**2 / rows
    middle = (share + weight / 2) / (1 + weight)
    half = Z / (1 + weight) * sqrt(share * (1 - share) / rows + weight / (4 * rows))
    # At 0 and 1 the bounds meet the share but for rounding.
    return Estimate(share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)))


def weighted_kappa(truth: ArrayLike, predicted: ArrayLike, classes: int) -> float:
    """Quadratic weighted kappa (Cohen 1968): 1 agrees wholly, 0 as by chance.

    >>> weighted_kappa([0, 1, 2], [0, 1, 2], 3)
    1.0
    """
    one, two = np.asarray(truth, dtype=int), np.asarray(predicted, dtype=int)
    table = np.zeros((classes, classes))
    np.add.at(table, (one, two), 1)
    place = np.arange(classes)
    weight = (place[:, None] - place[None, :]) ** 2
    chance = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    expected = float((weight * chance).sum())
    return 1.0 - float((weight * table).sum()) / expected if expected else 1.0
