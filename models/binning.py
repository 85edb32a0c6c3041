"""Optimal bins of each variable with their weight of evidence, and in words why a variable has none.

WoE = ln(share of goods / share of bads): positive is safer than the average firm. Some Chinese tools have the
sign the other way round. IV = Σ (share of goods − share of bads) · WoE.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SMOOTHING = 1.0
"""Firms of the average rate that are added to each bin, so that one without bads has a weight of evidence."""

WIDTH = 0.05
"""Smallest share of the known firms that the solver may keep apart as a bin of a number."""

RARE_SHARE = 0.02
"""Categories with a smaller share of the firms are pooled."""

FINE_BINS = 32
"""Bins of nearly equal size among which points may change within an optimal bin."""

TAILS = (0.0025, 0.005, 0.01, 0.02)
"""Shares of the firms at either end that have fine bins of their own: risk often turns there."""

TRENDS = {1: "ascending", -1: "descending", 0: "auto_heuristic"}


@dataclass(frozen=True, slots=True)
class Cut:
    """How a variable is cut into bins; missing is the bin behind the last.

    Attributes:
        edges: Rising edges of a number: bin i holds values from edge i - 1, itself included, to below edge i.
        members: Bin of each category, in the order of the categories; None for a number.
    """

    edges: tuple[float, ...] = ()
    members: tuple[int, ...] | None = None

    @property
    def bins(self) -> int:
        """Bins, the one of missing values included."""
        return (len(self.edges) + 1 if self.members is None else max(self.members, default=0) + 1) + 1

    def places(self, values: Floats) -> Ints:
        """Bin of each value (of a category: of its place); missing and unseen ones go behind the last."""
        known = np.where(np.isnan(values), 0, values)
        if self.members is None:
            found = np.searchsorted(np.asarray(self.edges), known, side="right")
        else:
            found = np.asarray(self.members, dtype=np.int64)[known.astype(np.int64)]
        places: Ints = np.where(np.isnan(values), self.bins - 1, found)
        return places

    def joined(self, other: "Cut") -> "Cut":
        """The cut with the edges of both numbers' cuts."""
        return Cut(tuple(sorted({*self.edges, *other.edges})))

    def within(self, coarser: "Cut") -> Ints:
        """For each bin the bin of a coarser cut, all of whose edges are among these, that holds it."""
        if self.members is not None:
            return np.arange(self.bins)
        starts = np.array([-np.inf, *self.edges])
        inside = np.searchsorted(np.asarray(coarser.edges), starts, side="right")
        return np.append(inside, coarser.bins - 1)


@dataclass(frozen=True, slots=True)
class Bins:
    """The optimal bins of one variable.

    Attributes:
        cut: Where they lie.
        goods: Weight of good firms a bin, the last one for missing values.
        bads: Weight of bad firms a bin.
        woe: Weight of evidence a bin; 0 for a bin without firms.
    """

    cut: Cut
    goods: Floats
    bads: Floats
    woe: Floats

    @property
    def ivs(self) -> Floats:
        """What each bin adds to the information value."""
        return (self.goods / self.goods.sum() - self.bads / self.bads.sum()) * self.woe

    @property
    def iv(self) -> float:
        """Information value; below 0.02 a variable says next to nothing, above 0.5 it is suspicious."""
        return float(self.ivs.sum())

    @property
    def chance(self) -> float:
        """The information value that so many bins have on average where a variable says nothing.

        4 × IV is nearly a χ² of independence where classes are balanced; a bin more adds 1/goods + 1/bads.
        """
        filled = int(((self.goods + self.bads) > 0).sum())
        return (filled - 1) * float(1 / self.goods.sum() + 1 / self.bads.sum())


def optimal_bins(
    values: Floats, label: Ints, weight: Floats, direction: int = 0, words: int = 0, width: float = WIDTH
) -> Bins | str:
    """Bins by `optbinning`, or why there are none.

    Args:
        values: One number a firm, or the place of its category; missing is NaN.
        label: 1 for bad.
        weight: What each firm counts.
        direction: 1 where the bad rate must rise with the number, -1 where it must fall, 0 for whatever
            shape fits best.
        words: How many categories there are; 0 for a number.
        width: Smallest share of the known firms in a bin of a number.
    """
    known = ~np.isnan(values)
    if not known.any():
        return "all values are missing"
    if known.all() and len(np.unique(values)) == 1:
        return "all values are the same"
    if len(np.unique(values[known])) == 1:  # known or not is all that it tells
        cut = Cut(members=(0,) * words) if words else Cut()
    else:
        found = (
            _categories(values[known], label[known], weight[known], words)
            if words
            else _numbers(values[known], label[known], weight[known], direction, width)
        )
        if isinstance(found, str):
            return found
        cut = found
    return weighed(cut, values, label, weight, direction)


