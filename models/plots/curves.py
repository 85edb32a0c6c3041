"""The numbers behind plots and tables: rates with Wilson intervals, groups of equal size, gains."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.metrics import Estimate, wilson

Floats = NDArray[np.float64]

MOST_GROUPS = 10
BADS_A_GROUP = 5
"""Groups are made so few that each may hold about five bads; a rate of less says nothing."""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that are looked at together.

    Attributes:
        name: Band, or the group's place from the safest on.
        rows: Rows in it.
        bads: Bad ones among them.
        predicted: Mean predicted probability of default.
        observed: Share of bad rows with its Wilson interval.
    """

    name: str
    rows: int
    bads: int
    predicted: float
    observed: Estimate


def grouped(names: ArrayLike, bad: ArrayLike, pd_: ArrayLike, order: Sequence[str]) -> list[Group]:
    """One group a name, in `order`; names without rows are left out.

    >>> both = grouped(["B", "A", "B"], [1, 0, 0], [0.3, 0.1, 0.2], "ABC")
    >>> [(group.name, group.rows, group.bads) for group in both]
    [('A', 1, 0), ('B', 2, 1)]
    """
    found, truth, predicted = np.asarray(names), np.asarray(bad, dtype=np.int64), np.asarray(pd_, dtype=float)
    return [
        _group(name, truth[found == name], predicted[found == name])
        for name in order
        if (found == name).any()
    ]


def calibration_groups(bad: ArrayLike, pd_: ArrayLike) -> list[Group]:
    """Groups of nearly equal size from the safest to the riskiest: ten, or fewer where bads are few.

    Rows of one probability stay in one group.
    """
    truth, predicted = np.asarray(bad, dtype=np.int64), np.asarray(pd_, dtype=float)
    count = int(np.clip(truth.sum() // BADS_A_GROUP, 2, MOST_GROUPS))
    edges = np.unique(np.quantile(predicted, np.linspace(0, 1, count + 1)[1:-1]))
    place = np.searchsorted(edges, predicted, side="left")
    kept = np.unique(place)
    return [_group(str(nth), truth[place == at], predicted[place == at]) for nth, at in enumerate(kept, 1)]


def gains_curve(bad: ArrayLike, pd_: ArrayLike) -> tuple[Floats, Floats]:
    """Share of all rows looked at, riskiest first, and the share of all bads found among them.

    Rows of one probability are one straight step, so their order does not matter. Needs at least one bad.

    >>> [axis.tolist() for axis in gains_curve([1, 0, 0, 1], [0.9, 0.5, 0.1, 0.5])]
    [[0.0, 0.25, 0.75, 1.0], [0.0, 0.5, 1.0, 1.0]]
    """
    truth, risk = np.asarray(bad, dtype=np.int64), -np.asarray(pd_, dtype=float)
    _, place = np.unique(risk, return_inverse=True)
    rows, bads = np.bincount(place), np.bincount(place, weights=truth)
    return _shares(rows), _shares(bads)


def captured(bad: ArrayLike, pd_: ArrayLike, looked_at: ArrayLike) -> list[float]:
    """Share of all bads among the riskiest `looked_at` shares of rows.

    >>> captured([1, 0, 0, 1], [0.9, 0.5, 0.1, 0.5], [0.25, 0.5])
    [0.5, 0.75]
    """
    rows, bads = gains_curve(bad, pd_)
    return [float(share) for share in np.interp(np.asarray(looked_at, dtype=float), rows, bads)]


def _group(name: str, bad: NDArray[np.int64], pd_: Floats) -> Group:
    bads = int(bad.sum())
    return Group(name, len(bad), bads, float(pd_.mean()), wilson(bads, len(bad)))


def _shares(counts: ArrayLike) -> Floats:
    total = np.cumsum(np.asarray(counts, dtype=float))
    shares: Floats = np.concatenate([[0.0], total / total[-1]])
    return shares
