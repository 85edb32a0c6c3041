"""A trouble set into the time of one city."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from features.city.arrays import Ints
from features.city.months import Months
from features.city.streams import stream
from features.city.troubles.declared import Trouble


@dataclass(frozen=True)
class Planted:
    """A trouble with the month in which it begins in a city.

    Args:
        trouble: What goes wrong.
        month: The first month that it touches, counted from the first of the city.
        months: The city's time.
        seed: The city's seed.
    """

    trouble: Trouble
    month: int
    months: Months
    seed: int

    @property
    def day(self) -> int:
        """First day of the trouble, from 1970-01-01; nothing known before it differs from the quiet city."""
        return int(self.months.start(np.array([self.month]))[0])

    @property
    def days(self) -> int:
        """Days of its first month."""
        return int(self.months.end(np.array([self.month]))[0]) - self.day + 1

    @property
    def what(self) -> dict[str, Any]:
        """The figures of its kind."""
        return dict(self.trouble.what)

    def stream(self, *names: str | int) -> np.random.Generator:
        """Return a generator of its own, so that no draw of the city shifts."""
        return stream(self.seed, "trouble", self.trouble.name, *names)

    def of_first_month(self, rng: np.random.Generator, count: int) -> Ints:
        """Return days of its first month, drawn evenly."""
        return self.day + rng.integers(0, self.days, count)


def plant(trouble: Trouble, months: Months, seed: int) -> Planted:
    """Set a trouble into a city's time.

    Raises:
        RequestError: It does not begin within the city, or not after its first month.
    """
    return Planted(trouble, trouble.month_in(months), months, seed)
