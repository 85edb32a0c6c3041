"""The register: the first entry of every firm, its changes, and its end."""

import numpy as np
import pandas as pd

from features.city.arrays import Ints, spread_days
from features.city.industries import CODES
from features.city.lags import Habits
from features.city.names import name_numbers, spelled_names
from features.city.rows import frame
from features.city.signals import view
from features.city.sources import code
from features.city.world import Chunk

SOURCE = "registration"
HABITS = Habits(late=0.03, corrected=0.01, withdrawn=0.0, corrects="registered_capital_cny")
TEXTS = {"name": spelled_names, "industry": CODES}
USUAL_LOG_RATE = -3.3
"""Log of the monthly changes of registration of a firm that looks of usual health."""


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per version of the registration of the chunk's firms."""
    rng = chunk.stream(SOURCE)
    population = chunk.world.population
    born = chunk.per_firm(population.birth_day)
    first = (np.arange(len(chunk.firms)), born)
    changed, ended = _changes(chunk, rng, born), _ends(chunk, rng, born)
    firm, day = (np.concatenate(parts) for parts in zip(first, changed, ended, strict=True))
    end = np.zeros(len(firm), dtype=bool)
    end[len(firm) - len(ended[0]) :] = True
    changes = np.zeros(len(firm))
    changes[len(born) : len(born) + len(changed[0])] = 1
    return frame(
        chunk,
        firm,
        day,
        name=_names(chunk)[firm],
        established_date=born[firm],
        industry=chunk.per_firm(population.industry)[firm],
        district=chunk.per_firm(population.district)[firm],
        entity_type=chunk.per_firm(population.kind)[firm],
        registered_capital_cny=_capital(chunk, rng)[firm]
        * np.where(changes, rng.choice([0.9, 1, 1, 1.2], len(firm)), 1),
        status=np.where(end, _last_status(chunk)[firm], code(SOURCE, "status", "ACTIVE")),
    )


def _names(chunk: Chunk) -> Ints:
    """Return the number of each firm's name: it never changes, and is no draw."""
    population = chunk.world.population
    return name_numbers(
        population.codes[chunk.rows],
        kind=chunk.per_firm(population.kind),
        industry=chunk.per_firm(population.industry),
        district=chunk.per_firm(population.district),
    )


def _capital(chunk: Chunk, rng: np.random.Generator) -> np.ndarray:
    """Draw registered capital in CNY, in whole 10,000."""
    size = chunk.per_firm(chunk.world.population.headcount)
    backing = np.exp(0.8 * view(chunk, "capital").mean(axis=1))
    wan = np.maximum(1, np.rint(8 * size**0.6 * backing * rng.lognormal(0, 0.3, len(size))))
    return wan * 1e4


def _last_status(chunk: Chunk) -> Ints:
    """Return the status with which each firm would end: revoked for some of those that stopped paying."""
    revoked = chunk.per_firm(chunk.world.distress.after_stop) & (chunk.firms % 3 == 0)
    return np.where(revoked, code(SOURCE, "status", "REVOKED"), code(SOURCE, "status", "DEREGISTERED"))


def _changes(chunk: Chunk, rng: np.random.Generator, born: Ints) -> tuple[Ints, Ints]:
    rate = np.exp(USUAL_LOG_RATE - 0.9 * view(chunk, "registration_change")) * chunk.world.alive[chunk.rows]
    firm, month = np.nonzero(rng.random(rate.shape) < rate)
    months = chunk.world.months
    day = spread_days(rng, months.start(month), months.end(month))
    return firm, np.maximum(day, born[firm] + 1)


def _ends(chunk: Chunk, rng: np.random.Generator, born: Ints) -> tuple[Ints, Ints]:
    months, death = chunk.world.months, chunk.per_firm(chunk.world.distress.death_month)
    firm = np.flatnonzero(death < months.count)
    day = spread_days(rng, months.start(death[firm]), months.end(death[firm]))
    return firm, np.maximum(day, born[firm] + 1)
