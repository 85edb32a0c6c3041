"""Social insurance: how many people a firm keeps, at what wage, and whether it pays for them."""

import numpy as np
import pandas as pd

from features.city.activity import drift
from features.city.arrays import Floats, Ints, happens, sigmoid
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.world import Chunk

SOURCE = "social_insurance"
HABITS = Habits(late=0.06, corrected=0.008, withdrawn=0.0005, corrects="contribution_cny")
CONTRIBUTION_PER_HEAD_CNY = 1450.0
UNPAID_IN_WORKOUT_SHARE = 0.5
"""Share of months unpaid by a firm that has stopped paying its bank: one more trap."""


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one payment month per observed firm and month."""
    rng = chunk.stream(SOURCE)
    firm, month = chunk.observed(SOURCE)
    heads = _heads(chunk, rng, firm, month)
    wage = np.exp(0.12 * view(chunk, "wage")[firm, month] + 0.05 * rng.standard_normal(len(firm)))
    due = np.round(heads * CONTRIBUTION_PER_HEAD_CNY * wage * 1.004**month, 2)
    unpaid = happens(rng, sigmoid(-2.4 - 1.25 * view(chunk, "insurance_unpaid")[firm, month]), len(firm))
    in_workout = chunk.world.distress.in_workout[chunk.rows][firm, month]
    unpaid |= in_workout & happens(rng, UNPAID_IN_WORKOUT_SHARE, len(firm))
    share = rng.uniform(0.2, 1.0, len(firm))
    return frame(
        chunk,
        firm,
        chunk.world.months.end(month),
        headcount=heads,
        contribution_cny=due,
        unpaid_cny=np.round(np.where(unpaid, due * share, 0), 2),
    )


def _heads(chunk: Chunk, rng: np.random.Generator, firm: Ints, month: Ints) -> Ints:
    """Draw insured employees: a drifting level, and people who come and go."""
    usual = chunk.per_firm(chunk.world.population.headcount)[firm]
    level = usual * np.exp(0.5 * drift(chunk, "activity")[firm, month])
    level = level * np.exp(drift(chunk, "headcount_growth", 0.14)[firm, month])
    turnover: Floats = np.exp(-2.6 - 0.6 * view(chunk, "headcount_turnover")[firm, month])
    return np.maximum(1, np.rint(level * np.exp(turnover * rng.standard_normal(len(firm))))).astype(np.int64)