def weighed(cut: Cut, values: Floats, label: Ints, weight: Floats, direction: int = 0) -> Bins:
    """Weights of evidence over a cut; along a declared direction they never turn back."""
    places = cut.places(values)
    goods, bads = goods_and_bads(places, label, weight, cut.bins)
    return Bins(cut, goods, bads, rising(evidence(goods, bads), goods + bads, direction))


def goods_and_bads(places: Ints, label: Ints, weight: Floats, bins: int) -> tuple[Floats, Floats]:
    """Weight of the good and of the bad firms in each bin."""
    goods, bads = (
        np.asarray(np.bincount(places, weight * counted, minlength=bins), dtype=np.float64)
        for counted in (1 - label, label)
    )
    return goods, bads


def rising(woe: Floats, mass: Floats, direction: int) -> Floats:
    """Weights of evidence that never turn back along a declared direction; the missing bin stays as it is.

    Smoothing moves a small bin more than a large one, and a fold's firms differ from all; either may upset
    the order of the optimal bins.
    """
    if not direction or len(woe) <= 2:  # noqa: PLR2004 - one bin and the missing ones have no order
        return woe
    order = IsotonicRegression(increasing=direction < 0)
    known = order.fit_transform(np.arange(len(woe) - 1), woe[:-1], sample_weight=mass[:-1] + SMOOTHING)
    return np.append(known, woe[-1])


def evidence(goods: Floats, bads: Floats) -> Floats:
    """Weight of evidence of each bin, one average firm added to each; 0 where a bin has no firm.

    >>> evidence(np.array([900.0, 100.0]), np.array([30.0, 70.0])).round(2).tolist()
    [1.1, -1.94]
    """
    good, bad = goods.sum(), bads.sum()
    rate = bad / (good + bad)
    share_good = (goods + SMOOTHING * (1 - rate)) / good
    share_bad = (bads + SMOOTHING * rate) / bad
    return np.where(goods + bads > 0, np.log(share_good / share_bad), 0.0)


def fine_cut(values: Floats, most: int = FINE_BINS) -> Cut:
    """Edges at quantiles of the known values; a value that many firms share has a bin of its own."""
    known = values[~np.isnan(values)]
    distinct = np.unique(known)
    if len(distinct) <= most:
        return Cut(tuple(((distinct[1:] + distinct[:-1]) / 2).tolist()))
    tails = np.array(TAILS)
    shares = np.sort(np.concatenate([tails, np.arange(1, most) / most, 1 - tails]))
    quantiles = np.quantile(known, shares, method="higher")
    edges, often = np.unique(quantiles, return_counts=True)
    after = np.searchsorted(distinct, edges[often > 1], side="right")
    beyond = distinct[after[after < len(distinct)]]
    edges = np.unique(np.concatenate([edges, beyond]))
    return Cut(tuple(edges[edges > distinct[0]].tolist()))


def _numbers(values: Floats, label: Ints, weight: Floats, direction: int, width: float) -> Cut | str:
    asked = {
        "monotonic_trend": TRENDS[direction],
        "min_prebin_size": width,
        "max_n_prebins": round(1 / width),
    }
    found, status = _solved(values, label, weight, asked)
    if found is None:
        shape = "in the declared direction" if direction else "of any shape"
        return f"the solver found no bins {shape} ({status})"
    return Cut(tuple(float(edge) for edge in found.splits))


def _categories(values: Floats, label: Ints, weight: Floats, words: int) -> Cut | str:
    """Categories joined by their bad rates; rare ones, and those of no row, stand together."""
    found, status = _solved(
        values.astype(np.int64).astype(str), label, weight, {"dtype": "categorical", "cat_cutoff": RARE_SHARE}
    )
    if found is None:
        return f"the solver found no groups of categories ({status})"
    groups = [[int(word) for word in group] for group in found.splits]
    if not groups:
        return "the solver found no two groups of categories whose bad rates differ"
    members = np.full(words, len(groups))
    for place, group in enumerate(groups):
        members[group] = place
    return Cut(members=tuple(members.tolist()))


def _solved(values: Any, label: Ints, weight: Floats, asked: dict[str, Any]) -> tuple[Any, str]:
    """The solved binning and its status; None where it has no solution."""
    with _quiet_import():
        from optbinning import OptimalBinning  # type: ignore[import-untyped]
    weights = None if (weight == weight[0]).all() else weight
    found = OptimalBinning(**asked)
    try:
        found.fit(values, label, sample_weight=weights)
    except ValueError as error:
        return None, " ".join(str(error).split())
    return (found if found.status in ("OPTIMAL", "FEASIBLE") else None), str(found.status).lower()


@contextmanager
def _quiet_import() -> Iterator[None]:
    """Keep still what cvxpy, which optbinning imports, says about solvers that nobody asked for."""
    logger = logging.getLogger("__cvxpy__")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
