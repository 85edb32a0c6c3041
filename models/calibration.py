"""From margins to log-odds that mean what they say: Platt's curve, smooth isotonic steps, the long run."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from math import log
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression
from threadpoolctl import ThreadpoolController

from features.errors import ModelError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Manner = Literal["auto", "platt", "isotonic"]

ISOTONIC_RARER = 2000
"""From so many firms of the rarer class on, `auto` lets the data bend the curve (Niculescu-Mizil 2005: about
a thousand cases are what isotonic regression needs before it beats Platt; firms of the rarer class count)."""

FEWEST_OF_A_KNOT = 50
"""Firms of the rarer class between two knots of an isotonic curve: a rate from fewer is mostly chance."""

GENTLEST = 0.1
"""An isotonic curve rises at least this share of Platt's slope everywhere, so that ranking is kept."""

LOWEST_SLOPE = 1e-3
"""Platt's slope stays positive: a model that ranks held-out rows backwards is not turned round."""

INVERSE_PENALTY = 1e4
"""How little Platt's slope is drawn to zero: as `C` of scikit-learn."""

LBFGS = {"maxiter": 100, "maxls": 50, "gtol": 1e-4, "ftol": 64 * float(np.finfo(np.float64).eps)}

NEWTON_STEPS, TINY = 3, 1e-12

CLOSE = 1e-6
"""How far beyond its bounds a level is looked for, so that rounding does not hide it."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A strictly rising curve from margins to log-odds of default.

    Attributes:
        slope: Platt's slope; the margin's Shapley values times this are those of the log-odds.
        intercept: Platt's intercept, the long run included.
        margins: Knots of the isotonic curve, rising; empty for Platt's alone.
        bends: What is added to Platt's log-odds at each knot; straight between knots, constant outside.
    """

    slope: float = 1.0
    intercept: float = 0.0
    margins: tuple[float, ...] = ()
    bends: tuple[float, ...] = ()

    @property
    def kind(self) -> str:
        """`platt` or `isotonic`."""
        return "isotonic" if self.margins else "platt"

    def log_odds(self, margins: Floats) -> Floats:
        """Calibrated log-odds of default, one for each margin."""
        straight = self.slope * margins + self.intercept
        return straight + np.interp(margins, self.margins, self.bends) if self.margins else straight

    def toward(self, sample_rate: float, long_run_rate: float) -> "Calibration":
        """The same curve, for a portfolio whose rate of default over the years is another than the sample's.

        odds_new = odds · (π_long / (1 − π_long)) / (π_sample / (1 − π_sample)): a constant on the log-odds,
        so that no ranking changes.

        Args:
            sample_rate: Share of bads in the sample, between 0 and 1.
            long_run_rate: Share of bads over five to seven years or a whole cycle, between 0 and 1.

        Raises:
            ModelError: The long-run rate is not between 0 and 1.

        >>> calibration = Calibration().toward(0.10, 0.02)
        >>> round(float(1 / (1 + np.exp(-calibration.log_odds(np.log(0.20 / 0.80))))), 4)
        0.0439
        """
        if not 0 < long_run_rate < 1:
            raise ModelError(
                f"long_run_rate is {long_run_rate}; expected a share between 0 and 1, such as 0.02"
            )
        moved = log(long_run_rate / (1 - long_run_rate)) - log(sample_rate / (1 - sample_rate))
        return replace(self, intercept=self.intercept + moved)

    def as_record(self) -> dict[str, Any]:
        """What JSON keeps, and `from_record` takes; no digit is lost."""
        record: dict[str, Any] = {"slope": self.slope, "intercept": self.intercept}
        return record | ({"margins": self.margins, "bends": self.bends} if self.margins else {})

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """The curve that a record tells; records of Platt's curve have no knots."""
        knots = (tuple(float(one) for one in record.get(name, ())) for name in ("margins", "bends"))
        return cls(float(record["slope"]), float(record["intercept"]), *knots)


def calibrated(
    margins: Floats, label: Ints, weight: Floats | None = None, manner: Manner = "auto"
) -> Calibration:
    """The curve through margins of firms that the model had not seen.

    Args:
        margins: Held-out margins.
        label: 1 for bad.
        weight: What each firm counts; 1 by default.
        manner: `platt`, `isotonic`, or `auto`: isotonic from 2,000 firms of the rarer class on.

    Raises:
        ModelError: `manner` is none of these.
    """
    if manner not in ("auto", "platt", "isotonic"):
        raise ModelError(f"calibration is '{manner}'; expected 'auto', 'platt' or 'isotonic'")
    counts = np.ones(len(label)) if weight is None else weight
    straight = Calibration(*platt(margins, label, counts))
    rarer = min(int(label.sum()), int(len(label) - label.sum()))
    if manner == "platt" or (manner == "auto" and rarer < ISOTONIC_RARER):
        return straight
    return _bent(straight, margins, label, counts)


