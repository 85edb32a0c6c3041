"""When to retrain: never, every year, every quarter, or when something alarms."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from features.errors import RequestError
from pipelines.backtesting.days import months_between
from pipelines.backtesting.parameters import Parameters
from pipelines.backtesting.watching import Alert, Watched, own_alert

NEVER, YEARLY, QUARTERLY, ON_ALERT = "never", "yearly", "quarterly", "on-alert"

POLICIES = {NEVER: "从不重训", YEARLY: "每年重训", QUARTERLY: "每季重训", ON_ALERT: "预警时重训"}
"""Each policy and its name."""

MONTHS = {YEARLY: 12, QUARTERLY: 3}


@dataclass(frozen=True, slots=True)
class Moment:
    """A day on which a policy is asked.

    Attributes:
        day: The day.
        since: Day of the model in force.
        look: Looks at the model in force with what is known on the day; costs time, so only when asked.
    """

    day: pd.Timestamp
    since: pd.Timestamp
    look: Callable[[], Watched]


def chosen(names: Sequence[str]) -> tuple[str, ...]:
    """The policies that were asked for, each once; never retraining is always among them, to compare with.

    Raises:
        RequestError: There is no such policy.
    """
    for name in names:
        if name not in POLICIES:
            raise RequestError(f"--policy '{name}': expected one of {', '.join(POLICIES)}")
    return tuple(dict.fromkeys((NEVER, *names)))


def reason_to_retrain(
    policy: str, moment: Moment, parameters: Parameters, alert: Alert = own_alert
) -> str | None:
    """Why the model is retrained on a day: `calendar`, or what the alert says; None where it is not."""
    waited = months_between(moment.since, moment.day)
    if policy in MONTHS:
        return "calendar" if waited >= MONTHS[policy] else None
    if policy == ON_ALERT and waited >= parameters["rest_months"].value:
        return alert(moment.look(), parameters)
    return None
