"""Electricity: machines that run, and bills that wait."""

import numpy as np
import pandas as pd

from features.city import industries
from features.city.activity import drift
from features.city.arrays import Floats, happens, sigmoid
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.world import Chunk

SOURCE = "electricity"
HABITS = Habits(late=0.03, corrected=0.008, withdrawn=0.0005, corrects="kwh")
PRICE_CNY_PER_KWH = 0.71
SUMMER = (1.0, 0.8, 0.95, 0.95, 1.0, 1.08, 1.18, 1.18, 1.05, 0.95, 0.95, 1.02)
"""Use of a calendar month over that of an average month."""


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one metered month per observed firm and month."""
    rng = chunk.stream(SOURCE)
    firm, month = chunk.observed(SOURCE)
    steadiness: Floats = np.exp(-2.0 - 0.55 * view(chunk, "power_volatility")[firm, month])
    used: Floats = _level(chunk)[firm, month] * np.exp(steadiness * rng.standard_normal(len(firm)))
    kwh: Floats = np.round(used, 1)
    dear = np.exp(-0.05 * view(chunk, "power_price")[firm, month] + 0.02 * rng.standard_normal(len(firm)))
    bill = np.round(kwh * PRICE_CNY_PER_KWH * dear, 2)
    unpaid = happens(rng, sigmoid(-2.4 - 1.25 * view(chunk, "power_unpaid")[firm, month]), len(firm))
    return frame(
        chunk,
        firm,
        chunk.world.months.end(month),
        kwh=kwh,
        bill_cny=bill,
        unpaid_cny=np.round(np.where(unpaid, bill * rng.uniform(0.3, 1.0, len(firm)), 0), 2),
    )


def _level(chunk: Chunk) -> Floats:
    """Return the usual kWh of every firm and month; shape (firms, months)."""
    population, months = chunk.world.population, chunk.world.months
    per_head = industries.trait("kwh_per_head")[chunk.per_firm(population.industry)]
    own = chunk.stream(SOURCE, "own").lognormal(0, 0.5, len(chunk.firms))
    usual = chunk.per_firm(population.headcount) * per_head * own
    weather = np.array(SUMMER)[months.calendar_month(np.arange(months.count)) - 1]
    growth = 0.5 * drift(chunk, "activity") + drift(chunk, "power_growth", 0.22)
    return usual[:, None] * weather * np.exp(growth)
