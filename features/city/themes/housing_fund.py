"""Housing fund: for whom a firm pays, how much, and whether it does."""

import numpy as np
import pandas as pd

from features.city.activity import drift
from features.city.arrays import Floats, Ints, happens, sigmoid
from features.city.events import holders, months_of
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.world import Chunk

SOURCE = "housing_fund"
HABITS = Habits(late=0.05, corrected=0.006, withdrawn=0.0004, corrects="contribution_cny")
HELD = (0.62, 0.05, 0.08)
"""Fewer firms pay into the fund than insure their people."""
CONTRIBUTION_PER_HEAD_CNY = 980.0
UNPAID_IN_WORKOUT_SHARE = 0.35


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one payment month per firm that pays and month."""
    rng = chunk.stream(SOURCE)
    firm, month = months_of(chunk, holders(chunk, SOURCE, HELD))
    heads, count = _heads(chunk, rng, firm, month), len(firm)
    due = np.round(heads * CONTRIBUTION_PER_HEAD_CNY * np.exp(0.1 * rng.standard_normal(count)), 2)
    unpaid = happens(rng, sigmoid(-2.7 - 0.8 * view(chunk, "fund_unpaid")[firm, month]), count)
    in_workout = chunk.world.distress.in_workout[chunk.rows][firm, month]
    unpaid |= in_workout & happens(rng, UNPAID_IN_WORKOUT_SHARE, count)
    return frame(
        chunk,
        firm,
        chunk.world.months.end(month),
        headcount=heads,
        contribution_cny=due,
        unpaid_cny=np.round(np.where(unpaid, due * rng.uniform(0.3, 1.0, count), 0), 2),
    )


def _heads(chunk: Chunk, rng: np.random.Generator, firm: Ints, month: Ints) -> Ints:
    """Draw the people paid for: a steady part of those employed."""
    own = chunk.stream(SOURCE, "own").uniform(0.35, 0.95, len(chunk.firms))
    usual = (chunk.per_firm(chunk.world.population.headcount) * own)[firm]
    level = 0.3 * drift(chunk, "activity") + drift(chunk, "fund_growth", 0.08)
    heads: Floats = usual * np.exp(level[firm, month] + 0.09 * rng.standard_normal(len(firm)))
    return np.maximum(1, np.rint(heads)).astype(np.int64)
