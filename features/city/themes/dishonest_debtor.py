"""The dishonest debtor list: rare before trouble, usual after it, left by settling or in time."""

import numpy as np
import pandas as pd

from features.city.arrays import happens
from features.city.endings import end_days, ending
from features.city.events import after_stops, days_of, strikes, together
from features.city.lags import Habits
from features.city.rows import WITHDRAWN, frame
from features.city.signals import view
from features.city.world import Chunk

SOURCE = "dishonest_debtor"
HABITS = Habits(late=0.04)
TEXTS = {"case_kind": "(浙05)执失"}
LISTED_AFTER_STOP = 0.3
USUAL_DAYS = 731
"""An entry lasts two years unless the debt is settled before."""
SETTLED_SHARE = 0.4
REPAIRED_SHARE = 0.05
"""Of the entries, those deleted as made in error or repaired: the record itself is taken back."""
_ends = ending(SOURCE, "delisted_date")


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per entry, with the day on which it ends."""
    rng = chunk.stream(SOURCE)
    usual = strikes(chunk, rng, np.exp(-7.2 - 0.9 * view(chunk, "dishonest")))
    firm, month = together(usual, after_stops(chunk, rng, LISTED_AFTER_STOP, (5, 12)))
    day, count = days_of(chunk, rng, firm, month), len(firm)
    settled = happens(rng, SETTLED_SHARE, count)
    early = end_days(rng, day, settled, (40, USUAL_DAYS))
    return frame(
        chunk,
        firm,
        day,
        case_kind=rng.integers(10**6, 10**7, count) * 10**5 + np.arange(count) % 10**5,
        delisted_date=np.where(settled, early, day + USUAL_DAYS),
    )


def revise(rng: np.random.Generator, reported: pd.DataFrame) -> pd.DataFrame:
    """Take some entries back, and report the ends of the others when they have come."""
    gone = reported[happens(rng, REPAIRED_SHARE, len(reported))]
    gone = gone.assign(available_day=gone["available_day"] + rng.integers(20, 300, len(gone)), op=WITHDRAWN)
    return _ends(rng, pd.concat([reported, gone], ignore_index=True))
