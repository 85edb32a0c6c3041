"""AUC with its interval, and the difference of two AUCs on the same rows, in closed form.

DeLong, DeLong, Clarke-Pearson (1988); rows of one firm are not independent and are taken together as in
Obuchowski (1997). Labels are 1 for bad; scores rise with risk.
"""

from math import exp, log, sqrt

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from models.metrics import Estimate, Z

Floats = NDArray[np.float64]


def auc_interval(bad: ArrayLike, score: ArrayLike, groups: ArrayLike | None = None) -> Estimate:
    """AUC with its 95 % interval, built on the log-odds of the AUC so that it stays within 0 and 1.

    Where every bad row scores above every good one the variance vanishes; the interval is then that of as
    many successes as the rarer class has firms. 0 to 1 where a class has a single firm.

    >>> str(auc_interval([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4]))
    '1.000 [0.158, 1.000]'

    Args:
        bad: 1 for bad; both classes must be there.
        score: Rises with risk.
        groups: Firm of each row; each row its own where None.

    Raises:
        ValueError: A class has no row.
    """
    parts = _Parts(bad, groups)
    area, variance = parts.mean_and_variance(*parts.placements(score))
    if variance is None:
        return Estimate(area, 0.0, 1.0)
    if variance <= 0 or not 0 < area < 1:
        return _without_spread(area, parts.fewest)
    odds, half = log(area / (1 - area)), Z * sqrt(variance) / (area * (1 - area))
    return Estimate(area, _share(odds - half), _share(odds + half))


def auc_difference(
    bad: ArrayLike, one: ArrayLike, other: ArrayLike, groups: ArrayLike | None = None
) -> Estimate:
    """AUC of `one` less that of `other` on the same rows, with its 95 % interval.

    An interval that holds 0 leaves open which ranks better; −1 to 1 where a class has a single firm.

    >>> str(auc_difference([0, 1, 0, 1], [0.1, 0.9, 0.4, 0.3], [0.1, 0.9, 0.4, 0.3]))
    '0.000 [0.000, 0.000]'

    Raises:
        ValueError: A class has no row.
    """
    parts = _Parts(bad, groups)
    pairs = zip(parts.placements(one), parts.placements(other), strict=True)
    of_bad, of_good = (first - second for first, second in pairs)
    gap, variance = parts.mean_and_variance(of_bad, of_good)
    half = 1.0 if variance is None else Z * sqrt(max(variance, 0.0))
    return Estimate(gap, max(-1.0, gap - half), min(1.0, gap + half))


class _Parts:
    """The two classes of a sample and the firms that their rows belong to."""

    def __init__(self, bad: ArrayLike, groups: ArrayLike | None) -> None:
        self.bad = np.asarray(bad, dtype=bool)
        firms = np.arange(len(self.bad)) if groups is None else pd.factorize(np.asarray(groups))[0]
        self.of_bad, self.of_good = firms[self.bad], firms[~self.bad]
        self.firms = int(firms.max()) + 1 if len(firms) else 0
        if not len(self.of_bad) or not len(self.of_good):
            raise ValueError(
                f"an AUC needs rows of both classes; found {len(self.of_bad)} bad of {len(self.bad)}"
            )

    @property
    def fewest(self) -> int:
        """Firms of the rarer class."""
        return min(len(np.unique(self.of_bad)), len(np.unique(self.of_good)))

    def placements(self, score: ArrayLike) -> tuple[Floats, Floats]:
        """For each bad row the share of good rows below it, for each good row that of bad rows above it."""
        scores = np.asarray(score, dtype=np.float64)
        everywhere = rankdata(scores)
        above = (everywhere[self.bad] - rankdata(scores[self.bad])) / len(self.of_good)
        below = 1 - (everywhere[~self.bad] - rankdata(scores[~self.bad])) / len(self.of_bad)
        return above, below

    def mean_and_variance(self, above: Floats, below: Floats) -> tuple[float, float | None]:
        """Mean placement and its variance over firms; no variance where a class has a single firm."""
        mean = float(above.mean())
        bads, goods = len(above), len(below)
        if self.fewest < 2:  # noqa: PLR2004 - a spread needs two
            return mean, None
        bad_part, good_part = (
            np.bincount(firms, weights=placed - mean, minlength=self.firms)
            for firms, placed in ((self.of_bad, above), (self.of_good, below))
        )
        with_bad, with_good = len(np.unique(self.of_bad)), len(np.unique(self.of_good))
        variance = (
            with_bad / (with_bad - 1) * (bad_part**2).sum() / bads**2
            + with_good / (with_good - 1) * (good_part**2).sum() / goods**2
            + 2 * self.firms / (self.firms - 1) * (bad_part * good_part).sum() / (bads * goods)
        )
        return mean, float(variance)


def _without_spread(area: float, firms: int) -> Estimate:
    """A faultless ranking of so many firms may still err on the next one (Clopper, Pearson 1934)."""
    bound = 0.025 ** (1 / firms)
    if area in {0.0, 1.0}:
        return Estimate(area, bound, 1.0) if area else Estimate(area, 0.0, 1 - bound)
    return Estimate(area, area, area)


def _share(odds: float) -> float:
    return 1 / (1 + exp(-odds))
