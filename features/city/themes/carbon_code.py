"""The industrial carbon code: own carbon over the industry's, and energy over output."""

import numpy as np
import pandas as pd

from features.city import industries
from features.city.arrays import Flags, happens
from features.city.green import assessed, trait, yearly
from features.city.lags import Habits
from features.city.rows import frame
from features.city.world import Chunk

SOURCE = "carbon_code"
HABITS = Habits(late=0.04, corrected=0.01, withdrawn=0.001, corrects="energy_per_output")
ABOVE_SCALE_CNY = 20_000_000 / 12
"""Monthly revenue from which industry counts as above scale (规模以上: 20 million a year)."""


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one code per assessed firm and year; K and L exist mostly above scale (工业碳效码)."""
    rng = chunk.stream(SOURCE)
    firm, month = yearly(chunk, assessed(chunk), calendar_month=12)
    green = trait(chunk)[firm, month]
    usual = industries.trait("emission")[chunk.per_firm(chunk.world.population.industry)[firm]]
    measured = _measured(chunk)[firm]
    own = np.exp(-0.40 * green + rng.normal(0, 0.25, len(firm)))
    energy = 0.35 * usual * np.exp(-0.35 * green + rng.normal(0, 0.28, len(firm)))
    return frame(
        chunk,
        firm,
        chunk.world.months.end(month),
        carbon_eff_k=np.where(measured, np.round(own, 3), np.nan),
        carbon_intensity_l=np.where(measured, np.round(own * usual, 3), np.nan),
        energy_per_output=np.round(energy, 4),
    )


def _measured(chunk: Chunk) -> Flags:
    above = chunk.per_firm(chunk.world.population.revenue_cny) >= ABOVE_SCALE_CNY
    return happens(chunk.stream(SOURCE, "measured"), np.where(above, 0.85, 0.08), len(above))
