"""The walk: month by month the model in force answers, and is retrained as a policy says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.feature import AnyFeature
from features.home import Home
from pipelines.backtesting.applications import Applications
from pipelines.backtesting.parameters import Parameters
from pipelines.backtesting.policies import ON_ALERT, Moment, reason_to_retrain
from pipelines.backtesting.teaching import Known, Taught, known_on_day, teach
from pipelines.backtesting.watching import Alert, Watched, own_alert, watched
from pipelines.sample import Scope

Floats = NDArray[np.float64]
FIRST = "first"
"""Why the first model was made."""


@dataclass(frozen=True, slots=True)
class Step:
    """One month end of one policy.

    Attributes:
        day: The day.
        model_of: Day of the model that answered for the month's applications.
        seen: What was seen of it; None where the policy does not look.
        reason: Why it was retrained on this day; None where it was not.
    """

    day: pd.Timestamp
    model_of: pd.Timestamp
    seen: Watched | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Walk:
    """What one policy did.

    Attributes:
        policy: Its name.
        taught: Its models, oldest first, each with why it was made.
        steps: Its month ends.
    """

    policy: str
    taught: list[tuple[Taught, str]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    @property
    def in_force(self) -> Taught:
        """The newest model."""
        return self.taught[-1][0]

    def answers(self, loans: pd.DataFrame, applications: Applications) -> pd.DataFrame:
        """What was answered for each loan: `model_of`, `pd_` and `approved`, by the model then in force.

        A model of a day answers from the day after. Loans applied for before the first model have no answer.
        """
        days = pd.DatetimeIndex([one.day for one, _ in self.taught])
        place = days.searchsorted(loans["application_date"], side="left") - 1
        risk, cut = np.full(len(loans), np.nan), np.full(len(loans), np.nan)
        for number, (one, _) in enumerate(self.taught):
            mine = place == number
            risk[mine], cut[mine] = one.risk(applications.of(loans[mine])), one.cut_off
        told = {"model_of": days[np.maximum(place, 0)], "pd_": risk, "approved": risk <= cut}
        return pd.DataFrame(told, index=loans.index)[place >= 0]


@dataclass(frozen=True)
class Replay:
    """Everything that the steps share.

    Attributes:
        home: Whose lake.
        scope: Which sources, what counts as default, how models are made.
        features: Columns to learn from.
        parameters: Numbers.
        alert: What policy `on-alert` asks.
        say: Told of every model that is made.
    """

    home: Home
    scope: Scope
    features: tuple[AnyFeature, ...]
    parameters: Parameters
    alert: Alert = own_alert
    say: Callable[[str], None] = lambda _line: None
    watch: Callable[[str], None] = lambda _source: None

    @cached_property
    def applications(self) -> Applications:
        """Features by firm and day of application, shared by all steps and policies."""
        return Applications(self.home, self.features, self.watch)

    def walk(self, policies: Sequence[str], days: Sequence[pd.Timestamp]) -> list[Walk]:
        """Every policy over the same days; a model of one day is made once, whoever asks for it.

        Raises:
            ModelError: Nothing is known to learn from on the first day.
        """
        walks = [Walk(policy) for policy in policies]
        for number, day in enumerate(days):
            today = _Today(self, day)
            for walk in walks:
                if not number:
                    walk.taught.append((today.taught, FIRST))
                    continue
                # a model of the last day would answer for nobody
                self._step(walk, today, last=number == len(days) - 1)
        return walks

    def _step(self, walk: Walk, today: "_Today", *, last: bool) -> None:
        before = walk.in_force
        seen: list[Watched] = []

        def look() -> Watched:
            seen.append(today.seen(before))
            return seen[0]

        moment = Moment(today.day, before.day, look)
        reason = None if last else reason_to_retrain(walk.policy, moment, self.parameters, self.alert)
        if walk.policy == ON_ALERT and not seen:
            look()
        if reason is not None:
            walk.taught.append((today.taught, reason))
        walk.steps.append(Step(today.day, before.day, seen[0] if seen else None, reason))


class _Today:
    """One day of the walk: what is known on it, worked out when somebody asks, once."""

    def __init__(self, replay: Replay, day: pd.Timestamp) -> None:
        self._replay, self.day = replay, day
        self._seen: dict[pd.Timestamp, Watched] = {}

    @cached_property
    def known(self) -> Known:
        return known_on_day(self._replay.home, self._replay.scope, self.day)

    @cached_property
    def taught(self) -> Taught:
        replay = self._replay
        share = replay.parameters["approve_share"].value
        made = teach(self.known, replay.applications, replay.scope, replay.features, share)
        replay.say(f"{self.day:%Y-%m-%d}: a model of {len(made.learnt):,} loans, {made.bads:,} of them bad")
        return made

    def seen(self, model: Taught) -> Watched:
        if model.day not in self._seen:
            replay = self._replay
            fewest = int(replay.parameters["fewest_bads"].value)
            self._seen[model.day] = watched(model, self.known, replay.applications, fewest)
        return self._seen[model.day]
