"""Bands of points: floors under which the bad rate rises, and how sure the bad rate of each band is."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.stats import beta, binom, norm

from features.errors import ModelError
from models.metrics import Estimate, wilson
from models.scale import Bands

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEW_BADS = 5
"""With fewer bads a band's own rate says little: a fifth more or less of them is a single firm."""

CONFIDENCE = 0.9
"""Of the most prudent bounds: a true rate above them would show so few bads in one of ten years."""

SMALLEST_SHARE = 0.05
"""Share of the firms that a fitted band holds at least."""

STEPS = 40
"""Groups of equal size among which floors are looked for."""

FACTOR_STATES = norm.ppf((np.arange(4000) + 0.5) / 4000)
"""States of the economy, all equally likely: the one systematic factor of the correlated bound."""


@dataclass(frozen=True, slots=True)
class BandRate:
    """What became of the firms of one band.

    Attributes:
        name: The band.
        rows: Firms in it.
        bads: Bad ones among them.
        observed: Their share, with its Wilson interval.
        prudent: Pluto and Tasche's upper bound of the band's rate, which also learns from worse bands.
    """

    name: str
    rows: int
    bads: int
    observed: Estimate
    prudent: float

    @property
    def few(self) -> bool:
        """Whether the bads are so few that `prudent` is to be read instead of `observed`."""
        return self.bads < FEW_BADS


def band_rates(
    bands: ArrayLike,
    bad: ArrayLike,
    order: Sequence[str],
    *,
    confidence: float = CONFIDENCE,
    correlation: float = 0.0,
) -> list[BandRate]:
    """Bad rates by band, best first; bands without firms are left out.

    Args:
        bands: Band of each firm.
        bad: 1 for a bad firm.
        order: Names of the bands, best first.
        confidence: Of the prudent bounds.
        correlation: Asset correlation of the prudent bounds; 0 for independent defaults.

    Raises:
        ModelError: A firm's band is not in `order`.
    """
    found, label = np.asarray(bands).astype(str), np.asarray(bad, dtype=np.int64)
    unknown = sorted(set(found.tolist()) - set(order))
    if unknown:
        raise ModelError(f"band {unknown[0]!r} is none of {', '.join(order)}")
    names = [name for name in order if (found == name).any()]
    rows = [int((found == name).sum()) for name in names]
    bads = [int(label[found == name].sum()) for name in names]
    bounds = pluto_tasche(rows, bads, confidence=confidence, correlation=correlation)
    return [
        BandRate(name, many, bad_ones, wilson(bad_ones, many), float(bound))
        for name, many, bad_ones, bound in zip(names, rows, bads, bounds, strict=True)
    ]


def is_monotone(rates: Sequence[BandRate]) -> bool:
    """Whether the observed bad rate never falls from a better band to a worse one."""
    return all(better.observed.value <= worse.observed.value for better, worse in pairwise(rates))


def pluto_tasche(
    rows: Sequence[int], bads: Sequence[int], *, confidence: float = CONFIDENCE, correlation: float = 0.0
) -> Floats:
    """Upper bounds of each band's one-year default rate by the most prudent estimation.

    A better band is taken to be at most as risky as any worse one, so its bound is that of all firms from
    it downwards: positive even where nobody has defaulted, and rising from band to band (where noise would
    make it fall, it stays). Independent defaults give Clopper and Pearson's bound; with an asset correlation,
    defaults are binomial within each state of one Gaussian factor.
    Pluto, Tasche (2005), Estimating Probabilities of Default for Low Default Portfolios, arXiv
    cond-mat/0411699, sections 2, 3 and 5.

    Args:
        rows: Firms a band, best band first.
        bads: Bad firms a band.
        confidence: Chance of more bads than observed, were the bound the truth; above 0, below 1.
        correlation: Asset correlation (the paper takes 0.12), from 0 to below 1.

    >>> pluto_tasche([100, 400, 300], [0, 0, 0], confidence=0.9).round(4).tolist()
    [0.0029, 0.0033, 0.0076]

    Raises:
        ModelError: A band has no firms or more bads than firms, or a share lies outside its range.
    """
    _refuse_counts(rows, bads, confidence, correlation)
    together = np.cumsum(np.asarray(rows)[::-1])[::-1]
    bad_together = np.cumsum(np.asarray(bads)[::-1])[::-1]
    bounds = [
        _upper(int(many), int(few), confidence, correlation)
        for many, few in zip(together, bad_together, strict=True)
    ]
    return np.maximum.accumulate(np.array(bounds, dtype=np.float64))


