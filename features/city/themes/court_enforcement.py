"""Court enforcement: some before trouble, much after it."""

import numpy as np
import pandas as pd

from features.city.arrays import Floats, Ints, spread_days
from features.city.events import after_stops, together
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.world import Chunk

SOURCE = "court_enforcement"
HABITS = Habits(late=0.10, corrected=0.02, withdrawn=0.01, corrects="amount_cny")
TEXTS = {"case_number": "(浙05)执"}

USUAL_LOG_RATE = -4.4
"""Log of the monthly cases of a firm that looks of usual health."""
CASES_AFTER_STOP = 1.3
"""Cases that follow a stop of payment, two to six months after the bank has counted a default."""


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return the cases against the chunk's firms."""
    rng = chunk.stream(SOURCE)
    usual = _usual(chunk, rng)
    firm, month = together(usual, after_stops(chunk, rng, CASES_AFTER_STOP, (4, 8)))
    months = chunk.world.months
    return frame(
        chunk,
        firm,
        spread_days(rng, months.start(month), months.end(month)),
        case_number=rng.integers(10**6, 10**7, len(firm)) * 10**5 + np.arange(len(firm)) % 10**5,
        amount_cny=np.rint(_revenue(chunk)[firm] * rng.lognormal(-0.3, 1.2, len(firm))) + 500.0,
    )


def _revenue(chunk: Chunk) -> Floats:
    return chunk.per_firm(chunk.world.population.revenue_cny)


def _usual(chunk: Chunk, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw disputes whose rate rises as the firm looks less healthy."""
    rate = np.exp(USUAL_LOG_RATE - 1.45 * view(chunk, "court")) * chunk.world.alive[chunk.rows]
    cases = rng.poisson(rate)
    firm, month = np.nonzero(cases)
    times = cases[firm, month]
    return np.repeat(firm, times), np.repeat(month, times)
