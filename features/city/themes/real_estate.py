"""Real estate: what firms own, what they have mortgaged, and what courts have seized."""

import numpy as np
import pandas as pd

from features.city.arrays import Flags, Floats, Ints, happens
from features.city.endings import end_days, ending
from features.city.events import after_stops, days_before, days_of, holders, strikes, together
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.sources import code
from features.city.world import Chunk

SOURCE = "real_estate"
HABITS = Habits(late=0.02, corrected=0.005, withdrawn=0.0005, corrects="area_m2")
OWNERS = (0.24, 0.06, 0.10)
CNY_PER_M2 = 3200.0
MORTGAGED_BEFORE_SHARE, MORTGAGED_MONTHS_BEFORE = 0.45, 24
BOUGHT_A_MONTH, MORTGAGED_A_MONTH = 0.004, 0.018
SEIZED_AFTER_STOP = 0.8
SOLD_SHARE = 0.05
revise = ending(SOURCE, "ended_date")

Rights = tuple[str, Ints, Ints, Ints]
"""Kind of right, firm, day of registration, day of its end."""


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per right of the owners among the chunk's firms."""
    rng, owners = chunk.stream(SOURCE), holders(chunk, SOURCE, OWNERS)
    rights = [_owned(chunk, rng, owners), *_mortgaged(chunk, rng, owners), _seized(chunk, rng, owners)]
    names, firms, begins, ends = zip(*rights, strict=True)
    firm, day, ended = (np.concatenate(parts) for parts in (firms, begins, ends))
    right = np.repeat([code(SOURCE, "right", name) for name in names], [len(part) for part in firms])
    area = np.round(_area(chunk)[firm] * rng.uniform(0.4, 1.0, len(firm)), 2)
    claim = np.rint(area * CNY_PER_M2 * rng.uniform(0.3, 0.7, len(firm)) / 1e4) * 1e4
    mortgage = right == code(SOURCE, "right", "MORTGAGE")
    return frame(
        chunk,
        firm,
        day,
        right=right,
        area_m2=area,
        secured_cny=np.where(mortgage, np.maximum(claim, 1e4), np.nan),
        ended_date=ended,
    )


def _area(chunk: Chunk) -> Floats:
    size = chunk.per_firm(chunk.world.population.headcount)
    area: Floats = 30 * size * chunk.stream(SOURCE, "area").lognormal(0, 0.7, len(size))
    return np.maximum(area, 40)


def _owned(chunk: Chunk, rng: np.random.Generator, owners: Flags) -> Rights:
    """Return what was owned before the window and what is bought in it; little is sold."""
    old = chunk.per_firm(chunk.world.population.birth_month) < 0
    firm = np.flatnonzero(owners & old)
    rate = BOUGHT_A_MONTH * owners[:, None] * np.exp(0.3 * view(chunk, "purchase_of_land"))
    bought, month = strikes(chunk, rng, rate)
    day = np.concatenate([days_before(chunk, rng, firm, 120), days_of(chunk, rng, bought, month)])
    firm = np.concatenate([firm, bought])
    inside = np.maximum(day, chunk.world.months.first_day)
    return "OWNERSHIP", firm, day, end_days(rng, inside, happens(rng, SOLD_SHARE, len(firm)), (60, 900))


def _mortgaged(chunk: Chunk, rng: np.random.Generator, owners: Flags) -> list[Rights]:
    """Return mortgages that stood at the start and those of the window: the short of cash take more."""
    old = chunk.per_firm(chunk.world.population.birth_month) < -MORTGAGED_MONTHS_BEFORE
    before = np.flatnonzero(owners & old & happens(rng, MORTGAGED_BEFORE_SHARE, len(owners)))
    stood = days_before(chunk, rng, before, MORTGAGED_MONTHS_BEFORE)
    start = np.full(len(before), chunk.world.months.first_day)
    rate = MORTGAGED_A_MONTH * owners[:, None] * np.exp(-0.3 * view(chunk, "mortgage"))
    firm, month = strikes(chunk, rng, rate)
    day = days_of(chunk, rng, firm, month)
    return [
        ("MORTGAGE", before, stood, end_days(rng, start, happens(rng, 0.85, len(before)), (30, 1000))),
        ("MORTGAGE", firm, day, end_days(rng, day, happens(rng, 0.8, len(firm)), (330, 1130))),
    ]


def _seized(chunk: Chunk, rng: np.random.Generator, owners: Flags) -> Rights:
    """Return seizures: rare before a stop, likely after it."""
    later = after_stops(chunk, rng, SEIZED_AFTER_STOP, (2, 8))
    after = tuple(values[owners[later[0]]] for values in later)
    usual = strikes(chunk, rng, np.exp(-6.2 - 1.0 * view(chunk, "seizure")) * owners[:, None])
    firm, month = together(usual, (after[0], after[1]))
    day = days_of(chunk, rng, firm, month)
    return "SEIZURE", firm, day, end_days(rng, day, happens(rng, 0.5, len(firm)), (120, 800))
