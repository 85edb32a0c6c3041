"""Tax arrears: what was due and not paid, the late fee that grows, and the day it is settled."""

import numpy as np
import pandas as pd

from features.city import industries
from features.city.activity import turnover
from features.city.arrays import Floats, Ints, happens
from features.city.endings import NONE, end_days, ending
from features.city.events import after_stops, strikes, together
from features.city.lags import Habits
from features.city.rows import CORRECTED, frame
from features.city.signals import view
from features.city.world import Chunk

SOURCE = "tax_arrears"
HABITS = Habits(late=0.05, withdrawn=0.002)
KIND_SHARES = (0.55, 0.25, 0.12, 0.08)
LATE_FEE_PER_DAY = 0.0005
"""Share of the tax owed that every day adds (税收征收管理法 第三十二条)."""
ARREARS_AFTER_STOP = 0.5
SETTLED_SHARE = 0.75
FEE_UNTIL_REPORT_DAYS = 30
_ends = ending(SOURCE, "settled_date")


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per arrear, due on the 15th, with the day of its settlement."""
    rng = chunk.stream(SOURCE)
    usual = strikes(chunk, rng, np.exp(-5.2 - 0.8 * view(chunk, "arrears_notice")))
    firm, month = together(usual, after_stops(chunk, rng, ARREARS_AFTER_STOP, (2, 8)))
    due, count = chunk.world.months.start(month) + 14, len(firm)
    due = np.maximum(due, chunk.per_firm(chunk.world.population.birth_day)[firm])
    amount = np.round(_owed(chunk, firm, month) * rng.lognormal(0, 0.8, count) + 100, 2)
    return frame(
        chunk,
        firm,
        due,
        tax_kind=rng.choice(len(KIND_SHARES), count, p=KIND_SHARES),
        amount_cny=amount,
        late_fee_cny=np.round(amount * LATE_FEE_PER_DAY * FEE_UNTIL_REPORT_DAYS, 2),
        settled_date=end_days(rng, due, happens(rng, SETTLED_SHARE, count), (10, 400)),
    )


def _owed(chunk: Chunk, firm: Ints, month: Ints) -> Floats:
    """Return the usual tax of a quarter."""
    margin = industries.trait("margin")[chunk.per_firm(chunk.world.population.industry)[firm]]
    owed: Floats = 3 * turnover(chunk)[firm, month].astype(np.float64) * (0.02 + 0.05 * margin)
    return owed


def revise(rng: np.random.Generator, reported: pd.DataFrame) -> pd.DataFrame:
    """Add the versions that tell of settlement, with the late fee up to that day."""
    versions = _ends(rng, reported)
    settled = (versions["settled_date"] != NONE) & (versions["op"] == CORRECTED)
    days = versions["settled_date"] - versions["event_day"]
    fee = (versions["amount_cny"] * LATE_FEE_PER_DAY * days).round(2)
    return versions.assign(late_fee_cny=versions["late_fee_cny"].where(~settled, fee))
