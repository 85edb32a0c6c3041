"""backtest: applications as of their days → walk of every policy → outcomes → page and JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from features.definitions import CREDIT
from features.errors import ModelError, RecipeError, RequestError
from features.home import Home
from pipelines.backtesting.applications import amounts
from pipelines.backtesting.days import step_days
from pipelines.backtesting.judging import Judged, applied_in, judge
from pipelines.backtesting.parameters import Parameters, shipped, with_own
from pipelines.backtesting.policies import chosen
from pipelines.backtesting.replay import Replay
from pipelines.backtesting.teaching import known_on_day
from pipelines.backtesting.watching import Alert, own_alert
from pipelines.lake_training import lake_scope
from pipelines.recipe import Recipe
from pipelines.sample import Scope
from pipelines.steps import Steps
from pipelines.train import LOAN_TAPE


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be replayed.

    Attributes:
        first: Day of the first model.
        last: Last day of applications.
        policies: Names of `POLICIES`.
        as_of: Day until which outcomes count in the end; None for the newest day of the lake.
        parameters: Numbers.
    """

    first: pd.Timestamp
    last: pd.Timestamp
    policies: Sequence[str]
    as_of: pd.Timestamp | None = None
    parameters: Parameters | None = None


@dataclass(frozen=True, slots=True)
class Backtest:
    """A replayed history.

    Attributes:
        recipe: Of whose lake.
        first: Day of the first model.
        last: Last day of applications.
        as_of: Day until which outcomes counted in the end.
        newest: Last day of which the lake knew anything.
        days: Every step, the first model's day included.
        features: How many columns the models learnt from.
        policies: What came of each, never retraining first.
        parameters: Numbers.
    """

    recipe: str
    first: pd.Timestamp
    last: pd.Timestamp
    as_of: pd.Timestamp
    newest: pd.Timestamp
    days: tuple[pd.Timestamp, ...]
    features: int
    policies: tuple[Judged, ...]
    parameters: Parameters


def backtest(home: Home, recipe: Recipe, asked: Asked, steps: Steps, alert: Alert = own_alert) -> Backtest:
    """Replay a history month by month; nothing is written.

    Args:
        home: Whose lake; its registry is neither read nor changed.
        recipe: Which firms, what counts as default, how models are made.
        asked: Days and policies.
        steps: Told of what is done.
        alert: What policy `on-alert` asks.

    Raises:
        RequestError: The days are in disorder or beyond the lake, or there is no such policy.
        RecipeError: The recipe has no loan tape.
        ModelError: Nothing is known to learn from on the first day, or no loan was applied for afterwards.
    """
    days, policies = step_days(asked.first, asked.last), chosen(asked.policies)
    if recipe.label != LOAN_TAPE:
        raise RecipeError(
            f"{recipe.path}: its label is '{recipe.label}', expected {LOAN_TAPE}: a walk needs loans"
        )
    scope = lake_scope(home, recipe)
    features, as_of = scope.usable(CREDIT), _truth_day(scope, asked)
    if not features:
        raise ModelError("none of the features can be computed from the sources of this recipe")
    parameters = asked.parameters or with_own()
    replay = Replay(home, scope, features, parameters, alert, steps.say, steps.say)
    period = (asked.first, asked.last)
    with steps.step("applications as of their days"):
        truth = known_on_day(home, scope, as_of)
        _refuse_nothing(truth.outcomes, period, as_of)
        until = truth.outcomes[(truth.outcomes["application_date"] <= asked.last).to_numpy()]
        replay.applications.of(until)
    with steps.step(f"{len(days) - 1} months, {len(policies)} policies"):
        walks = replay.walk(policies, days)
    with steps.step("what came of them"):
        judged = judge(walks, truth, period, replay.applications, amounts(home, as_of), parameters)
    return Backtest(
        recipe=recipe.name,
        first=asked.first,
        last=asked.last,
        as_of=as_of,
        newest=scope.newest,
        days=days,
        features=len(features),
        policies=tuple(judged),
        parameters=parameters,
    )


def folder_of(home: Home, found: Backtest) -> Path:
    """Where page and JSON of a backtest lie: a folder for these days, policies and numbers of one's own."""
    policies = "+".join(one.walk.policy for one in found.policies)
    parts = [f"from={found.first:%Y-%m-%d}", f"to={found.last:%Y-%m-%d}", policies]
    if found.as_of != found.newest:
        parts.append(f"as_of={found.as_of:%Y-%m-%d}")
    own = {name: one.value for name, one in found.parameters.items() if one.value != shipped()[name].value}
    parts += [f"{name}={value}" for name, value in own.items()]
    return home.root / "backtest" / ",".join(parts)


def _truth_day(scope: Scope, asked: Asked) -> pd.Timestamp:
    newest = scope.newest
    day = newest if asked.as_of is None else asked.as_of
    if day > newest or asked.last > day:
        which = f"--as-of {day:%Y-%m-%d}" if day > newest else f"--to {asked.last:%Y-%m-%d}"
        known = min(day, newest)
        raise RequestError(f"{which} lies after {known:%Y-%m-%d}, the last day of which anything counts here")
    return day


def _refuse_nothing(
    outcomes: pd.DataFrame, period: tuple[pd.Timestamp, pd.Timestamp], as_of: pd.Timestamp
) -> None:
    """Raise ModelError where no loan was applied for, before anything is worked out."""
    if not applied_in(outcomes, period).empty:
        return
    applied = outcomes["application_date"]
    first, last = period
    there = f", applied for from {applied.min():%Y-%m-%d} to {applied.max():%Y-%m-%d}" if len(applied) else ""
    raise ModelError(
        f"no loan was applied for after {first:%Y-%m-%d} and until {last:%Y-%m-%d}; the tape known on "
        f"{as_of:%Y-%m-%d} has {len(outcomes)} loans{there}"
    )
