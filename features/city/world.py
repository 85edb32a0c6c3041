"""All that is true in the city, observed or not, and the way to walk through it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from features.city.arrays import Flags, Floats, Ints
from features.city.distress import Distress, make_distress
from features.city.health import Health, make_health
from features.city.months import Months
from features.city.population import Population, make_population
from features.city.streams import stream
from features.city.troubles.planted import Planted

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
    planted: Planted | None = None
    """What goes wrong in this city; None in a quiet one."""
    slump: Floats | None = None
    """Added to the log of the firms' activity by a trouble; shape (firms, months)."""

    def chunks(self) -> Iterator["Chunk"]:
        """Walk through the firms in their order."""
        firms = len(self.population)
        for index, first in enumerate(range(0, firms, CHUNK_FIRMS)):
            yield Chunk(self, index, np.arange(first, min(first + CHUNK_FIRMS, firms)))


@dataclass(frozen=True)
class Chunk:
    """Some firms of the city, in order.

    Args:
        world: The city.
        index: Which chunk of it.
        firms: Their places in the city.
        quiet: The same firms as they go without the city's trouble, where the trouble is in their life.
    """

    world: World
    index: int
    firms: Ints
    quiet: "Chunk | None" = field(default=None, repr=False, compare=False)
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


def make_world(*, entities: int, months: int, seed: int, last_month: date, steady: bool = False) -> World:
    """Draw the latent city; in a steady one firms of equal health stop at the same rate in every year."""
    time = Months(last_month, months)
    population = make_population(entities, time, seed)
    health = make_health(population, time, seed)
    health = replace(health, monthly_creep=0.0) if steady else health
    return lived(seed, time, population, health, make_distress(population, health, seed))


def lived(seed: int, time: Months, population: Population, health: Health, distress: Distress) -> World:
    """Return the city whose firms went this way."""
    month = np.arange(time.count)
    alive = (population.birth_month[:, None] <= month) & (month < distress.death_month[:, None])
    return World(seed, time, population, health, distress, distress.next_stop(), alive)
