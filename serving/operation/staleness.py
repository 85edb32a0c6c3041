"""How old the newest day of features may be before answers say so."""

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Staleness:
    """A day of features that is older than allowed.

    Attributes:
        as_of: The day.
        age_days: How long ago it was.
        allowed_days: How long ago it may be.
    """

    as_of: date
    age_days: int
    allowed_days: int

    @property
    def en(self) -> str:
        """In one sentence."""
        return (
            f"the features are of {self.as_of}, {self.age_days} days old; more than {self.allowed_days}"
            " days are stale"
        )

    @property
    def zh(self) -> str:
        """The same for officers."""
        return (
            f"数据截至 {self.as_of}，距今 {self.age_days} 天，"
            f"已超过 {self.allowed_days} 天的时效，请谨慎使用。"
        )

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "as_of": self.as_of.isoformat(),
            "age_days": self.age_days,
            "allowed_days": self.allowed_days,
            "zh": self.zh,
            "en": self.en,
        }


def staleness(as_of: date, today: date, allowed_days: int) -> Staleness | None:
    """What an answer says of features that are too old; None where they are not.

    >>> staleness(date(2026, 10, 31), date(2026, 12, 15), 45) is None
    True
    >>> staleness(date(2026, 10, 31), date(2026, 12, 16), 45).age_days
    46

    Args:
        as_of: The day of the features.
        today: The day of the question.
        allowed_days: The oldest age that is not stale.
    """
    age = (today - as_of).days
    return Staleness(as_of, age, allowed_days) if age > allowed_days else None
