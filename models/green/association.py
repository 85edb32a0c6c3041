"""How the credit score goes with the green grade: neither enters the other, but both look at one firm.

Spearman's rank correlation, from −1 to 1: above 0 where greener firms score higher. Asked of all firms, and
of firms of the same industry and size: where it stays, it is not that some trades are both greener and safer.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from models.metrics import Estimate

Floats = NDArray[np.float64]

ROUNDS = 400
FEWEST = 20
"""Firms with both below which nothing is said."""

FEWEST_ALIKE = 5
"""A group of firms of one industry and size counts from here on: ranks among fewer say little."""


@dataclass(frozen=True, slots=True)
class Association:
    """How a score goes with an ordered grade over firms, a row a firm.

    Attributes:
        firms: Firms with both.
        overall: Rank correlation of all firms, with its 95 % bootstrap interval.
        within: The same within groups of firms that are alike (industry and size), pooled over the groups;
            None where no group has enough firms.
        firms_within: Firms in groups with enough firms.
        groups: Such groups.
        by_grade: Grade → firms, lowest quartile, median and highest quartile of the score.
    """

    firms: int
    overall: Estimate
    within: Estimate | None
    firms_within: int
    groups: int
    by_grade: dict[str, tuple[int, float, float, float]]

    @property
    def independent(self) -> bool:
        """Whether the interval of all firms holds zero."""
        return self.overall.low <= 0 <= self.overall.high

    @property
    def holds_within(self) -> bool | None:
        """Whether an association remains among firms that are alike; None where nobody can say."""
        return None if self.within is None else not self.within.low <= 0 <= self.within.high


def associated(
    score: pd.Series,
    grade: pd.Series,
    alike: pd.DataFrame | None = None,
    *,
    grades: tuple[str, ...],
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Association | None:
    """The association of a score with a grade.

    Args:
        score: By firm; higher is safer.
        grade: By firm; missing where it has none.
        alike: By firm, the columns by which firms are alike, such as industry and size; None for none.
        grades: Lowest first.
        rounds: Drawings of firms.
        seed: Of the drawings.

    Returns:
        None with fewer than 20 firms that have both, or where either is the same for all.
    """
    both = pd.DataFrame({"score": score, "grade": grade.reindex(score.index)})
    both = both[both["grade"].isin(grades) & both["score"].notna()]
    place = pd.Categorical(both["grade"], categories=list(grades)).codes.astype(np.float64)
    values = both["score"].to_numpy(dtype=np.float64)
    if len(both) < FEWEST or np.ptp(place) == 0 or np.ptp(values) == 0:
        return None
    group = _groups(both.index, alike)
    pairs = np.column_stack([values, place])
    overall = _with_interval(pairs, np.zeros(len(both), dtype=np.int64), rounds, seed)
    inside = group >= 0
    if overall is None:
        return None
    within = _with_interval(pairs[inside], group[inside], rounds, seed) if inside.any() else None
    return Association(
        firms=len(both),
        overall=overall,
        within=within,
        firms_within=int(inside.sum()),
        groups=len(np.unique(group[inside])),
        by_grade={
            one: (len(held), *_quartiles(held))
            for step, one in enumerate(grades)
            if len(held := values[place == step])
        },
    )


def _quartiles(values: Floats) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    return float(low), float(middle), float(high)


def _groups(index: pd.Index, alike: pd.DataFrame | None) -> NDArray[np.int64]:
    """The group of each firm; −1 where it is not known, or has too few firms."""
    if alike is None or alike.empty:
        return np.full(len(index), -1, dtype=np.int64)
    told = alike.reindex(index)
    whole = told[told.notna().all(axis="columns")]
    if whole.empty:
        return np.full(len(index), -1, dtype=np.int64)
    words = whole.astype("str").agg("|".join, axis="columns").reindex(told.index)
    often = words.map(words.value_counts()) >= FEWEST_ALIKE
    return np.asarray(pd.factorize(words.where(often))[0], dtype=np.int64)


def _with_interval(pairs: Floats, group: NDArray[np.int64], rounds: int, seed: int) -> Estimate | None:
    value = _correlation(pairs, group)
    if np.isnan(value):
        return None
    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(rounds):
        rows = rng.integers(len(pairs), size=len(pairs))
        drawn.append(_correlation(pairs[rows], group[rows]))
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return Estimate(value, float(low), float(high))


def _correlation(pairs: Floats, group: NDArray[np.int64]) -> float:
    """Correlation of ranks within groups, pooled: shares of ranks, each less the mean of its group."""
    ranks = np.empty_like(pairs)
    order = np.argsort(group, kind="stable")
    edges = np.flatnonzero(np.diff(group[order])) + 1
    for rows in np.split(order, edges):
        shares = rankdata(pairs[rows], axis=0) / len(rows)
        ranks[rows] = shares - shares.mean(axis=0)
    spread = np.sqrt((ranks**2).sum(axis=0).prod())
    return float((ranks[:, 0] * ranks[:, 1]).sum() / spread) if spread > 0 else float("nan")
