"""How well grades agree with the office's, with intervals by firm; grades are places from 0, the lowest.

A firm is graded every year, and its years are alike. So intervals come from drawing firms, not rows, with
replacement (cluster bootstrap; Field, Welsh 2007): each firm's rows come or stay away together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.metrics import Estimate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUNDS = 400
"""Drawings of firms: a bound of a 95 % interval is then the mean of some ten of them."""


def ranked_probability_score(place: ArrayLike, above: ArrayLike) -> float:
    """Mean squared distance of the cumulative chances from what came true, over the steps (Epstein 1969).

    0 foresees every grade for certain, 1 the wrong end of the scale for certain.

    >>> ranked_probability_score([0, 2], [[0.0, 0.0], [1.0, 0.5]])
    0.0625

    Args:
        place: The true place of each row.
        above: The chance of reaching each grade but the lowest; shape (rows, grades − 1).
    """
    return float(np.mean(_scores(np.asarray(place), np.asarray(above, dtype=float))))


def _scores(place: Ints, above: Floats) -> Floats:
    reached = place[:, None] >= np.arange(1, above.shape[1] + 1)[None, :]
    return np.asarray(((above - reached) ** 2).mean(axis=1), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Figures:
    """How well grades agree with the official ones.

    Attributes:
        kappa: Quadratic weighted kappa: 1 agrees wholly, 0 as by chance.
        within_one: Share of the rows at most one grade off.
        exact: Share of the rows with the very grade.
        rps: Ranked probability score; 0 is best.
        recall: By place, the share of the rows of that official grade that were given it; missing where no
            row has it.
    """

    kappa: Estimate
    within_one: Estimate
    exact: Estimate
    rps: Estimate
    recall: tuple[Estimate | None, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """Official grades and what a model that knew neither the grade nor the firm said of the same rows.

    Attributes:
        truth: Official place.
        given: Place given.
        above: Chance of reaching each grade but the lowest.
        firms: The firm of each row.
    """

    truth: Ints
    given: Ints
    above: Floats
    firms: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def classes(self) -> int:
        """How many grades there are."""
        return self.above.shape[1] + 1

    @property
    def confusion(self) -> Ints:
        """Rows by official grade (down) and grade given (across)."""
        table = np.zeros((self.classes, self.classes), dtype=np.int64)
        np.add.at(table, (self.truth, self.given), 1)
        return table

    def where(self, chosen: NDArray[np.bool_]) -> Self:
        """The chosen rows alone."""
        return type(self)(self.truth[chosen], self.given[chosen], self.above[chosen], self.firms[chosen])


def kappa_of(confusion: NDArray[np.generic]) -> float:
    """Quadratic weighted kappa of a table of official against given grades (Cohen 1968).

    >>> kappa_of(np.array([[5, 0], [0, 5]]))
    1.0
    """
    table = np.asarray(confusion, dtype=np.float64)
    place = np.arange(len(table))
    weight = (place[:, None] - place[None, :]) ** 2
    chance = np.outer(table.sum(axis=1), table.sum(axis=0)) / max(float(table.sum()), 1.0)
    expected = float((weight * chance).sum())
    return 1.0 - float((weight * table).sum()) / expected if expected else 1.0


def figures_of(judged: Judged, *, rounds: int = ROUNDS, seed: int = 0) -> Figures:
    """All figures with 95 % intervals by firm.

    Args:
        judged: At least one row.
        rounds: Drawings of firms.
        seed: Of the drawings.
    """
    tables, drawn = _by_firm(judged, rounds, seed)
    one, many = judged.confusion, tables[drawn].sum(axis=1)
    close = np.abs(np.subtract.outer(np.arange(judged.classes), np.arange(judged.classes))) <= 1

    def over(share: Callable[[NDArray[np.generic]], float]) -> Estimate:
        return _interval(share(one), [share(table) for table in many])

    return Figures(
        kappa=over(kappa_of),
        within_one=over(lambda table: float(table[close].sum() / table.sum())),
        exact=over(lambda table: float(np.trace(table) / table.sum())),
        rps=_mean_by_firm(_scores(judged.truth, judged.above), judged, drawn),
        recall=tuple(
            over(lambda table, place=place: _recall(table, place)) if one[place].sum() else None  # type: ignore[misc]
            for place in range(judged.classes)
        ),
    )


def kappa_difference(one: Judged, other: Judged, *, rounds: int = ROUNDS, seed: int = 0) -> Estimate:
    """Kappa of the first less that of the second on the same rows, firms drawn alike for both."""
    first, drawn = _by_firm(one, rounds, seed)
    second, _ = _by_firm(other, rounds, seed)
    gains = [
        kappa_of(mine) - kappa_of(theirs)
        for mine, theirs in zip(first[drawn].sum(axis=1), second[drawn].sum(axis=1), strict=True)
    ]
    return _interval(kappa_of(one.confusion) - kappa_of(other.confusion), gains)


def reached_over_predicted(judged: Judged, step: int, *, rounds: int = ROUNDS, seed: int = 0) -> Estimate:
    """Rows that reach a grade over the number the chances say: 1 is right, below 1 the chances are too high.

    Args:
        judged: The rows.
        step: The grade's place, from 1.
        rounds: Drawings of firms.
        seed: Of the drawings.
    """
    _, drawn = _by_firm(judged, rounds, seed)
    number = np.unique(judged.firms, return_inverse=True)[1]
    came = np.bincount(number, judged.truth >= step)
    said = np.maximum(np.bincount(number, judged.above[:, step - 1]), 1e-9)
    ratios = came[drawn].sum(axis=1) / said[drawn].sum(axis=1)
    return _interval(float(came.sum() / said.sum()), ratios.tolist())


def _by_firm(judged: Judged, rounds: int, seed: int) -> tuple[Ints, Ints]:
    """A table of official against given grades for each firm, and which firms each round draws."""
    names, number = np.unique(judged.firms, return_inverse=True)
    tables = np.zeros((len(names), judged.classes, judged.classes), dtype=np.int64)
    np.add.at(tables, (number, judged.truth, judged.given), 1)
    drawn = np.random.default_rng(seed).integers(len(names), size=(rounds, len(names)))
    return tables, drawn


def _mean_by_firm(values: Floats, judged: Judged, drawn: Ints) -> Estimate:
    number = np.unique(judged.firms, return_inverse=True)[1]
    sums, rows = np.bincount(number, values), np.bincount(number)
    means = sums[drawn].sum(axis=1) / rows[drawn].sum(axis=1)
    return _interval(float(values.mean()), means.tolist())


def _recall(table: NDArray[np.generic], place: int) -> float:
    there = float(table[place].sum())
    return float(table[place, place]) / there if there else float("nan")


def _interval(value: float, drawn: list[float]) -> Estimate:
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return Estimate(value, float(low), float(high))
