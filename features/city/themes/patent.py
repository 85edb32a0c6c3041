"""Patents: granted to those who invent, kept by those who can pay the yearly fee."""

import numpy as np
import pandas as pd

from features.city import industries
from features.city.arrays import Floats, happens, sigmoid
from features.city.endings import end_days, ending
from features.city.events import days_before, days_of, holders, strikes
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.world import Chunk

SOURCE = "patent"
HABITS = Habits(late=0.02, corrected=0.004, withdrawn=0.0005, corrects="kind")
INVENTORS = (0.22, 0.01, 0.04)
KIND_SHARES = (0.18, 0.62, 0.20)
USUAL_OLD_PATENTS = 2.5
"""Patents that an inventing firm brings into the window."""
revise = ending(SOURCE, "ended_date")


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per patent, with the day on which it lapses."""
    rng = chunk.stream(SOURCE)
    seen, pace = view(chunk, "patent"), _pace(chunk)
    old = chunk.per_firm(chunk.world.population.birth_month) < 0
    before = np.repeat(np.arange(len(pace)), rng.poisson(USUAL_OLD_PATENTS * pace * old))
    firm, month = strikes(chunk, rng, 0.05 * pace[:, None] * np.exp(0.45 * seen))
    day = np.concatenate([days_before(chunk, rng, before, 84), days_of(chunk, rng, firm, month)])
    firm, month = np.concatenate([before, firm]), np.concatenate([np.zeros(len(before), int), month])
    count = len(firm)
    fee_due = np.maximum(day, chunk.world.months.first_day)
    lapses = happens(rng, sigmoid(-0.9 - 0.6 * seen[firm, month]), count)
    return frame(
        chunk,
        firm,
        day,
        kind=rng.choice(3, count, p=KIND_SHARES),
        ended_date=end_days(rng, fee_due, lapses, (200, 1500)),
    )


def _pace(chunk: Chunk) -> Floats:
    """Return how much each firm invents over a usual inventor; 0 for most; shape (firms,)."""
    industry = chunk.per_firm(chunk.world.population.industry)
    able = industries.of_sections("CI")[industry] & holders(chunk, SOURCE, INVENTORS)
    return np.where(able, chunk.stream(SOURCE, "pace").lognormal(-0.2, 0.6, len(able)), 0.0)
