"""How trees are grown for the credit model: two manners, cross-fitted margins, and the curve through them."""

from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from features.errors import ModelError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FOLDS = 5
PATIENCE = 40
"""Trees without a better held-out loss after which growing stops."""

GENERAL = {"num_leaves": 15, "max_depth": 4, "lambda_l2": 5.0, "feature_fraction": 0.3}
"""Few features at a time, so that many weak and noisy ones speak together instead of the loudest alone."""

LEAF_SHARE, SMALLEST_LEAF, LARGEST_LEAF = 0.01, 20, 150
"""In the general manner a leaf holds one per cent of the rows, within bounds."""

SMALL = {"num_leaves": 4, "max_depth": 2, "min_data_in_leaf": 5, "lambda_l2": 5.0, "feature_fraction": 0.3}
"""Few bads: trees of two questions over few features at a time, so that no accident is learnt by heart."""


@dataclass(frozen=True, slots=True)
class Boosting:
    """Everything that decides how trees grow.

    Attributes:
        small_sample: Whether the small-sample manner applies.
        directions: Monotone sign of each column: 1 risk rises, -1 falls, 0 free.
        categorical: Places of the categorical columns.
        most_trees: Trees of the small-sample manner, and the most of the general one.
        learning_rate: Shrinkage.
        seed: Seed of every draw.
        threads: Threads.
    """

    small_sample: bool
    directions: list[int]
    categorical: list[int]
    most_trees: int
    learning_rate: float
    seed: int
    threads: int

    def train(self, matrix: Floats, label: Ints, trees: int) -> lgb.Booster:
        """So many trees from all rows."""
        return lgb.train(self._parameters(len(matrix)), self._dataset(matrix, label), trees)

    def cross_fit(self, matrix: Floats, label: Ints, groups: ArrayLike | None) -> tuple[Floats, int]:
        """Margins of firms that their trees have not seen, and how many trees that takes.

        Raises:
            ModelError: The rarer class has too few firms for two folds.
        """
        together = np.arange(len(label)) if groups is None else pd.factorize(np.asarray(groups))[0]
        folds = StratifiedGroupKFold(_folds(label), shuffle=True, random_state=self.seed)
        margins, trees = np.zeros(len(label)), []
        for learn, check in folds.split(matrix, label, together):
            booster = self._train_watched(matrix, label, learn, check)
            trees.append(booster.best_iteration or self.most_trees)
            margins[check] = booster.predict(matrix[check], raw_score=True, num_iteration=trees[-1])
        return margins, max(1, int(np.median(trees)))

    def _train_watched(self, matrix: Floats, label: Ints, learn: Ints, check: Ints) -> lgb.Booster:
        train = self._dataset(matrix[learn], label[learn])
        if self.small_sample:  # a fold's few bads cannot tell when to stop
            # Only asked for margins and thrown away: it need not be written out and read again.
            return lgb.train(self._parameters(len(learn)), train, self.most_trees, keep_training_booster=True)
        held = lgb.Dataset(matrix[check], label[check], reference=train, params=train.params)
        stop = lgb.early_stopping(PATIENCE, verbose=False)
        return lgb.train(
            self._parameters(len(matrix)), train, self.most_trees, valid_sets=[held], callbacks=[stop]
        )

    def _parameters(self, rows: int) -> dict[str, Any]:
        leaf = int(np.clip(LEAF_SHARE * rows, SMALLEST_LEAF, LARGEST_LEAF))
        shape = SMALL if self.small_sample else GENERAL | {"min_data_in_leaf": leaf}
        return shape | {
            "objective": "binary",
            "learning_rate": self.learning_rate,
            "bagging_fraction": 0.7,
            "bagging_freq": 1,
            "monotone_constraints": self.directions,
            "monotone_constraints_method": "basic",
            "deterministic": True,
            "force_row_wise": True,
            "seed": self.seed,
            "num_threads": self.threads,
            "verbose": -1,
        }

    def _dataset(self, matrix: Floats, label: Ints) -> lgb.Dataset:
        quiet = {"verbose": -1, "min_data_in_bin": 1 if self.small_sample else 3}
        return lgb.Dataset(matrix, label, categorical_feature=self.categorical, params=quiet)


def _folds(label: Ints) -> int:
    rarer = int(min(label.sum(), len(label) - label.sum()))
    if rarer < 2:  # noqa: PLR2004 - a fold to learn from and one to check
        raise ModelError(
            f"{rarer} firm of the rarer class; calibration needs at least 2, and a model far more"
        )
    return min(FOLDS, rarer)


def platt(margins: Floats, label: Ints) -> tuple[float, float]:
    """Slope and intercept of the logistic curve through margins (Platt 1999); the slope stays positive."""
    curve = LogisticRegression(C=1e4).fit(margins[:, None], label)
    return max(float(curve.coef_[0, 0]), 1e-3), float(curve.intercept_[0])
