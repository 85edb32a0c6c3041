"""The firms of training as bins, and what every part of a scorecard says of them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from features.errors import ModelError
from models.additive import Additive
from models.binning import Bins, Cut

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Fold = tuple[Ints, Ints]

FOLDS = 5

REPEATS = 2
"""Five folds are drawn so often in a little table: the mean of more is smoother."""

LITTLE = 30_000
"""Cells of a table (firms times variables) up to which care costs only seconds."""


@dataclass(frozen=True, slots=True)
class Material:
    """The firms of training, cut into bins.

    Attributes:
        places: Fine bin of each firm (axis 0) in each variable (axis 1).
        cuts: Fine cut of each variable.
        bins: Optimal bins of each variable.
        label: 1 for bad.
        weight: What each firm counts.
        directions: 1 where risk rises with a variable, -1 where it falls, 0 free.
        folds: Rows to learn from, and rows to check on.
        seed: Of the draws.
        threads: Threads.
    """

    places: Ints
    cuts: list[Cut]
    bins: list[Bins]
    label: Ints
    weight: Floats
    directions: list[int]
    folds: list[Fold]
    seed: int
    threads: int

    @property
    def inside(self) -> list[Ints]:
        """For each variable the optimal bin of each fine bin."""
        return [fine.within(bins.cut) for fine, bins in zip(self.cuts, self.bins, strict=True)]

    @property
    def little(self) -> bool:
        """Whether the table is so small that every fold chooses its own optimal bins."""
        return self.places.size <= LITTLE

    def gathered(self, spoken: Iterable[Floats]) -> Floats:
        """Held-out margins, from those of the rows of each fold that were not learnt from.

        Where folds are repeated, the mean over repeats.
        """
        total, times = np.zeros(len(self.label)), np.zeros(len(self.label))
        for margins, (_, check) in zip(spoken, self.folds, strict=True):
            total[check] += margins
            times[check] += 1
        return total / times

    def loss(self, margins: Floats) -> float:
        """Mean logistic loss of held-out margins."""
        return float(np.average(np.logaddexp(0, margins) - self.label * margins, weights=self.weight))


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the log-odds, with what it says of firms that it has not seen."""

    sum: Additive
    held_out: Floats


def folds_of(label: Ints, groups: ArrayLike | None, seed: int, columns: int = 1) -> list[Fold]:
    """Five folds with alike shares of bads that keep groups together; fewer where a class is rarer.

    Little tables are folded twice.

    Raises:
        ModelError: The rarer class has too few firms for two folds.
    """
    rarer = int(min(label.sum(), len(label) - label.sum()))
    if rarer < 2:  # noqa: PLR2004 - a fold to learn from and one to check
        raise ModelError(
            f"{rarer} firm of the rarer class; a scorecard needs at least 2, and far more to be good"
        )
    repeats = REPEATS if len(label) * columns <= LITTLE else 1
    return [fold for repeat in range(repeats) for fold in _folds(label, groups, REPEATS * seed + repeat)]


def _folds(label: Ints, groups: ArrayLike | None, seed: int) -> list[Fold]:
    number = min(FOLDS, int(label.sum()), int(len(label) - label.sum()))
    if groups is None:
        return list(StratifiedKFold(number, shuffle=True, random_state=seed).split(label, label))
    together = pd.factorize(np.asarray(groups))[0]
    number = min(number, len(np.unique(together)))
    if number < 2:  # noqa: PLR2004 - same
        raise ModelError("all firms are of one group; cross-fitting needs at least 2 groups")
    apart = StratifiedGroupKFold(number, shuffle=True, random_state=seed).split(label, label, together)
    return [(learn, check) for learn, check in apart if len(check)]
