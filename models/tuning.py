"""Which settings suit a table: Optuna's TPE in a time budget, repeatable by seed and number of trials."""

import time as clock
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from features.errors import ModelError
from models.credit import CreditModel
from models.inputs import as_table, label_to_fit

Floats = NDArray[np.float64]

LATER_SHARE = 0.3
"""Share of the rows, the newest ones, that settings are judged by where time is known."""

CERTAINTY = 2.0
"""Standard errors by which settings must beat the defaults: of a few dozen trials that are all alike, the
luckiest looks better by one or two."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """What a search found.

    Attributes:
        parameters: For `CreditModel(**parameters)`; empty where nothing beat the defaults beyond chance.
        loss: Held-out log-loss of a row with these parameters.
        default_loss: The same with the defaults.
        trials: Trials that were made; `tune(..., trials=this, seed=seed)` repeats the search.
        seconds: What the search took.
        seed: Seed of the search.
        losses: Held-out log-loss of each trial.
    """

    parameters: dict[str, Any]
    loss: float
    default_loss: float
    trials: int
    seconds: float
    seed: int
    losses: tuple[float, ...]


def tune(
    X: Any,
    y: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    time: ArrayLike | None = None,
    seconds: float = 600,
    trials: int | None = None,
    seed: int = 0,
    **fixed: Any,
) -> Tuned:
    """Settings of `CreditModel` with the least log-loss on rows that its trees have not seen.

    Trials follow each other by the seed alone, never by the clock: the budget only decides how many there
    are. Without `time`, each trial is one fit, judged by its own held-out folds; with it, a fit on the older
    rows, judged by the newest three in ten.

    Args:
        X: A table as `CreditModel.fit` takes it.
        y: 0 good, 1 bad.
        groups: Rows that belong together stay in one fold.
        time: When each row was observed.
        seconds: No trial is begun that would probably end later.
        trials: Most trials; None for as many as the time allows.
        seed: Seed of the search and of the models.
        **fixed: Parameters of `CreditModel` that are not searched: `meanings`, `monotone`, `relative`.

    Raises:
        ModelError: The budget is not above zero, or the table or label cannot be learnt from.
    """
    if seconds <= 0 or (trials is not None and trials < 1):
        raise ModelError(f"a budget of {seconds} seconds and {trials} trials; expected more than none")
    begun = clock.monotonic()
    judge = _Judge.of(X, y, groups, time, {"random_state": seed} | fixed)
    default = judge.losses({})
    search = _Search.new(seed)
    for _ in _within(begun, seconds, trials):
        search.ask(judge)
    best = search.best
    gain = default - best.losses if best else np.zeros(len(default))
    chance = CERTAINTY * float(np.std(gain)) / np.sqrt(len(gain))
    better = best is not None and float(gain.mean()) > chance
    return Tuned(
        parameters=dict(best.parameters) if best and better else {},
        loss=float(best.losses.mean()) if best and better else float(default.mean()),
        default_loss=float(default.mean()),
        trials=len(search.told),
        seconds=clock.monotonic() - begun,
        seed=seed,
        losses=tuple(search.told),
    )


def _within(begun: float, seconds: float, trials: int | None) -> Iterator[int]:
    """Numbers of trials, as long as another one of the longest kind would end in time."""
    longest, made, last = 0.0, 0, clock.monotonic()
    longest = last - begun
    while (trials is None or made < trials) and (made == 0 or last - begun + longest <= seconds):
        yield made
        made, now = made + 1, clock.monotonic()
        longest, last = max(longest, now - last), now


@dataclass(frozen=True, slots=True)
class _Judge:
    """Rows to learn from and rows to judge by; the same rows where folds do both."""

    table: pd.DataFrame
    label: NDArray[np.int64]
    groups: NDArray[Any] | None
    older: NDArray[np.bool_] | None
    fixed: dict[str, Any]

    @classmethod
    def of(
        cls, X: Any, y: ArrayLike, groups: ArrayLike | None, time: ArrayLike | None, fixed: dict[str, Any]
    ) -> Self:
        table = as_table(X)
        label, _ = label_to_fit(y, len(table))
        older = None if time is None else _older(pd.Series(np.asarray(time)), label)
        return cls(table, label, None if groups is None else np.asarray(groups), older, fixed)

    def losses(self, parameters: dict[str, Any]) -> Floats:
        """Held-out log-loss of each judged row."""
        model = CreditModel(**(self.fixed | parameters))
        if self.older is None:
            model.fit(self.table, self.label, groups=self.groups)
            return _log_losses(self.label, model.held_out_)
        groups = None if self.groups is None else self.groups[self.older]
        model.fit(self.table[self.older], self.label[self.older], groups=groups)
        newer = ~self.older
        return _log_losses(self.label[newer], model.decision_function(self.table[newer]))


def _older(time: pd.Series, label: NDArray[np.int64]) -> NDArray[np.bool_]:
    border = time.sort_values(ignore_index=True).iloc[int((1 - LATER_SHARE) * len(time))]
    older: NDArray[np.bool_] = (time < border).to_numpy()
    for rows, name in ((older, "older"), (~older, "newer")):
        if len(np.unique(label[rows])) < 2:  # noqa: PLR2004 - good and bad
            raise ModelError(f"the {name} rows (around {border}) hold one class only; tune without time")
    return older


def _log_losses(label: NDArray[np.int64], log_odds: Floats) -> Floats:
    return np.logaddexp(0, np.where(label == 1, -log_odds, log_odds))


@dataclass(frozen=True, slots=True)
class _Best:
    parameters: dict[str, Any]
    losses: Floats


@dataclass(slots=True)
class _Search:
    """Optuna's study, asked and told."""

    study: Any
    told: list[float]
    best: _Best | None = None

    @classmethod
    def new(cls, seed: int) -> Self:
        import optuna  # takes a second to import, and few need it

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        return cls(optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed)), [])

    def ask(self, judge: _Judge) -> None:
        trial = self.study.ask()
        parameters = _suggested(trial)
        losses = judge.losses(parameters)
        loss = float(losses.mean())
        self.study.tell(trial, loss)
        if self.best is None or loss < float(self.best.losses.mean()):
            self.best = _Best(parameters, losses)
        self.told.append(loss)


def _suggested(trial: Any) -> dict[str, Any]:
    depth = trial.suggest_int("max_depth", 1, 6)
    return {
        "max_depth": depth,
        "num_leaves": min(trial.suggest_int("num_leaves", 4, 32, log=True), 2**depth),
        "learning_rate": trial.suggest_float("learning_rate", 0.03, 0.2, log=True),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 3, 200, log=True),
        "lambda_l2": trial.suggest_float("lambda_l2", 0.1, 100.0, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.2, 1.0),
    }
