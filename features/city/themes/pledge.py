"""Pledges of shares, receivables and movables: what is left to pledge when land is not."""

import numpy as np
import pandas as pd

from features.city.arrays import happens
from features.city.endings import end_days, ending
from features.city.events import days_of, strikes
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.sources import code
from features.city.world import Chunk

SOURCE = "pledge"
HABITS = Habits(late=0.03, corrected=0.008, withdrawn=0.001, corrects="secured_cny")
KIND_SHARES = (0.35, 0.40, 0.25)
RELEASED_SHARE = 0.75
revise = ending(SOURCE, "released_date")


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per pledge, with the day of its release."""
    rng = chunk.stream(SOURCE)
    firm, month = strikes(chunk, rng, np.exp(-5.4 - 0.6 * view(chunk, "pledge")))
    day, count = days_of(chunk, rng, firm, month), len(firm)
    kind = rng.choice(3, count, p=KIND_SHARES)
    claim = chunk.per_firm(chunk.world.population.revenue_cny)[firm] * rng.lognormal(0.4, 0.8, count)
    equity = kind == code(SOURCE, "kind", "EQUITY")
    return frame(
        chunk,
        firm,
        day,
        kind=kind,
        secured_cny=np.maximum(1, np.rint(claim / 1e4)) * 1e4,
        equity_share=np.where(equity, np.round(rng.beta(2, 2.5, count), 3), np.nan),
        released_date=end_days(rng, day, happens(rng, RELEASED_SHARE, count), (180, 1100)),
    )
