"""Water and gas: what flows into workshops and kitchens, and bills that wait."""

import numpy as np
import pandas as pd

from features.city import industries
from features.city.activity import drift
from features.city.arrays import Floats, Ints, happens, sigmoid
from features.city.events import holders, months_of
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.world import Chunk

SOURCE = "water_gas"
HABITS = Habits(late=0.03, corrected=0.006, withdrawn=0.0004, corrects="volume_m3")
WATER_HELD, GAS_HELD = (0.50, 0.30, 0.35), (0.16, 0.12, 0.02)
"""Shares of enterprises, individual businesses and cooperatives with a meter of their own."""
WATER_M3_PER_HEAD, GAS_M3_PER_HEAD = 4.5, 30.0
PRICES_CNY = np.array([4.6, 3.9])
"""Per cubic metre, with the charge for waste water."""
THIRSTY = {"C17": 6.0, "C13": 3.0, "C26": 4.0, "H61": 4.0, "H62": 2.5, "A01": 3.0, "A03": 5.0}
"""Water used by some industries over that of most."""


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one metered month per meter: all water, then all gas."""
    rng = chunk.stream(SOURCE)
    held = {f"{SOURCE}/water": WATER_HELD, f"{SOURCE}/gas": GAS_HELD}
    meters = [months_of(chunk, holders(chunk, name, shares)) for name, shares in held.items()]
    firm, month = (np.concatenate(pair) for pair in zip(*meters, strict=True))
    utility = np.repeat([0, 1], [len(meter[0]) for meter in meters])
    count = len(firm)
    noise = np.exp(-1.7 - 0.3 * view(chunk, "water_volatility")[firm, month]) * rng.standard_normal(count)
    volume = np.round(_level(chunk, firm, month, utility) * np.exp(noise), 1)
    bill = np.round(volume * PRICES_CNY[utility], 2)
    unpaid = happens(rng, sigmoid(-2.7 - 0.9 * view(chunk, "water_unpaid")[firm, month]), count)
    return frame(
        chunk,
        firm,
        chunk.world.months.end(month),
        utility=utility,
        volume_m3=volume,
        bill_cny=bill,
        unpaid_cny=np.round(np.where(unpaid, bill * rng.uniform(0.3, 1.0, count), 0), 2),
    )


def _level(chunk: Chunk, firm: Ints, month: Ints, utility: Ints) -> Floats:
    """Return the usual volume of each metered month."""
    population = chunk.world.population
    own = chunk.stream(SOURCE, "own").lognormal(0, 0.5, len(chunk.firms))
    heads = chunk.per_firm(population.headcount) * own
    thirst = np.array([THIRSTY.get(industry.code, 1.0) for industry in industries.INDUSTRIES])
    water = WATER_M3_PER_HEAD * thirst[chunk.per_firm(population.industry)] * heads
    growth = 0.4 * drift(chunk, "activity") + drift(chunk, "water_growth", 0.12)
    usual = np.where(utility == 0, water[firm], GAS_M3_PER_HEAD * heads[firm])
    level: Floats = usual * np.exp(growth[firm, month])
    return level
