"""Administrative licences: those who grow ask for them, those in trouble lose or give up some."""

import numpy as np
import pandas as pd

from features.city.arrays import happens, sigmoid
from features.city.endings import NONE, end_days, ending
from features.city.events import days_of, strikes
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.world import Chunk

SOURCE = "administrative_licence"
HABITS = Habits(late=0.04, corrected=0.01, withdrawn=0.001, corrects="authority")
AUTHORITY_SHARES = (0.16, 0.26, 0.10, 0.12, 0.12, 0.10, 0.08, 0.06)
WITHOUT_EXPIRY_SHARE = 0.35
TERMS_DAYS = (365, 1096, 1461, 1826)
revise = ending(SOURCE, "ended_date")


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per licence, with the day on which it ended before its time."""
    rng = chunk.stream(SOURCE)
    seen = view(chunk, "licence")
    firm, month = strikes(chunk, rng, np.exp(-4.3 + 0.25 * seen))
    day, count = days_of(chunk, rng, firm, month), len(firm)
    expiry = day + rng.choice(TERMS_DAYS, count)
    lost = happens(rng, sigmoid(-3.2 - 0.8 * seen[firm, month]), count)
    return frame(
        chunk,
        firm,
        day,
        authority=rng.choice(len(AUTHORITY_SHARES), count, p=AUTHORITY_SHARES),
        expiry_date=np.where(happens(rng, WITHOUT_EXPIRY_SHARE, count), NONE, expiry),
        ended_date=end_days(rng, day, lost, (30, 360)),
    )