def fit_bands(
    points: ArrayLike,
    bad: ArrayLike,
    names: Sequence[str] = ("A", "B", "C", "D", "E"),
    *,
    smallest_share: float = SMALLEST_SHARE,
) -> Bands:
    """Floors such that the observed bad rate rises from each band to the next worse one.

    Scores are cut into forty groups of nearly equal size; neighbours are joined until the rate rises from
    group to group (isotonic regression); of all ways to put the floors between them, that one is taken
    which tells good from bad best (the largest likelihood of the outcomes given the bands).

    Args:
        points: Scores, higher is safer; best of firms that the model has not learnt from.
        bad: 1 for a bad firm.
        names: Bands, best first. Where the risk rises in fewer steps, the first names are used alone.
        smallest_share: Share of the firms that each band holds at least.

    Raises:
        ModelError: Fewer than two names, no firms, or a bad rate that does not rise as points fall.
    """
    scores, label = np.asarray(points, dtype=np.int64), np.asarray(bad, dtype=np.int64)
    if len(names) < 2 or scores.shape != label.shape or not len(scores):  # noqa: PLR2004 - a floor lies between two
        raise ModelError(
            f"{len(names)} bands for {scores.shape} points and {label.shape} outcomes; expected two bands or "
            "more, and one outcome a score"
        )
    floors, rows, bads = _rising_groups(scores, label)
    cuts = _best_cuts(rows, bads, len(names), smallest_share * len(scores))
    if not cuts:
        raise ModelError(
            f"the bad rate of {len(scores)} firms ({int(label.sum())} bad) does not rise as points fall; "
            "such a score has no bands"
        )
    return Bands(tuple(names[: len(cuts) + 1]), tuple(int(floors[cut]) for cut in cuts))


def _upper(rows: int, bads: int, confidence: float, correlation: float) -> float:
    if bads == rows:
        return 1.0
    independent = float(beta.ppf(confidence, bads + 1, rows - bads))
    if correlation == 0:
        return independent

    def excess(rate: float) -> float:
        given = norm.cdf((norm.ppf(rate) - np.sqrt(correlation) * FACTOR_STATES) / np.sqrt(1 - correlation))
        return float(binom.cdf(bads, rows, given).mean()) - (1 - confidence)

    return float(brentq(excess, 1e-12, 1 - 1e-12, xtol=1e-10))


def _refuse_counts(rows: Sequence[int], bads: Sequence[int], confidence: float, correlation: float) -> None:
    if len(rows) != len(bads) or any(
        not 0 <= few <= many or many == 0 for many, few in zip(rows, bads, strict=False)
    ):
        raise ModelError(
            f"bands of {list(rows)} firms with {list(bads)} bad ones; each needs firms, and no more bads"
        )
    if not (0 < confidence < 1 and 0 <= correlation < 1):
        raise ModelError(
            f"confidence {confidence} and correlation {correlation}; expected 0 < confidence < 1 and "
            "0 <= correlation < 1"
        )


def _rising_groups(scores: Ints, label: Ints) -> tuple[Ints, Ints, Ints]:
    """Lowest score, firms and bads of groups from the safest on, their bad rates rising.

    Neighbours that do not rise are pooled (Ayer et al. 1955).
    """
    edges = np.unique(np.quantile(scores, np.arange(1, STEPS) / STEPS, method="higher"))
    place = np.searchsorted(edges, scores, side="right")
    floors, rows, bads = [], [], []
    for group in np.unique(place)[::-1]:
        members = place == group
        floors.append(int(scores[members].min()))
        rows.append(int(members.sum()))
        bads.append(int(label[members].sum()))
        while len(rows) > 1 and bads[-2] * rows[-1] >= bads[-1] * rows[-2]:
            floor, many, few = floors.pop(), rows.pop(), bads.pop()
            floors[-1], rows[-1], bads[-1] = floor, rows[-1] + many, bads[-1] + few
    return np.array(floors), np.array(rows), np.array(bads)


def _best_cuts(rows: Ints, bads: Ints, most: int, smallest: float) -> list[int]:
    """Last group of each band but the worst, for as many bands as there can be, at most `most`."""
    before, bad_before = np.append(0, np.cumsum(rows)), np.append(0, np.cumsum(bads))
    groups = len(rows)
    best = {(0, 0): (0.0, [0])}
    for band in range(1, most + 1):
        for end in range(band, groups + 1):
            options = [
                (value + _likelihood(int(bad_before[end] - bad_before[start]), many), [*path, end])
                for start in range(end)
                if (band - 1, start) in best and (many := int(before[end] - before[start])) >= smallest
                for value, path in [best[band - 1, start]]
            ]
            if options:
                best[band, end] = max(options)
    reached = [best[band, groups][1] for band in range(2, most + 1) if (band, groups) in best]
    return [end - 1 for end in reached[-1][1:-1]] if reached else []


def _likelihood(bads: int, rows: int) -> float:
    """Log-likelihood of the outcomes of one band, given its own rate."""
    return sum(count * float(np.log(count / rows)) for count in (bads, rows - bads) if count)
