"""How the trees of the green model grow: five boosters on four fifths each, together one."""

from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import ArrayLike, NDArray

from features.errors import ModelError
from models.green.ladder import around, first_cuts
from models.merging import merged

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FOLDS = 5

SHAPE: dict[str, Any] = {
    "num_leaves": 7,
    "max_depth": 3,
    "min_data_in_leaf": 10,
    "lambda_l2": 5.0,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
}
"""Graded firms are hundreds, not millions: small trees over half the columns and most firms at a time."""

_QUIET = {"verbose": -1, "num_threads": 1}


@dataclass(frozen=True, slots=True)
class Grown:
    """What growing leaves behind.

    Attributes:
        booster: All boosters' trees as one; its margin is their mean and rises with the grade.
        held_out: Margin of each row from the booster that has not seen it.
    """

    booster: lgb.Booster
    held_out: Floats


@dataclass(frozen=True, slots=True)
class Growing:
    """Everything that decides how the trees grow.

    Attributes:
        classes: How many grades there are.
        directions: Sign of each column: 1 where the grade may only rise with it, -1 only fall, 0 free.
        categorical: Places of the categorical columns.
        rounds: Trees of each booster.
        learning_rate: Shrinkage.
        seed: Seed of every draw.
        threads: Threads.
    """

    classes: int
    directions: list[int]
    categorical: list[int]
    rounds: int
    learning_rate: float
    seed: int
    threads: int

    def grow(self, matrix: Floats, place: Ints, groups: ArrayLike | None) -> Grown:
        """The trees of these rows.

        Args:
            matrix: A row a firm, a column a feature; missing is NaN.
            place: Grades as numbers from 0.
            groups: Rows that belong together stay in one fold; each row its own group for None.

        Raises:
            ModelError: Fewer than two groups.
        """
        whole = lgb.Dataset(
            matrix, place, categorical_feature=self.categorical, params=_QUIET, free_raw_data=False
        ).construct()
        held_out, boosters = np.zeros(len(place)), []
        for at, (learn, check) in enumerate(folds_of(place, groups, FOLDS, self.seed)):
            booster = self._booster(whole.subset(learn.tolist(), _QUIET), place[learn], at)
            held_out[check] = booster.predict(matrix[check], raw_score=True, num_threads=self.threads)
            boosters.append(booster)
        return Grown(merged(boosters, self.rounds, 1 / len(boosters)), held_out)

    def _booster(self, data: lgb.Dataset, place: Ints, at: int) -> lgb.Booster:
        """A booster for the likelihood of the grades under cuts that the shares of the grades give.

        The cuts stay where they are: the ladder is set anew on rows that the trees have not seen.
        """
        cuts = first_cuts(place, self.classes)

        def slopes(margins: Floats, _data: lgb.Dataset) -> tuple[Floats, Floats]:
            upper, lower = around(margins, place, cuts)
            return upper + lower - 1, upper * (1 - upper) + lower * (1 - lower)

        booster = lgb.Booster(self._parameters(at), data)
        for _ in range(self.rounds):
            if booster.update(fobj=slopes):
                break
        return booster

    def _parameters(self, at: int) -> dict[str, Any]:
        return SHAPE | {
            "objective": "none",
            "learning_rate": self.learning_rate,
            "monotone_constraints": self.directions,
            "monotone_constraints_method": "basic",
            "deterministic": True,
            "force_row_wise": True,
            "seed": 1000 * self.seed + at,
            "num_threads": self.threads,
            "verbose": -1,
        }


def folds_of(place: Ints, groups: ArrayLike | None, number: int, seed: int) -> list[tuple[Ints, Ints]]:
    """Folds with the grades spread evenly and groups kept together.

    Groups are put in the order of their mean grade and dealt out, so many at a time as there are folds, each
    to another fold by lot. That also spreads grades of which there are fewer rows than folds.

    Args:
        place: Grades as numbers from 0.
        groups: Rows that belong together; each row its own group for None.
        number: At most so many folds.
        seed: Which groups go together.

    Raises:
        ModelError: There are fewer than two groups.
    """
    told = np.arange(len(place)) if groups is None else np.asarray(groups)
    group = np.unique(told, return_inverse=True)[1]
    there = int(group.max()) + 1 if len(group) else 0
    if there < 2:  # noqa: PLR2004 - a fold to learn from and one to check
        raise ModelError(f"{there} groups of firms; folds that keep them apart need at least 2")
    number, rng = min(number, there), np.random.default_rng(seed)
    mean = np.bincount(group, place) / np.bincount(group)
    order = np.lexsort((rng.random(there), mean))
    hands = np.tile(np.arange(number), (-(-there // number), 1))
    fold_of = np.empty(there, dtype=np.int64)
    fold_of[order] = rng.permuted(hands, axis=1).ravel()[:there]
    fold = fold_of[group]
    folds = [(np.flatnonzero(fold != one), np.flatnonzero(fold == one)) for one in range(number)]
    return [(learn, check) for learn, check in folds if len(check)]
