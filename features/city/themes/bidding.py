"""Tenders won: mostly by builders and makers, and more by those who can deliver."""

import numpy as np
import pandas as pd

from features.city import industries
from features.city.arrays import happens
from features.city.events import days_of, strikes
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.world import Chunk

SOURCE = "bidding"
HABITS = Habits(late=0.04, withdrawn=0.002)
TEXTS = {"project_kind": "ZB"}
IN_PROVINCE_SHARE = 0.93


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per tender won."""
    rng = chunk.stream(SOURCE)
    industry = chunk.per_firm(chunk.world.population.industry)
    pace = (4.0 * industries.of_sections("E") + 1.0 * industries.of_sections("CFI"))[industry]
    firm, month = strikes(chunk, rng, pace[:, None] * np.exp(-5.4 + 0.45 * view(chunk, "bidding")))
    return frame(
        chunk,
        firm,
        days_of(chunk, rng, firm, month),
        project_kind=rng.integers(10**7, 10**8, len(firm)),
        in_province=happens(rng, IN_PROVINCE_SHARE, len(firm)).astype(np.int64),
    )
