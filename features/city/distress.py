"""When firms stop paying, and when they leave the register."""

from dataclasses import dataclass

import numpy as np

from features.city.arrays import Flags, Floats, Ints
from features.city.health import Health
from features.city.population import Population
from features.city.streams import stream

HAZARD_SLOPE = 1.9
"""How fast the rate of stopping falls with health: a firm of health h stops with exp(level - slope * h)."""

MONTHLY_STOPS = 0.0240
"""Share of firms that would stop paying in an average month of the window if none ever had before."""

WORKOUT_MONTHS = 15
"""Months after a stop in which no bank lends to the firm again."""

DEATH_AFTER_STOP_SHARE = 0.30
QUIET_DEATH_RATE = 0.0012
"""Monthly rate at which a firm of usual health is deregistered without having stopped paying."""

NEVER = 10_000
"""A month that does not come."""


@dataclass(frozen=True)
class Distress:
    """What happened to the firms; months are counted from the first of the window."""

    stop: Flags
    """Whether the firm stopped paying in the month; shape (firms, months)."""
    in_workout: Flags
    """Whether the month is the month of a stop or one of the `WORKOUT_MONTHS` after it."""
    death_month: Ints
    """Month of deregistration, NEVER where the firm lives; shape (firms,)."""
    after_stop: Flags
    """Whether the death followed a stop; shape (firms,)."""

    def next_stop(self) -> Ints:
        """Return the first month of a stop after each month, NEVER where none comes."""
        later = np.full(self.stop.shape, NEVER, dtype=np.int64)
        for month in range(self.stop.shape[1] - 2, -1, -1):
            later[:, month] = np.where(self.stop[:, month + 1], month + 1, later[:, month + 1])
        return later


def hazard_level(health: Health) -> float:
    """Return the log rate at health 0 in mid-window that gives this city its `MONTHLY_STOPS`."""
    return float(np.log(MONTHLY_STOPS / np.exp(-HAZARD_SLOPE * health.total).mean(dtype=np.float64)))


def hazard(health: Health, values: Floats, month: Ints | int) -> Floats:
    """Return the monthly rate of stopping at given values of health in given months."""
    creep = health.monthly_creep * (month - health.total.shape[1] / 2)
    rate: Floats = np.exp(hazard_level(health) + creep - HAZARD_SLOPE * values)
    return rate


def make_distress(
    population: Population, health: Health, seed: int, *, rate: Floats | None = None
) -> Distress:
    """Let every firm live through the window, month by month.

    Args:
        population: The firms.
        health: Their health.
        seed: Who stops among equals: the same draws whatever the rates.
        rate: Monthly rates of stopping, shape (firms, months), in place of those that health gives.
    """
    firms, months = health.total.shape
    rng = stream(seed, "distress")
    rate = hazard(health, health.total, np.arange(months)) if rate is None else rate
    stop = np.zeros((firms, months), dtype=bool)
    in_workout = np.zeros((firms, months), dtype=bool)
    death: Ints = np.full(firms, NEVER)
    after_stop = np.zeros(firms, dtype=bool)
    free_from = population.birth_month.copy()
    for month in range(months):
        free = (free_from <= month) & (death > month)
        stop[:, month] = _drawn(rng, np.where(free, -np.expm1(-rate[:, month]), 0))
        free_from[stop[:, month]] = month + WORKOUT_MONTHS
        fatal = stop[:, month] & (rng.random(firms) < DEATH_AFTER_STOP_SHARE)
        death[fatal] = month + np.asarray(rng.integers(6, 15, firms))[fatal]
        after_stop |= fatal
        quiet = free & (rng.random(firms) < QUIET_DEATH_RATE * np.exp(-0.5 * health.total[:, month]))
        quiet &= ~stop[:, month]
        death[quiet] = np.minimum(death[quiet], month + 1)
        in_workout[:, month] = (free_from > month) & (population.birth_month <= month)
    return Distress(stop, in_workout, death, after_stop)


def _drawn(rng: np.random.Generator, chance: Floats) -> Flags:
    """Draw firms each with its own chance, evenly over the ranking by chance.

    Systematic sampling: the chances are laid end to end and cut at every whole step from a random start. A
    small city then has about as many stops among its weak and its strong firms as it should, and the best
    possible ranking shows itself in it.
    """
    order = np.argsort(chance, kind="stable")
    marks = np.floor(np.cumsum(chance[order]) + rng.random())
    drawn = np.zeros(len(chance), dtype=bool)
    drawn[order] = np.diff(marks, prepend=0.0) > 0
    return drawn
