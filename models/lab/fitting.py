"""Models by fold, several at once: what is fitted, and what it says of loans that it has not seen."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from features.errors import ModelError
from models.credit import MANY_ROWS
from models.scored import ScoredClassifier
from models.splits import GroupTimeFolds

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Model = TypeVar("Model")
Key = TypeVar("Key")
Done = TypeVar("Done")
Watch = Callable[[int, int], None]
"""Is told how many models are fitted, and of how many."""


def silent(_done: int, _all: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Learner(Generic[Model]):
    """Something to be learnt from some rows of a sample, and asked about others.

    Attributes:
        fit: From the rows to learn from to a model.
        log_odds: From a model and the rows asked about to their log-odds of default.
    """

    fit: Callable[[Flags], Model]
    log_odds: Callable[[Model, Flags], Floats]


@dataclass(frozen=True, slots=True)
class Learnt(Generic[Model]):
    """What a learner became.

    Attributes:
        model: Of all rows of training; None where nobody asked for it.
        held_out: Log-odds of each test loan, by loan, from a model that knew neither its time nor its firm.
    """

    model: Model | None
    held_out: pd.Series

    @property
    def pd_(self) -> pd.Series:
        """Probability of default of each test loan, likewise."""
        return pd.Series(expit(self.held_out.to_numpy()), index=self.held_out.index)

    @property
    def whole(self) -> Model:
        """The model of all rows of training.

        Raises:
            ModelError: It was not fitted.
        """
        if self.model is None:
            raise ModelError("the model of all rows of training was not fitted; only those of the folds were")
        return self.model


def classifier(
    make: Callable[[], ScoredClassifier], table: pd.DataFrame, bad: pd.Series, groups: pd.Series
) -> Learner[Any]:
    """The learner of a credit classifier over a table.

    Args:
        make: A new classifier; it is fitted with `groups`.
        table: A row a loan.
        bad: 1 for default, the same rows.
        groups: What belongs together, the same rows.
    """

    def fit(rows: Flags) -> ScoredClassifier:
        model: Any = make()
        return model.fit(table[rows], bad[rows].to_numpy(), groups=groups[rows].to_numpy())

    return Learner(fit, lambda model, rows: model.decision_function(table[rows]))


def learnt(
    learners: Mapping[Key, Learner[Any]],
    folds: GroupTimeFolds,
    loans: pd.Index,
    *,
    whole: bool = True,
    watch: Watch = silent,
) -> dict[Key, Learnt[Any]]:
    """Every learner by fold, and of all rows of training.

    Args:
        learners: By name.
        folds: Over the loans, as `models.splits.out_of_time_and_firm` makes them.
        loans: Their index.
        whole: Whether to fit the model of all rows of training as well.
        watch: Is told of every model fitted.

    Raises:
        ModelError: The folds are over other rows.
    """
    if len(folds.train) != len(loans):
        raise ModelError(f"folds over {len(folds.train)} loans were given with {len(loans)} loans")
    parts = [train for train, _ in folds.folds] + ([folds.train] if whole else [])
    jobs = [partial(learner.fit, rows) for learner in learners.values() for rows in parts]
    fitted = iter(in_threads(jobs, alone=int(folds.train.sum()) >= MANY_ROWS, watch=watch))
    return {
        name: _judged(learner, [next(fitted) for _ in parts], folds, loans)
        for name, learner in learners.items()
    }


def _judged(
    learner: Learner[Any], models: Sequence[Any], folds: GroupTimeFolds, loans: pd.Index
) -> Learnt[Any]:
    told = np.full(len(loans), np.nan)
    for model, (_, test) in zip(models, folds.folds, strict=False):  # the last may be of all rows
        if test.any():
            told[test] = learner.log_odds(model, test)
    held_out = pd.Series(told[folds.test], index=loans[folds.test])
    return Learnt(models[-1] if len(models) > len(folds.folds) else None, held_out)


def cross_fitted(found: Learnt[Any], folds: GroupTimeFolds, loans: pd.Index) -> pd.Series:
    """Log-odds of the loans of training and test, from trees that had not seen the firm.

    In training they are the `held_out_` of the model of all rows of training; in the test those of the
    folds' models.

    Args:
        found: Of a model that keeps `held_out_`.
        folds: That it was learnt by.
        loans: Index of the loans that the folds are over.
    """
    told = pd.Series(np.nan, index=loans)
    told[folds.train] = found.whole.held_out_
    told[folds.test] = found.held_out.to_numpy()
    return told[folds.train | folds.test]


def in_threads(
    jobs: Iterable[Callable[[], Done]], *, alone: bool = False, watch: Watch = silent
) -> list[Done]:
    """What each job gives, in their order; several at once unless each takes the cores for itself.

    Args:
        jobs: Each fits one model with one thread; the trees are the same as if it had been alone.
        alone: Whether one runs after the other.
        watch: Is told whenever the next one in order is done.
    """
    waiting = list(jobs)
    told = []
    with ThreadPoolExecutor(1 if alone else min(len(waiting) or 1, os.cpu_count() or 1)) as pool:
        for done, result in enumerate(pool.map(lambda job: job(), waiting), 1):
            told.append(result)
            watch(done, len(waiting))
    return told
