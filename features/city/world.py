"""All that is true in the city, observed or not, and the way to walk through it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from features.city.arrays import Flags, Ints
from features.city.distress import Distress, make_distress
from features.city.health import Health, make_health
from features.city.months import Months
from features.city.population import Population, make_population
from features.city.streams import stream

CHUNK_FIRMS = 5_000
"""Firms worked on at a time: bounds the memory, and is part of what the seed means."""


@dataclass(frozen=True)
class World:
    """The latent city."""

    seed: int
    months: Months
    population: Population
    health: Health
    distress: Distress
    next_stop: Ints
    alive: Flags
    """Whether the firm exists in the month; shape (firms, months)."""

    def chunks(self) -> Iterator["Chunk"]:
        """Walk through the firms in their order."""
        firms = len(self.population)
        for index, first in enumerate(range(0, firms, CHUNK_FIRMS)):
            yield Chunk(self, index, np.arange(first, min(first + CHUNK_FIRMS, firms)))


@dataclass(frozen=True)
class Chunk:
    """Some firms of the city, in order."""

    world: World
    index: int
    firms: Ints
    _known: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def rows(self) -> slice:
        """The firms as a slice of the city's arrays."""
        return slice(int(self.firms[0]), int(self.firms[-1]) + 1)

    def stream(self, *names: str) -> np.random.Generator:
        """Return the generator of a theme for these firms."""
        return stream(self.world.seed, *names, self.index)

    def once(self, name: str, draw: Callable[[], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Return what several sources see of these firms: drawn by the first that asks, read by all."""
        if name not in self._known:
            self._known[name] = draw()
            self._known[name].setflags(write=False)
        return self._known[name]

    def observed(self, source: str) -> tuple[Ints, Ints]:
        """Return firm (counted within the chunk) and month of all that a department holds rows on."""
        covered = self.world.population.covered[source][self.rows]
        firm, month = np.nonzero(self.world.alive[self.rows] & covered[:, None])
        return firm, month

    def per_firm(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the chunk's part of an array with one value per firm."""
        return values[self.rows]


def make_world(*, entities: int, months: int, seed: int, last_month: date) -> World:
    """Draw the latent city."""
    time = Months(last_month, months)
    population = make_population(entities, time, seed)
    health = make_health(population, time, seed)
    distress = make_distress(population, health, seed)
    month = np.arange(months)
    alive = (population.birth_month[:, None] <= month) & (month < distress.death_month[:, None])
    return World(seed, time, population, health, distress, distress.next_stop(), alive)