def platt(
    margins: Floats, label: Ints, weight: Floats | None = None, offset: Floats | None = None
) -> tuple[float, float]:
    """Slope and intercept of the logistic curve through margins (Platt 1999); the slope stays positive.

    What scikit-learn's `LogisticRegression` finds, without what it checks: of two numbers, most of its time.

    Args:
        margins: Held-out margins.
        label: 1 for bad.
        weight: What each firm counts; 1 by default.
        offset: Log-odds of each firm that the curve is added to, as they are; none by default.
    """
    counts = np.ones(len(label)) if weight is None else weight
    known = np.zeros(len(label)) if offset is None else offset
    mass = float(counts.sum())
    shrinkage = 1 / (INVERSE_PENALTY * mass)

    def loss(curve: Floats) -> tuple[float, Floats]:
        log_odds = known + (curve[0] * margins + curve[1])
        value = _loss(log_odds, label, counts)
        wrong = counts * (expit(log_odds) - label) / mass
        slope = wrong @ margins + shrinkage * curve[0]
        return float(value + shrinkage * curve[0] ** 2 / 2), np.array([slope, wrong.sum()])

    # threads of the linear algebra would wait for each other far longer than two numbers take
    with _libraries().limit(limits=1, user_api="blas"):
        slope, intercept = minimize(loss, np.zeros(2), jac=True, method="L-BFGS-B", options=LBFGS).x
    return max(float(slope), LOWEST_SLOPE), float(intercept)


def level(log_odds: Floats, label: Ints, weight: Floats | None = None) -> float:
    """What must be added to log-odds so that they say, on average, the rate of default that was observed.

    Args:
        log_odds: One for each firm.
        label: 1 for bad; both classes must be there.
        weight: What each firm counts; 1 by default.

    >>> round(level(np.zeros(4), np.array([0, 0, 0, 1])), 6) == round(-log(3), 6)
    True
    """
    counts = np.ones(len(label)) if weight is None else weight
    bads = float(counts @ label)
    observed = log(bads / (float(counts.sum()) - bads))
    lowest, highest = observed - float(log_odds.max()) - CLOSE, observed - float(log_odds.min()) + CLOSE
    return float(brentq(lambda moved: counts @ (expit(log_odds + moved) - label), lowest, highest))


@cache
def _libraries() -> ThreadpoolController:
    """The libraries of this process that have threads; looked for once, because it takes as long as a fit."""
    return ThreadpoolController()


def _bent(straight: Calibration, margins: Floats, label: Ints, weight: Floats) -> Calibration:
    """Platt's curve, bent at knots so that the rate of each range is the one observed.

    Rates are made to rise by pooling (isotonic regression over ranges with enough firms of either class),
    drawn toward Platt's by one firm's worth of it, and joined by straight lines in log-odds.
    """
    order = np.argsort(margins, kind="stable")
    ranges = _ranges(label[order])
    if ranges[-1] < 1:
        return straight
    mass = np.bincount(ranges, weight[order])
    expected = 1 / (1 + np.exp(-straight.log_odds(margins)))

    def mean(values: Floats) -> Floats:
        return np.bincount(ranges, (weight * values)[order]) / mass

    middle, guess = mean(margins), mean(expected)
    drawn = (mass * mean(label.astype(np.float64)) + guess) / (mass + 1)
    rate = IsotonicRegression().fit_transform(middle, drawn, sample_weight=mass)
    target = np.log(rate / (1 - rate)) - np.log(guess / (1 - guess)) + straight.log_odds(middle)
    bends = _rising(middle, target, GENTLEST * straight.slope) - straight.log_odds(middle)
    return replace(straight, margins=tuple(middle.tolist()), bends=tuple(bends.tolist()))


def _ranges(label: Ints) -> Ints:
    """The number of the range of each firm, in order of margins: as many firms of the rarer class in each."""
    rarer = label if 2 * label.sum() <= len(label) else 1 - label
    before = np.cumsum(rarer) - rarer
    return np.minimum(before // FEWEST_OF_A_KNOT, max(int(rarer.sum()) // FEWEST_OF_A_KNOT - 1, 0))


def _rising(places: Floats, values: Floats, slope: float) -> Floats:
    """The nearest values that rise at least by `slope` from place to place."""
    line = slope * places
    return IsotonicRegression().fit_transform(places, values - line) + line


def calibrated_loss(
    margins: Floats, label: Ints, weight: Floats | None = None, offset: Floats | None = None
) -> float:
    """Mean log-loss of margins after the logistic curve that suits them best, by a few steps of Newton.

    Where the steps lead nowhere, as with margins that separate the classes, that of the margins themselves.

    Args:
        margins: Held-out margins.
        label: 1 for bad.
        weight: What each firm counts; 1 by default.
        offset: Log-odds of each firm that the curve is added to, as they are; none by default.
    """
    counts = np.ones(len(label)) if weight is None else weight
    known = np.zeros(len(label)) if offset is None else offset
    plain = _loss(known + margins, label, counts)
    slope, intercept = 1.0, 0.0
    for _ in range(NEWTON_STEPS):
        rate = expit(known + (slope * margins + intercept))
        wrong, steep = counts * (rate - label), counts * rate * (1 - rate) + TINY
        tilt, lift = float(wrong @ margins), float(wrong.sum())
        steep_margins = steep * margins
        a, b, c = float(steep_margins @ margins), float(steep_margins.sum()), float(steep.sum())
        area = a * c - b * b
        if area <= TINY * a * c:  # margins that hardly differ
            break
        slope, intercept = slope - (c * tilt - b * lift) / area, intercept - (a * lift - b * tilt) / area
    bent = _loss(known + (slope * margins + intercept), label, counts)
    return bent if slope > 0 and bent < plain else plain


def _loss(log_odds: Floats, label: Ints, weight: Floats) -> float:
    return float(weight @ (np.logaddexp(0, log_odds) - label * log_odds) / weight.sum())
