"""What the measures set for the whole city: a number, the day by which, and whether that day is past."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from serving.policy import Parameters

Relation = Literal["at_least", "above", "at_most"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A target as it stood on a day.

    Attributes:
        relation: Whether the value is to reach, to exceed or not to exceed it.
        value: The number; yuan or a share.
        by: The day by which; None where it holds at all times.
        past: Whether that day is over, so that the figure is history.
        cites: Where it is written.
        assumption: What of it is still to be confirmed, in Chinese; None where it is sure.
    """

    relation: Relation
    value: Decimal
    by: date | None
    past: bool
    cites: str
    assumption: str | None

    def reached_by(self, value: Decimal) -> bool:
        """Whether a value meets it; a value equal to it does not exceed it."""
        if self.relation == "above":
            return value > self.value
        return value >= self.value if self.relation == "at_least" else value <= self.value


def target_on(law: Parameters, day: date, name: str, relation: Relation, by: str | None) -> Target | None:
    """The target of a name as it stands on a day; None where it ended or was never set.

    Raises:
        NoNumberForDay: The file of the number begins later than the day.
    """
    value, assumption = law.read(name, day)
    if value is None:
        return None
    last = law.read(by, day).value if by else None
    return Target(
        relation=relation,
        value=value,
        by=last,
        past=last is not None and last < day,
        cites=law.parameter(name).cites,
        assumption=assumption,
    )
