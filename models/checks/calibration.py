"""Whether probabilities of default are as large as what happens."""

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from models.checks.thresholds import limit
from models.checks.verdict import Verdict, graded
from models.evidence import Evidence
from models.metrics import Estimate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHANCE = 0.05
Z = 1.959964
STEPS = 50


def is_calibrated(evidence: Evidence) -> Verdict:
    """Predicted and observed default rates agree, and so do their log-odds.

    Fails where the ratio leaves 0.67 to 1.5, or the slope 0.5 to 2, and the interval excludes 1; warns where
    the ratio leaves 0.8 to 1.25 significantly. A ratio below 1 is too kind, a slope below 1 too sure.
    """
    bad, pd_ = evidence.held_out.bad, evidence.pd_
    ratio, slope = ratio_interval(int(bad.sum()), float(pd_.sum())), slope_interval(bad, pd_)
    off = _outside(ratio, "calibration_ratio_low", "calibration_ratio_high")
    tilted = slope is not None and _outside(slope, "slope_low", "slope_high")
    watch = _outside(ratio, "calibration_watch_low", "calibration_watch_high")
    low, high = limit("calibration_ratio_low"), limit("calibration_ratio_high")
    sloping = "no slope" if slope is None else f"slope {slope}"
    sloping_zh = "斜率无法估计" if slope is None else f"斜率 {slope}"
    return Verdict(
        graded(fail=off or tilted, warn=watch),
        f"predicted over observed default rate {ratio}, expected {low} to {high}; {sloping}",
        f"预测与实际违约率之比 {ratio}，应在 {low} 至 {high} 之间；{sloping_zh}",
        {"ratio": ratio.value, "low": ratio.low, "high": ratio.high}
        | ({} if slope is None else {"slope": slope.value}),
    )


def ratio_interval(bads: int, expected: float, chance: float = CHANCE) -> Estimate:
    """Predicted over observed bads, with the exact Poisson interval of the observed (Garwood 1936).

    >>> str(ratio_interval(20, 20.0))
    '1.000 [0.647, 1.637]'

    Args:
        bads: Bads that happened.
        expected: Sum of the probabilities; above zero.
        chance: Chance that the interval misses.
    """
    fewest = chi2.ppf(chance / 2, 2 * bads) / 2 if bads else 0.0
    most = chi2.ppf(1 - chance / 2, 2 * bads + 2) / 2
    return Estimate(expected / bads if bads else inf, expected / most, expected / fewest if fewest else inf)


@dataclass(frozen=True, slots=True)
class _Line:
    """Log-odds observed = level + slope · log-odds predicted."""

    level: float
    slope: float
    spread: float


def slope_interval(bad: Ints, pd_: Floats) -> Estimate | None:
    """Slope of a logistic regression of the outcome on the predicted log-odds, 95 % interval (Cox 1958).

    None where it cannot be had: one outcome only, one probability for all, or outcomes wholly apart.
    """
    sure = np.clip(pd_, 1e-9, 1 - 1e-9)
    odds = np.log(sure / (1 - sure))
    if bad.min() == bad.max() or np.ptp(odds) == 0:
        return None
    line = _fit(bad, odds)
    if line is None:
        return None
    return Estimate(line.slope, line.slope - Z * line.spread, line.slope + Z * line.spread)


def _fit(bad: Ints, odds: Floats) -> _Line | None:
    """Newton's steps; None where they do not settle."""
    design = np.column_stack([np.ones(len(odds)), odds])
    told = np.array([np.log(bad.mean() / (1 - bad.mean())), 0.0])  # every firm alike, which always settles
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ told, -500, 500)))
        weight = np.maximum(chance * (1 - chance), 1e-12)
        information = design.T @ (design * weight[:, None])
        step = np.linalg.lstsq(information, design.T @ (bad - chance), rcond=None)[0]
        told = told + step
        if np.abs(step).max() < 1e-8:  # noqa: PLR2004 - settled
            return _Line(told[0], told[1], sqrt(np.linalg.inv(information)[1, 1]))
    return None


def _outside(figure: Estimate, low: str, high: str) -> bool:
    """Outside the bounds, and not by chance."""
    return bool(
        (figure.value < limit(low) and figure.high < 1) or (figure.value > limit(high) and figure.low > 1)
    )
