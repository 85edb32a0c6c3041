"""How trees are grown for the credit model: a booster a fold, grown side by side, kept all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from features.errors import ModelError
from models.calibration import level
from models.held_out_loss import Watch
from models.merging import merged
from models.sample_limits import plenty

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Fold = tuple[Ints, Ints]

FOLDS = 5
"""Boosters of one round of folds, each of which has not seen one part in five."""

MOST_REPEATS = 4
"""Where few rounds are enough, the folds are drawn anew and the trees left over spent on more boosters."""

PATIENCE_SHARE = 0.12
"""Growing stops when the held-out loss has not fallen for this share of the most rounds."""

LOOKS = 20
"""How often the held-out loss is looked at, at most."""

DEPTHS = (3, 4, 5, 6)
"""Questions from root to leaf, quarter by quarter of the rounds: what each column says alone and in pairs
comes first, deeper patterns later, and only while firms that were held out bear them out."""

MOST_LEAVES = 31

FASTER = 5.0
"""How much larger the last steps are than the first: what much data has to teach must fit into the trees."""

STEPS = 10
"""Changes of the learning rate on the way."""

FRACTIONS = (0.3, 0.5, 0.7, 0.85, 1.0)
"""Share of the columns that a tree may ask, another one for each booster: with few, weak columns are heard;
with all, the best is never missed. Which is better differs from table to table; their mean is robust.
Where rows are plenty for the columns, all may be asked by all."""

SMALLEST_LEAF, LEAF_SHARE = 10, 1 / 2000
"""Rows of a leaf: ten, and in large tables one in 2,000."""

GENERAL: dict[str, Any] = {"lambda_l2": 1.0}

SMALL: dict[str, Any] = {
    "num_leaves": 4,
    "max_depth": 2,
    "min_data_in_leaf": 5,
    "lambda_l2": 5.0,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
}
"""Few bads: trees of two questions over few columns and firms at a time, so that no accident is learnt."""


@dataclass(frozen=True, slots=True)
class Grown:
    """What growing leaves behind.

    Attributes:
        booster: All boosters' trees as one; its margin is their mean.
        held_out: Mean margin of each row from the boosters that have not seen it.
        rounds: Trees of each booster.
    """

    booster: lgb.Booster
    held_out: Floats
    rounds: int


@dataclass(frozen=True, slots=True)
class Boosting:
    """Everything that decides how trees grow.

    Each of five boosters learns from four fifths of the rows, and all stop at the round at which the
    calibrated held-out loss over all rows is least. Together they are the model: their mean is smoother than
    one booster and ranks better (bagging; Breiman 1996), no row is lost to finding the number of trees or to
    calibration, and the whole costs about what one booster with as many trees costs.

    Attributes:
        small_sample: Whether the small-sample manner applies.
        directions: Monotone sign of each column: 1 risk rises, -1 falls, 0 free.
        categorical: Places of the categorical columns.
        most_trees: Most trees of all boosters together.
        learning_rate: Shrinkage of the first trees; that of the last is five times as large.
        seed: Seed of every draw.
        threads: Threads.
        wishes: LightGBM's parameters that differ from the manner's own; depth and leaves are upper bounds.
    """

    small_sample: bool
    directions: list[int]
    categorical: list[int]
    most_trees: int
    learning_rate: float
    seed: int
    threads: int
    wishes: Mapping[str, Any] = field(default_factory=dict)

    def grow(
        self,
        matrix: Floats,
        label: Ints,
        weight: Floats | None = None,
        groups: ArrayLike | None = None,
        offset: Floats | None = None,
    ) -> Grown:
        """The model of these rows.

        Args:
            matrix: A row a firm, a column a feature; missing is NaN.
            label: 1 for bad.
            weight: What each row counts; 1 by default.
            groups: Rows that belong together stay in one fold; each row its own group by default.
            offset: Log-odds of each row that are known before the first tree; the trees learn what is to be
                added to them, and neither margin holds them. None by default.

        Raises:
            ModelError: The rarer class has too few firms, or groups, for two folds.
        """
        begin = None if offset is None else offset + level(offset, label, weight)
        whole = self._data(matrix, label, weight, begin)
        folds = self._folds(label, groups, repeat=0)
        watched = not self.small_sample
        boosters = [self._booster(whole, fold, place, watched=watched) for place, fold in enumerate(folds)]
        if watched:
            order = np.concatenate([check for _, check in folds])
            parts = (None if part is None else part[order] for part in (weight, begin))
            watch = Watch(boosters, label[order], *parts)
            rounds = self._grow_watched(watch)
        else:
            # few held-out bads cannot tell when to stop; calibration mends what is too bold
            rounds = self._grow_until(boosters, self._most_rounds)
        for repeat in range(1, min(MOST_REPEATS, self.most_trees // (len(folds) * rounds))):
            first, drawn = len(boosters), self._folds(label, groups, repeat)
            more = [self._booster(whole, fold, first + at, watched=False) for at, fold in enumerate(drawn)]
            self._grow_until(more, rounds)
            boosters, folds = boosters + more, folds + drawn
        held_out = self._held_out(boosters, folds, matrix, rounds)
        return Grown(merged(boosters, rounds, 1 / len(boosters)), held_out, rounds)

    def _data(self, matrix: Floats, label: Ints, weight: Floats | None, begin: Floats | None) -> lgb.Dataset:
        return lgb.Dataset(
            matrix,
            label,
            weight=weight,
            init_score=begin,
            categorical_feature=self.categorical,
            params=self.reading(),
        ).construct()

    def _held_out(
        self, boosters: list[lgb.Booster], folds: list[Fold], matrix: Floats, rounds: int
    ) -> Floats:
        margin, seen = np.zeros(len(matrix)), np.zeros(len(matrix))
        for booster, (_, check) in zip(boosters, folds, strict=True):
            # with its threads, since LightGBM else takes all there are, which wait for each other
            margin[check] += booster.predict(
                matrix[check], raw_score=True, num_iteration=rounds, num_threads=self.threads
            )
            seen[check] += 1
        return margin / seen

    def parameters(self, place: int = 0, rows: int = 0) -> dict[str, Any]:
        """LightGBM's parameters of one booster, before its first tree.

        Args:
            place: Which of the boosters; each draws other rows and columns.
            rows: Rows of the table.
        """
        leaf = max(SMALLEST_LEAF, int(LEAF_SHARE * rows))
        fraction = 1.0 if plenty(rows, len(self.directions)) else FRACTIONS[place % len(FRACTIONS)]
        general = {"min_data_in_leaf": leaf, "feature_fraction": fraction}
        manner = SMALL if self.small_sample else GENERAL | general
        return (
            manner
            | dict(self.wishes)
            | self.schedule(1, 1)
            | {
                "objective": "binary",
                "metric": "None",
                "monotone_constraints": self.directions,
                "monotone_constraints_method": "basic",
                "deterministic": True,
                "force_row_wise": True,
                "seed": 1000 * self.seed + place,
                "num_threads": self.threads,
                "verbose": -1,
            }
        )

    def schedule(self, at: int, most: int) -> dict[str, Any]:
        """Depth, leaves and shrinkage of the tree of a round, the first one being round 1."""
        passed = (at - 1) / most
        step = self.learning_rate * FASTER ** (int(passed * STEPS) / (STEPS - 1))
        depth = SMALL["max_depth"] if self.small_sample else DEPTHS[int(passed * len(DEPTHS))]
        depth = min(depth, self.wishes.get("max_depth", depth))
        leaves = min(2**depth, self.wishes.get("num_leaves", MOST_LEAVES))
        return {"max_depth": depth, "num_leaves": leaves, "learning_rate": round(step, 6)}

    @property
    def _most_rounds(self) -> int:
        return max(1, self.most_trees // FOLDS)

    def _folds(self, label: Ints, groups: ArrayLike | None, repeat: int) -> list[Fold]:
        number, seed = _number_of_folds(label), MOST_REPEATS * self.seed + repeat
        if groups is None:
            return list(StratifiedKFold(number, shuffle=True, random_state=seed).split(label, label))
        together = pd.factorize(np.asarray(groups))[0]
        folds = StratifiedGroupKFold(_number_of_folds(label, together), shuffle=True, random_state=seed)
        return [(learn, check) for learn, check in folds.split(label, label, together) if len(check)]

    def _booster(self, whole: lgb.Dataset, fold: Fold, place: int, *, watched: bool) -> lgb.Booster:
        """A booster that has grown nothing yet; a watched one can be asked about the rows it will not see."""
        learn, check = fold
        parameters, reading = self.parameters(place, whole.num_data()), self.reading()
        booster = lgb.Booster(parameters, whole.subset(learn.tolist(), reading))
        return booster.add_valid(whole.subset(check.tolist(), reading), "held out") if watched else booster

    def _grow_watched(self, watch: Watch) -> int:
        """Rounds until the held-out loss over all rows falls no more; the round of its least."""
        most = self._most_rounds
        every = -(-most // LOOKS)
        patience = max(every, ceil(PATIENCE_SHARE * most))
        least, best, at, stuck = np.inf, 1, 0, False
        while not stuck and at < most and min(at + every, most) - best <= patience:
            begin, at = at, min(at + every, most)
            stuck = self._grow(watch.boosters, begin, at)
            loss = watch.loss()
            if loss < least:
                least, best = loss, at
        return best

    def _grow_until(self, boosters: list[lgb.Booster], rounds: int) -> int:
        """So many rounds, or fewer where no booster finds a question any more; how many."""
        for at in range(rounds):
            if self._grow(boosters, at, at + 1):
                return at + 1
        return rounds

    def _grow(self, boosters: list[lgb.Booster], begin: int, end: int) -> bool:
        """The trees of some rounds, booster by booster; whether none found a question in the last of them."""
        most = self._most_rounds
        shapes = [self.schedule(max(at, 1), most) for at in range(begin, end + 1)]
        stuck = []
        for booster in boosters:
            for before, now in pairwise(shapes):
                if now != before:
                    booster.reset_parameter(now)
                found_none = booster.update()
            stuck.append(found_none)
        return all(stuck)

    def reading(self) -> dict[str, Any]:
        """LightGBM's parameters of how values become bins."""
        return {"verbose": -1, "min_data_in_bin": 1 if self.small_sample else 3, "num_threads": self.threads}


def _number_of_folds(label: Ints, together: Ints | None = None) -> int:
    counts = [
        len(np.unique(together[label == one])) if together is not None else int((label == one).sum())
        for one in (0, 1)
    ]
    rarer = min(counts)
    if rarer < 2:  # noqa: PLR2004 - a fold to learn from and one to check
        raise ModelError(
            f"{rarer} {'firm' if together is None else 'group'} of the rarer class; "
            "calibration needs at least 2, and a model far more"
        )
    return min(FOLDS, rarer)
