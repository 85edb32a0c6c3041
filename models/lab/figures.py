"""Figures of held-out loans with their intervals, and what one model has over another on the same loans.

Loans of one firm are not independent: intervals of AUC are DeLong's over firms, the others draw firms.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf, isnan, nan

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.delong import auc_difference, auc_interval
from models.metrics import Estimate

Floats = NDArray[np.float64]

ROUNDS = 400
"""Draws of firms behind an interval; its ends then stand to about a tenth of its width."""

ENDS = (0.025, 0.975)
WORST = 0.1
"""Share of the loans, the riskiest ones, that `lift_10` looks at."""

DRAWN = ("ks", "lift_10", "calibration")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How well a model ranks loans that it has not seen, and how true its probabilities are.

    Attributes:
        auc: 0.5 says nothing, 1 ranks without fault.
        ks: Largest gap between the distributions of bad and good loans.
        lift_10: Bad rate among the riskiest tenth over that of all; 1 says nothing, 10 is the most.
        calibration: Mean predicted over observed rate of default; below 1 is too kind.
    """

    auc: Estimate
    ks: Estimate
    lift_10: Estimate
    calibration: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What one model has over another on the same loans; an interval that holds 0 leaves it open."""

    auc: Estimate
    ks: Estimate
    lift_10: Estimate


class Ranked:
    """Loans in order of their risk, the riskiest first; equally risky ones stand together."""

    def __init__(self, bad: ArrayLike, pd_: ArrayLike) -> None:
        risk = np.asarray(pd_, dtype=np.float64)
        self.order = np.argsort(-risk, kind="stable")
        self.risk = risk[self.order]
        self.bad = np.asarray(bad, dtype=np.float64)[self.order]
        self.ends = np.flatnonzero(np.append(np.diff(self.risk) != 0, True))

    def auc(self, weight: Floats) -> float:
        """AUC where each loan counts so much; missing where a class counts nothing."""
        bads, goods = self._risen(weight)
        return _over(float(np.trapezoid(bads, goods)), bads[-1] * goods[-1])

    def drawn(self, weight: Floats) -> Floats:
        """KS, lift and calibration where each loan counts so much; missing where a class counts nothing."""
        bads, goods = self._risen(weight)
        if not bads[-1] or not goods[-1]:
            return np.full(len(DRAWN), nan)
        loans = bads + goods
        worst = np.interp(WORST * loans[-1], loans, bads)
        expected = weight[self.order] @ self.risk
        gap = np.abs(bads / bads[-1] - goods / goods[-1]).max()
        return np.array([gap, worst / (WORST * bads[-1]), expected / bads[-1]])

    def _risen(self, weight: Floats) -> tuple[Floats, Floats]:
        """Bad and good loans from the riskiest on, looked at between loans of different risk."""
        counts = weight[self.order]
        bad = counts * self.bad
        return tuple(np.append(0.0, np.cumsum(part)[self.ends]) for part in (bad, counts - bad))  # type: ignore[return-value]


def _over(part: float, whole: float) -> float:
    return part / whole if whole else nan


def draws(groups: ArrayLike, rounds: int = ROUNDS, seed: int = 0) -> Iterator[Floats]:
    """How often each loan counts, round by round, where firms are drawn with replacement.

    Args:
        groups: Firm or company group of each loan.
        rounds: How many draws.
        seed: Of the draws.
    """
    firms, number = np.unique(np.asarray(groups), return_inverse=True)
    rng = np.random.default_rng(seed)
    for _ in range(rounds):
        drawn = np.bincount(rng.integers(0, len(firms), len(firms)), minlength=len(firms))
        yield drawn[number].astype(np.float64)


@dataclass(frozen=True, slots=True)
class Compared:
    """Several models on the same loans.

    Attributes:
        figures: By model.
        bad: Of the loans.
        pds: Probabilities of the loans, by model.
        groups: Of the loans.
        rounds: By model its KS, lift and calibration in each draw of firms.
    """

    figures: Mapping[str, Figures]
    bad: Floats
    pds: Mapping[str, Floats]
    groups: NDArray[np.object_]
    rounds: Mapping[str, Floats]

    def gain(self, one: str, other: str) -> Gain:
        """What `one` has over `other`, firm by firm paired."""
        auc = auc_difference(self.bad, self.pds[one], self.pds[other], self.groups)
        figures = self.figures[one], self.figures[other]
        drawn = self.rounds[one] - self.rounds[other]
        values = [getattr(figures[0], name).value - getattr(figures[1], name).value for name in DRAWN]
        ks, lift, _ = (between(value, drawn[:, place]) for place, value in enumerate(values))
        return Gain(auc=auc, ks=ks, lift_10=lift)


def compared(
    bad: ArrayLike, pds: Mapping[str, ArrayLike], groups: ArrayLike, *, rounds: int = ROUNDS, seed: int = 0
) -> Compared:
    """The figures of several models on the same loans.

    Args:
        bad: 1 for default; both classes must be there.
        pds: By model the probability of default of each loan.
        groups: Firm or company group of each loan.
        rounds: Draws of firms.
        seed: Of the draws.

    Raises:
        ValueError: A class has no loan.
    """
    truth = np.asarray(bad, dtype=np.float64)
    scores = {name: np.asarray(pd_, dtype=np.float64) for name, pd_ in pds.items()}
    orders = {name: Ranked(truth, score) for name, score in scores.items()}
    weights = draws(groups, rounds, seed)
    table = np.array([[order.drawn(weight) for order in orders.values()] for weight in weights])
    drawn = {name: table[:, place] for place, name in enumerate(orders)}
    alike = np.ones(len(truth))

    def of(name: str) -> Figures:
        values = orders[name].drawn(alike)
        told = {part: between(values[place], drawn[name][:, place]) for place, part in enumerate(DRAWN)}
        return Figures(auc=auc_interval(truth, scores[name], groups), **told)

    return Compared({name: of(name) for name in orders}, truth, scores, np.asarray(groups), drawn)


def figures(
    bad: ArrayLike, pd_: ArrayLike, groups: ArrayLike, *, rounds: int = ROUNDS, seed: int = 0
) -> Figures:
    """The figures of one model; see `compared`.

    >>> told = figures([0, 0, 0, 1], [0.1, 0.1, 0.2, 0.6], ["a", "b", "c", "d"], rounds=50)
    >>> told.auc.value, told.ks.value, round(told.lift_10.value, 6), told.calibration.value
    (1.0, 1.0, 4.0, 1.0)
    """
    return compared(bad, {"": pd_}, groups, rounds=rounds, seed=seed).figures[""]


def between(value: float, drawn: Floats) -> Estimate:
    """A figure with the range of its draws, which holds the figure itself; missing draws are left out."""
    told = drawn[~np.isnan(drawn)]
    if isnan(value) or not len(told):
        return Estimate(value, -inf, inf)
    low, high = np.quantile(told, ENDS)
    return Estimate(float(value), min(float(low), float(value)), max(float(high), float(value)))


def recovered(
    pooled_pd: ArrayLike,
    bank_pd: ArrayLike,
    split_pd: ArrayLike,
    bad: ArrayLike,
    groups: ArrayLike,
    *,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Estimate:
    """Share of the AUC that pooling adds to the bank's own model which a split keeps.

    (AUC of the split − AUC of the bank alone) / (AUC pooled − AUC of the bank alone), firms drawn for the
    interval. 1 where the split is as good as pooling, above 1 where it is better; 0 where it adds nothing.
    Where pooling adds nothing in more than one draw of forty there is no share to speak of: the interval is
    without ends then, and the value is missing where pooling adds nothing to these loans.

    Args:
        pooled_pd: Probabilities by the pooled model.
        bank_pd: Those by the bank's columns alone.
        split_pd: Those of the split.
        bad: 1 for default.
        groups: Firm or company group of each loan.
        rounds: Draws of firms.
        seed: Of the draws.
    """
    orders = [Ranked(bad, pd_) for pd_ in (pooled_pd, bank_pd, split_pd)]

    def share(weight: Floats) -> float:
        pooled, bank, split = (order.auc(weight) for order in orders)
        return (split - bank) / (pooled - bank) if pooled > bank else nan

    value = share(np.ones(len(orders[0].order)))
    drawn = np.array([share(weight) for weight in draws(groups, rounds, seed)])
    if isnan(value) or np.isnan(drawn).mean() > ENDS[0]:
        return Estimate(value, -inf, inf)
    return between(value, drawn)
