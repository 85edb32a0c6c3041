"""The list of serious violations: rare, long, and not always a sign of want."""

import numpy as np
import pandas as pd

from features.city.arrays import happens
from features.city.endings import end_days, ending
from features.city.events import days_of, strikes
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.world import Chunk

SOURCE = "serious_violation"
HABITS = Habits(late=0.02, withdrawn=0.002)
FIELD_SHARES = (0.22, 0.05, 0.13, 0.10, 0.35, 0.15)
EARLY_REPAIR_SHARE = 0.3
FIRST_REPAIR_DAYS, LAST_DAY = 365, 1096
"""A year before repair may be asked for, three before the entry ends (严重违法失信名单管理办法)."""
revise = ending(SOURCE, "removed_date")


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per listing, with the day of its removal."""
    rng = chunk.stream(SOURCE)
    firm, month = strikes(chunk, rng, np.exp(-8.3 - 0.8 * view(chunk, "violation")))
    day = days_of(chunk, rng, firm, month)
    repaired = happens(rng, EARLY_REPAIR_SHARE, len(firm))
    early = end_days(rng, day, repaired, (FIRST_REPAIR_DAYS, LAST_DAY))
    return frame(
        chunk,
        firm,
        day,
        field=rng.choice(len(FIELD_SHARES), len(firm), p=FIELD_SHARES),
        removed_date=np.where(repaired, early, day + LAST_DAY),
    )
