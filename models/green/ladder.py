"""From one margin to the chances of all grades: an ordered logit.

    log-odds of reaching grade k = slope · tilt k · margin − cut k, and no likelier than the grade below

One margin says how green a firm is; the cuts say how much of it each grade takes (McCullagh 1980). So a
grade of which there are few firms is still placed by what all firms teach, and no grade has a negative
chance.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FARTHEST = 36.0
"""Log-odds beyond which a chance is 0 or 1 to the last bit."""

STEEPEST = 5.0
"""Slopes stay between e⁻⁵ and e⁵ a deviation of the margin: trees that order firms backwards are not turned
round, and steps that margins part without fault stay finite."""

DRAWN = 5.0
"""How strongly the logarithms of the slopes are drawn together, as a penalty on the log-likelihood."""

TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Ladder:
    """Chances of the steps of an ordered scale.

    Attributes:
        slope: What a unit of the margin counts in log-odds; above zero.
        cuts: For each grade but the lowest, what is taken off.
        tilts: For each, how much steeper it is than the others; above zero. None for all alike.
    """

    slope: float
    cuts: tuple[float, ...]
    tilts: tuple[float, ...] | None = None

    def above(self, margins: Floats) -> Floats:
        """The chance that each row reaches each grade but the lowest; shape (rows, grades − 1), falling."""
        steepness = self.slope * np.array(self.tilts or np.ones(len(self.cuts)))
        reached = chance(steepness[None, :] * margins[:, None] - np.array(self.cuts)[None, :])
        return np.minimum.accumulate(reached, axis=1)

    def probabilities(self, margins: Floats) -> Floats:
        """The chance of each grade, lowest first.

        >>> Ladder(1.0, (-1.0, 1.0)).probabilities(np.array([0.0])).round(3).tolist()
        [[0.269, 0.462, 0.269]]
        """
        return steps(self.above(margins))

    def as_record(self) -> dict[str, Any]:
        """What JSON keeps; no digit is lost."""
        tilts = None if self.tilts is None else list(self.tilts)
        return {"slope": self.slope, "cuts": list(self.cuts), "tilts": tilts}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """The ladder that a record tells."""
        tilts = None if record["tilts"] is None else tuple(float(tilt) for tilt in record["tilts"])
        return cls(float(record["slope"]), tuple(float(cut) for cut in record["cuts"]), tilts)


def chance(log_odds: Floats) -> Floats:
    """Log-odds as chances."""
    return 1 / (1 + np.exp(-np.clip(log_odds, -FARTHEST, FARTHEST)))


def steps(above: Floats) -> Floats:
    """Chances of the grades from the chances of reaching them."""
    rows = len(above)
    bounded = np.column_stack([np.ones(rows), above, np.zeros(rows)])
    return bounded[:, :-1] - bounded[:, 1:]


def first_cuts(place: Ints, classes: int) -> Floats:
    """The cuts where every firm has a margin of zero: the grades' shares.

    One firm's worth of evidence is spread over all grades, so that a grade without a firm has a cut, too.
    """
    counts = np.bincount(place, minlength=classes) + 1 / classes
    reach = 1 - np.cumsum(counts)[:-1] / counts.sum()
    return np.asarray(-np.log(reach / (1 - reach)), dtype=np.float64)


def fitted_ladder(margins: Floats, place: Ints, classes: int) -> Ladder:
    """The ladder under which the steps that firms reached are likeliest, firms that no tree had seen.

    One logistic curve a step. Their slopes are drawn together as if each step had some firms' evidence that
    it is no steeper than the others, so that steps with many firms go their own way and rare ones follow.

    Args:
        margins: Held-out margins.
        place: The grade of each row as a number from 0.
        classes: How many grades there are.
    """
    from scipy.optimize import minimize

    middle, spread = float(margins.mean()), float(margins.std())
    begin = first_cuts(place, classes)
    if spread < TINY:
        return Ladder(1.0, tuple((begin + middle).tolist()))
    # The firm's worth of evidence that `first_cuts` spreads, here at the mean margin.
    standing = np.r_[(margins - middle) / spread, np.zeros(classes)]
    places = np.r_[place, np.arange(classes)]
    weight = np.r_[np.ones(len(place)), np.full(classes, 1 / classes)]
    reached = places[:, None] >= np.arange(1, classes)[None, :]
    found = minimize(
        _unlikely,
        np.r_[0.0, np.zeros(classes - 1), begin],
        (standing, reached, weight),
        method="L-BFGS-B",
        jac=True,
        bounds=[(-STEEPEST, STEEPEST)] * classes + [(None, None)] * len(begin),
        options={"ftol": 1e-14, "gtol": 1e-9},
    )
    slope, tilts = float(np.exp(found.x[0])) / spread, np.exp(found.x[1:classes])
    cuts = found.x[classes:] + slope * tilts * middle
    return Ladder(slope, tuple(cuts.tolist()), tuple(tilts.tolist()))


def _unlikely(
    told: Floats, margins: Floats, reached: NDArray[np.bool_], weight: Floats
) -> tuple[float, Floats]:
    """Mean penalised log-loss over all steps, and its slope in each of the numbers told.

    Those are the logarithms of the common slope and of the tilts, and the cuts.
    """
    steps_ = reached.shape[1]
    steepness = np.exp(told[0] + told[1 : steps_ + 1])
    odds = steepness[None, :] * margins[:, None] - told[steps_ + 1 :][None, :]
    wrong = weight[:, None] * (chance(odds) - reached)
    loss = float((weight[:, None] * np.logaddexp(0, np.where(reached, -odds, odds))).sum())
    loss += DRAWN * float((told[1 : steps_ + 1] ** 2).sum())
    by_tilt = (wrong * margins[:, None]).sum(axis=0) * steepness
    total = float(weight.sum())
    slopes = np.r_[by_tilt.sum(), by_tilt + 2 * DRAWN * told[1 : steps_ + 1], -wrong.sum(axis=0)]
    return loss / total, slopes / total


def around(margins: Floats, place: Ints, cuts: Floats) -> tuple[Floats, Floats]:
    """The chances of reaching each row's own grade, and the one above it."""
    edges = np.r_[-np.inf, cuts, np.inf]
    return chance(margins - edges[place]), chance(margins - edges[place + 1])
