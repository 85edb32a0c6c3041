"""The green trait of a firm, and which firms anybody asks about it."""

import numpy as np

from features.city.arrays import Flags, Floats, Ints, happens
from features.city.health import Part
from features.city.world import Chunk

HEALTH_WEIGHT = 0.2


def trait(chunk: Chunk) -> Floats:
    """Return how green each firm is, little to do with its health; shape (firms, months), variance 1."""
    return chunk.once("green trait", lambda: _trait(chunk))


def _trait(chunk: Chunk) -> Floats:
    rng = chunk.stream("green", "trait")
    firms, months = len(chunk.firms), chunk.world.months.count
    own = 0.92 * rng.standard_normal((firms, 1)) + Part(0.98, 0.39).path(rng, firms, months)
    mixed: Floats = np.sqrt(1 - HEALTH_WEIGHT**2) * own + HEALTH_WEIGHT * chunk.world.health.total[chunk.rows]
    return mixed


def assessed(chunk: Chunk) -> Flags:
    """Return which firms the environment bureau assesses: producers, mostly enterprises."""
    population = chunk.world.population
    kind = chunk.per_firm(population.kind)
    producing = chunk.per_firm(population.producing)
    chance = np.where(producing, np.array([0.72, 0.06, 0.25])[kind], 0.0)
    return happens(chunk.stream("green", "assessed"), chance, len(kind))


def yearly(chunk: Chunk, firms: Flags, calendar_month: int) -> tuple[Ints, Ints]:
    """Return firm and month for every year in which a firm of a group lives in the given month."""
    months = chunk.world.months
    asked = months.calendar_month(np.arange(months.count)) == calendar_month
    firm, month = np.nonzero(chunk.world.alive[chunk.rows] & firms[:, None] & asked)
    return firm, month
