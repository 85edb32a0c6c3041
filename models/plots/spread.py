"""The numbers behind curves with bands: what they would be had other firms been drawn.

Firms are drawn with replacement (Efron 1979); all rows of a firm come together, because they are not
independent. How well a model ranks is asked of firms that ever turned bad and others drawn apart; how true
its level is, of all drawn together: how many bads there are is part of that question. Bands are pointwise.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from models.metrics import Estimate

Floats = NDArray[np.float64]

Say = Callable[..., str]
"""The words of a plot in the page's language, by key and what is to be put in."""

ROUNDS = 300
GRID = np.linspace(0, 1, 101)
SCORES = 160
LOOKED_AT = (0.05, 0.1, 0.2, 0.3, 0.5)
TENTHS = np.linspace(0, 1, 11)


@dataclass(frozen=True, slots=True)
class Band:
    """A curve and its 95 % band; all parts have the same length."""

    across: Floats
    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Redrawn:
    """Ranking curves with bands.

    Attributes:
        roc: Share of bads over share of goods that lie above a cut.
        gains: Share of bads over share of all rows, riskiest first.
        good_below: Share of goods up to a score; `bad_below` that of bads.
        ks: Largest gap between both.
        ks_at: Score of that gap.
        lift: Bad rate of each tenth, riskiest first, over that of all.
        captured: Share of bads among the riskiest 5, 10, 20, 30 and 50 per cent.
        brier: Mean squared error of the probabilities.
    """

    roc: Band
    gains: Band
    good_below: Band
    bad_below: Band
    ks: Estimate
    ks_at: float
    lift: tuple[Estimate, ...]
    captured: tuple[Estimate, ...]
    brier: Estimate


def redrawn(
    bad: ArrayLike,
    pd_: ArrayLike,
    scores: ArrayLike,
    groups: ArrayLike | None = None,
    *,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Redrawn:
    """Curves of held-out rows and how far they would move with other firms.

    Args:
        bad: 1 for bad; both classes must be there.
        pd_: Probabilities of default.
        scores: Points that fall as they rise, not rounded.
        groups: Firm of each row; each row its own where None.
        rounds: Draws.
        seed: Of the draws.
    """
    sample = _Sample(np.asarray(bad, dtype=np.int64), np.asarray(pd_, dtype=float), np.asarray(scores, float))
    alike = np.ones(len(sample.bad))
    told = sample.ranking(alike) | sample.level(alike)
    ranked = draws(sample.bad, groups, rounds, seed)
    levels = draws(np.zeros_like(sample.bad), groups, rounds, seed + 1)
    drawn = [sample.ranking(one) | sample.level(other) for one, other in zip(ranked, levels, strict=True)]
    bands = {
        name: _band(across, told[name], np.array([one[name] for one in drawn]))
        for name, across in (
            ("roc", GRID),
            ("gains", GRID),
            ("good_below", sample.grid),
            ("bad_below", sample.grid),
        )
    }
    numbers = {
        name: _estimates(told[name], np.array([one[name] for one in drawn]))
        for name in ("ks", "lift", "captured", "brier")
    }
    return Redrawn(
        **bands,
        ks=numbers["ks"][0],
        ks_at=float(sample.grid[np.argmax(np.abs(told["bad_below"] - told["good_below"]))]),
        lift=numbers["lift"],
        captured=numbers["captured"],
        brier=numbers["brier"][0],
    )


def draws(bad: NDArray[np.int64], groups: ArrayLike | None, rounds: int, seed: int) -> Iterator[Floats]:
    """How often each row comes, draw after draw; firms with any bad row are drawn apart from the others."""
    firms = np.arange(len(bad)) if groups is None else pd.factorize(np.asarray(groups))[0]
    ever_bad = np.bincount(firms, weights=bad) > 0
    strata = [np.flatnonzero(ever_bad == kind) for kind in (False, True)]
    rng = np.random.default_rng(seed)
    for _ in range(rounds):
        times = np.zeros(len(ever_bad))
        for members in strata:
            if len(members):
                times[members] = np.bincount(
                    rng.integers(len(members), size=len(members)), minlength=len(members)
                )
        yield times[firms]


class _Sample:
    """Rows in the order of their risk, prepared for many draws."""

    def __init__(self, bad: NDArray[np.int64], pd_: Floats, scores: Floats) -> None:
        self.bad, self.pd_ = bad, pd_
        _, self.place = np.unique(-pd_, return_inverse=True)
        self.grid = np.unique(np.quantile(scores, np.linspace(0, 1, SCORES)))
        self.below = np.searchsorted(self.grid, scores, side="left")

    def ranking(self, weights: Floats) -> dict[str, Floats]:
        """Curves and figures of how well bads are told from goods."""
        of_bad, of_good = weights * self.bad, weights * (1 - self.bad)
        found, wrong = (_cumulated(np.bincount(self.place, weights=part)) for part in (of_bad, of_good))
        looked = _cumulated(np.bincount(self.place, weights=weights))
        bad_below, good_below = (
            _cumulated(np.bincount(self.below, weights=part, minlength=len(self.grid)))[1:]
            for part in (of_bad, of_good)
        )
        return {
            "roc": np.interp(GRID, wrong, found),
            "gains": np.interp(GRID, looked, found),
            "bad_below": bad_below,
            "good_below": good_below,
            "ks": np.array([np.abs(found - wrong).max()]),
            "lift": np.diff(np.interp(TENTHS, looked, found)) * 10,
            "captured": np.interp(LOOKED_AT, looked, found),
        }

    def level(self, weights: Floats) -> dict[str, Floats]:
        """How true the probabilities are."""
        squares = (weights * (self.pd_ - self.bad) ** 2).sum() / weights.sum()
        return {"brier": np.array([squares])}


def _cumulated(counts: ArrayLike) -> Floats:
    total = np.sum(counts)
    shares: Floats = np.concatenate([[0.0], np.cumsum(counts)]) / (total or 1.0)
    return shares


def _band(across: Floats, value: Floats, drawn: Floats) -> Band:
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return Band(across, value, np.minimum(low, value), np.maximum(high, value))


def _estimates(value: Floats, drawn: Floats) -> tuple[Estimate, ...]:
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return tuple(Estimate(*map(float, one)) for one in zip(value, low, high, strict=True))
