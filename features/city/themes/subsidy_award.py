"""Subsidies and awards: for firms that do well, or do what the city wants done."""

import numpy as np
import pandas as pd

from features.city.arrays import happens
from features.city.events import days_of, strikes
from features.city.green import trait
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.sources import code
from features.city.world import Chunk

SOURCE = "subsidy_award"
HABITS = Habits(late=0.04, withdrawn=0.001)
KIND_SHARES = (0.62, 0.23, 0.15)
LEVEL_SHARES = (0.03, 0.15, 0.35, 0.47)
USUAL_CNY = np.array([400e3, 150e3, 50e3, 20e3])
"""By level of government."""


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per subsidy, reward or honour; most honours bring no money."""
    rng = chunk.stream(SOURCE)
    rate = np.exp(-5.9 + 0.4 * view(chunk, "subsidy") + 0.15 * trait(chunk))
    firm, month = strikes(chunk, rng, rate)
    count = len(firm)
    kind, level = rng.choice(3, count, p=KIND_SHARES), rng.choice(4, count, p=LEVEL_SHARES)
    amount = np.rint(USUAL_CNY[level] * rng.lognormal(0, 0.8, count) / 100) * 100
    unpaid = (kind == code(SOURCE, "kind", "HONOUR")) & happens(rng, 0.8, count)
    return frame(
        chunk,
        firm,
        days_of(chunk, rng, firm, month),
        kind=kind,
        level=level,
        amount_cny=np.where(unpaid, np.nan, np.maximum(amount, 500)),
    )
