"""The green trait of a firm, and the office's grade of it."""

import numpy as np
import pandas as pd

from features.city.arrays import Flags, Floats, Ints, happens
from features.city.health import Part
from features.city.lags import Habits
from features.city.rows import frame
from features.city.world import Chunk

SOURCE = "green_grade"
HABITS = Habits(late=0.02, corrected=0.01, withdrawn=0.0, corrects="grade")
HEALTH_WEIGHT = 0.2
OFFICE_DEVIATION = 0.20
"""Noise of the office's judgement, in deviations of the green trait."""
CUTS = (-0.55, 0.35, 1.15)
"""Where NON ends and LIGHT, MEDIUM and DEEP begin on the office's view of the trait."""
GRADED_SHARE = 0.55
"""Of the firms with an environmental assessment, those that the office grades."""


def trait(chunk: Chunk) -> Floats:
    """Return how green each firm is, little to do with its health; shape (firms, months), variance 1."""
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


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return the official grades, one a year at the end of March."""
    rng = chunk.stream(SOURCE)
    graded = assessed(chunk) & happens(rng, GRADED_SHARE, len(chunk.firms))
    firm, month = yearly(chunk, graded, calendar_month=3)
    seen = trait(chunk)[firm, month] + rng.normal(0, OFFICE_DEVIATION, len(firm))
    return frame(chunk, firm, chunk.world.months.end(month), grade=np.digitize(seen, CUTS))
