"""Court judgments: sued more often where money is short, suing about as often as anyone."""

import numpy as np
import pandas as pd

from features.city.arrays import happens
from features.city.events import after_stops, days_of, strikes, together
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.sources import code
from features.city.world import Chunk

SOURCE = "court_judgment"
HABITS = Habits(late=0.08, corrected=0.01, withdrawn=0.004, corrects="amount_cny")
TEXTS = {"case_kind": "(浙05)民初"}
SUED_AFTER_STOP = 0.8
ROLE_UNTOLD_SHARE = 0.08
ROLES = ("DEFENDANT", "PLAINTIFF", "THIRD_PARTY")


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per judgment: as defendant, as plaintiff, and beside both."""
    rng = chunk.stream(SOURCE)
    sued = together(
        strikes(chunk, rng, np.exp(-4.9 - 0.75 * view(chunk, "sued"))),
        after_stops(chunk, rng, SUED_AFTER_STOP, (3, 9)),
    )
    parts = [sued] + [strikes(chunk, rng, np.full((1, 1), rate)) for rate in (0.006, 0.0006)]
    firm, month = together(*parts)
    count = len(firm)
    role = np.repeat([code(SOURCE, "role", name) for name in ROLES], [len(part[0]) for part in parts])
    usual = chunk.per_firm(chunk.world.population.revenue_cny)[firm]
    return frame(
        chunk,
        firm,
        days_of(chunk, rng, firm, month),
        case_kind=rng.integers(10**6, 10**7, count) * 10**5 + np.arange(count) % 10**5,
        amount_cny=np.rint(usual * rng.lognormal(-0.6, 1.3, count)) + 300.0,
        role=np.where(happens(rng, ROLE_UNTOLD_SHARE, count), -1, role),
    )
