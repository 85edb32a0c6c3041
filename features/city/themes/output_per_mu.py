"""Output per mu: the yearly class in which health and green mix, and the green factories."""

import numpy as np
import pandas as pd

from features.city.assessments import flag, place
from features.city.green import assessed, trait, yearly
from features.city.lags import Habits
from features.city.rows import frame
from features.city.world import Chunk

SOURCE = "output_per_mu"
HABITS = Habits(late=0.04, corrected=0.01, withdrawn=0.001, corrects="tax_per_mu_cny")
CUTS = (-1.2, -0.2, 0.8)
USUAL_TAX_PER_MU_CNY = 110_000.0


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one assessment per assessed firm and year, dated 31 December."""
    rng = chunk.stream(SOURCE)
    firm, month = yearly(chunk, assessed(chunk), calendar_month=12)
    green, health = trait(chunk)[firm, month], chunk.world.health.total[chunk.rows][firm, month]
    quality = 0.5 * green + 0.4 * health + rng.normal(0, 0.6, len(firm))
    tax = USUAL_TAX_PER_MU_CNY * np.exp(0.45 * quality + rng.normal(0, 0.8, len(firm)))
    return frame(
        chunk,
        firm,
        chunk.world.months.end(month),
        output_per_mu_class=place(quality, CUTS),
        tax_per_mu_cny=np.round(tax, 2),
        green_factory=flag(rng, -3.4 + 1.5 * green),
    )
