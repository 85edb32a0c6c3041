"""Visits to enterprises: who was found at work, on premises of its own, and in need of funds."""

import numpy as np
import pandas as pd

from features.city.arrays import Flags, Ints, happens, sigmoid
from features.city.events import days_of, strikes
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.sources import code
from features.city.world import Chunk

SOURCE = "enterprise_visit"
HABITS = Habits(late=0.03, corrected=0.004, withdrawn=0.0005, corrects="need_cny")

VISITS_A_MONTH = 0.09
"""Each firm is called on about once a year."""
NOT_LOOKED_AT_SHARE = 0.12
"""Of premises, needs and uses, those that the visitor left open."""
PURPOSE_SHARES = (0.52, 0.18, 0.07, 0.16, 0.02, 0.05)
UNKNOWN = -1


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per visit."""
    rng = chunk.stream(SOURCE)
    firm, month = strikes(chunk, rng, np.full((len(chunk.firms), 1), VISITS_A_MONTH))
    day, count = days_of(chunk, rng, firm, month), len(firm)
    seen = view(chunk, "bank_view")[firm, month]
    need = _told(rng, happens(rng, 0.45, count))
    purpose = np.where(need == 1, rng.choice(6, count, p=PURPOSE_SHARES), UNKNOWN)
    spent_on_stakes = purpose == code(SOURCE, "purpose", "INVESTMENT")
    lawful = _told(rng, happens(rng, 0.985, count) & ~spent_on_stakes)
    revenue = chunk.per_firm(chunk.world.population.revenue_cny)[firm]
    amount = np.maximum(1, np.rint(revenue * rng.lognormal(0.3, 0.7, count) / 1e4)) * 1e4
    return frame(
        chunk,
        firm,
        day,
        is_operating=happens(rng, sigmoid(3.6 + 0.8 * seen), count).astype(np.int64),
        has_premises=_told(rng, happens(rng, sigmoid(3.0 + 0.3 * seen), count)),
        needs_funds=need,
        need_cny=np.where((need == 1) & happens(rng, 0.93, count), amount, np.nan),
        purpose=purpose,
        is_use_lawful=np.where(need == 1, lawful, UNKNOWN),
    )


def _told(rng: np.random.Generator, found: Flags) -> Ints:
    """Return what was found, and for some that nobody looked."""
    left_open = happens(rng, NOT_LOOKED_AT_SHARE, len(found))
    return np.where(left_open, UNKNOWN, found.astype(np.int64))
