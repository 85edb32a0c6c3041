"""Equity investments: what firms hold in other firms, and which of those have closed."""

import numpy as np
import pandas as pd

from features.city.arrays import happens
from features.city.endings import NONE, ending
from features.city.events import days_of, strikes
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.world import Chunk

SOURCE = "equity_investment"
HABITS = Habits(late=0.03, corrected=0.005, withdrawn=0.001, corrects="share")
TEXTS = {"invested_entity": "T"}
IN_PROVINCE_SHARE = 0.85
CLOSED_SHARE = 0.2
revise = ending(SOURCE, "ended_date")


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per firm invested in, with the end of the year in which it closed."""
    rng = chunk.stream(SOURCE)
    firm, month = strikes(chunk, rng, np.exp(-6.0 + 0.3 * view(chunk, "investment")))
    months, count = chunk.world.months, len(firm)
    december = month + 12 - months.calendar_month(month) + 12 * rng.integers(0, 4, count)
    return frame(
        chunk,
        firm,
        days_of(chunk, rng, firm, month),
        invested_entity=rng.integers(10**8, 10**9, count),
        in_province=happens(rng, IN_PROVINCE_SHARE, count).astype(np.int64),
        share=np.round(np.clip(rng.beta(1.4, 0.9, count), 0.01, 1), 2),
        ended_date=np.where(happens(rng, CLOSED_SHARE, count), months.end(december), NONE),
    )
