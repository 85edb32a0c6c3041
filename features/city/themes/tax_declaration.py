"""Tax declarations: what a firm says it sold, what it paid, owes, and how late it says so."""

import numpy as np
import pandas as pd

from features.city import industries
from features.city.activity import drift, turnover
from features.city.arrays import Floats, Ints, happens, sigmoid
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.world import Chunk

SOURCE = "tax_declaration"
HABITS = Habits(late=0.05, corrected=0.012, withdrawn=0.0005, corrects="revenue_cny")


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one declaration per observed firm and month."""
    rng = chunk.stream(SOURCE)
    firm, month = _declared(chunk, rng)
    count = len(firm)
    sold = turnover(chunk)[firm, month] * np.exp(drift(chunk, "sales_growth")[firm, month])
    hidden = -0.17 * view(chunk, "declared_gap")[firm, month] + 0.15 * rng.standard_normal(count)
    revenue: Floats = np.round(sold * np.exp(hidden), 2)
    margin = industries.trait("margin")[chunk.per_firm(chunk.world.population.industry)[firm]]
    burden: Floats = (0.02 + 0.05 * margin) * np.exp(
        0.28 * view(chunk, "tax_burden")[firm, month] + 0.4 * rng.standard_normal(count)
    )
    owing = happens(rng, sigmoid(-2.6 - 1.3 * view(chunk, "tax_arrears")[firm, month]), count)
    late = happens(rng, sigmoid(-2.3 - 1.2 * view(chunk, "late_declaration")[firm, month]), count)
    return frame(
        chunk,
        firm,
        chunk.world.months.end(month),
        revenue_cny=revenue,
        tax_paid_cny=np.round(revenue * burden * np.where(owing, 0.4, 1.0), 2),
        arrears_cny=np.round(np.where(owing, revenue * burden * rng.uniform(0.5, 3, count), 0), 2),
        late_days=np.where(late, 1 + rng.geometric(0.12, count), 0),
    )


def _declared(chunk: Chunk, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return firm and month of all declarations: firms in trouble leave some out."""
    firm, month = chunk.observed(SOURCE)
    skipped = sigmoid(-3.4 - 1.4 * view(chunk, "skipped_declaration")[firm, month])
    made = ~happens(rng, skipped, len(firm))
    return firm[made], month[made]
