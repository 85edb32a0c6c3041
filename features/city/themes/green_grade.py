"""The green finance office's yearly grades of the green trait."""

import numpy as np
import pandas as pd

from features.city.arrays import happens
from features.city.green import assessed, trait, yearly
from features.city.lags import Habits
from features.city.rows import frame
from features.city.world import Chunk

SOURCE = "green_grade"
HABITS = Habits(late=0.02, corrected=0.01, withdrawn=0.0, corrects="grade")
OFFICE_DEVIATION = 0.20
"""Noise of the office's judgement, in deviations of the green trait."""
CUTS = (-0.55, 0.35, 1.15)
"""Where NON ends and LIGHT, MEDIUM and DEEP begin on the office's view of the trait."""
GRADED_SHARE = 0.55
"""Of the firms with an environmental assessment, those that the office grades."""


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return the official grades, one a year at the end of March."""
    rng = chunk.stream(SOURCE)
    graded = assessed(chunk) & happens(rng, GRADED_SHARE, len(chunk.firms))
    firm, month = yearly(chunk, graded, calendar_month=3)
    seen = trait(chunk)[firm, month] + rng.normal(0, OFFICE_DEVIATION, len(firm))
    return frame(chunk, firm, chunk.world.months.end(month), grade=np.digitize(seen, CUTS))
