"""One small city, quiet and with each of its troubles, as the rows that departments report."""

from datetime import date

import pandas as pd
import pytest

from features.city.theme import THEMES
from features.city.troubles import troubles
from features.city.troubles.planted import plant
from features.city.troubles.worlds import chunks_of
from features.city.world import make_world

LAST = date(2026, 10, 31)
FIRMS, MONTHS, SEED = 300, 30, 3


class Told:
    """A city's rows by source, with its firms and what was planted."""

    def __init__(self, world, planted=None):
        self.planted, self.chunks = planted, list(chunks_of(world, planted))
        self._rows = {}

    def __getitem__(self, source):
        if source not in self._rows:
            theme = next(theme for theme in THEMES if theme.source == source)
            parts = [theme.reported(chunk).assign(chunk=chunk.index) for chunk in self.chunks]
            self._rows[source] = pd.concat(parts, ignore_index=True)
        return self._rows[source]

    def known_before(self, source, day):
        """The rows known before a day, in an order of their own."""
        rows = self[source]
        return rows[rows["available_day"] < day].sort_values(list(rows), ignore_index=True)

    def month_of(self, days):
        """Months since the trouble began; 0 is its first."""
        return self.planted.months.month_of(days.to_numpy()) - self.planted.month


@pytest.fixture(scope="package")
def world():
    """The quiet city."""
    return make_world(entities=FIRMS, months=MONTHS, seed=SEED, last_month=LAST)


@pytest.fixture(scope="package")
def quiet(world):
    """What its departments report."""
    return Told(world)


@pytest.fixture(scope="package")
def troubled(world):
    """What they report of the city with a trouble, given by its name or itself."""
    made = {}

    def city(asked):
        trouble = troubles()[asked] if isinstance(asked, str) else asked
        if str(trouble) not in made:
            made[str(trouble)] = Told(world, plant(trouble, world.months, SEED))
        return made[str(trouble)]

    return city
