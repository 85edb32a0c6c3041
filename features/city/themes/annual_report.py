"""Annual reports: filed from January to June of the next year, some later, some never, some half hidden."""

import numpy as np
import pandas as pd

from features.city.activity import turnover
from features.city.arrays import Floats, Ints, happens, sigmoid
from features.city.endings import NONE
from features.city.green import yearly
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.world import Chunk

SOURCE = "annual_report"
HABITS = Habits(corrected=0.012, corrects="revenue_cny")
DEADLINE_MONTHS = 6
"""Months from December to June, whose last day is the last for filing (企业信息公示暂行条例 第八条)."""
HIDDEN_SHARE = 0.42
"""Of the firms, those that choose not to show their accounts (第九条)."""
HIDDEN_STAFF_SHARE = 0.25


def filings(chunk: Chunk) -> tuple[Ints, Ints, Ints]:
    """Return firm, December and day of filing of every report due; `NONE` where it is never filed."""
    rng = chunk.stream(SOURCE, "filing")
    firm, month = yearly(chunk, np.ones(len(chunk.firms), dtype=bool), calendar_month=12)
    seen, year_end = view(chunk, "annual_report")[firm, month], chunk.world.months.end(month)
    missed = happens(rng, sigmoid(-2.6 - 0.9 * seen), len(firm))
    never = missed & happens(rng, 0.45, len(firm))
    last = deadline(chunk, month)
    early = year_end + np.rint((last - year_end) * rng.beta(4, 1.3, len(firm))).astype(np.int64)
    late = last + 1 + rng.integers(0, 240, len(firm))
    day = np.where(missed, late, np.maximum(early, year_end + 5))
    gone = day > chunk.world.months.end(chunk.per_firm(chunk.world.distress.death_month)[firm])
    return firm, month, np.where(never | gone, NONE, day)


def deadline(chunk: Chunk, december: Ints) -> Ints:
    """Return the last day for filing the report of each year, given by its December."""
    return chunk.world.months.end(december + DEADLINE_MONTHS)


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return the reports filed, known on the day of filing."""
    rng = chunk.stream(SOURCE)
    due = filings(chunk)
    firm, month, filed = (values[due[2] != NONE] for values in due)
    count, year_end = len(firm), chunk.world.months.end(month)
    hidden = happens(chunk.stream(SOURCE, "hidden"), HIDDEN_SHARE, len(chunk.firms))[firm]
    revenue = _year_of_turnover(chunk, firm, month) * np.exp(0.2 * rng.standard_normal(count))
    assets = revenue * np.exp(-0.2 + 0.6 * rng.standard_normal(count))
    debt = sigmoid(0.1 - 0.45 * view(chunk, "leverage")[firm, month] + 0.7 * rng.standard_normal(count))
    heads = np.maximum(1, np.rint(_heads(chunk)[firm] * np.exp(0.25 * rng.standard_normal(count))))
    return frame(
        chunk,
        firm,
        year_end,
        available_day=filed,
        employees=np.where(happens(rng, HIDDEN_STAFF_SHARE, count), -1, heads),
        assets_cny=np.where(hidden, np.nan, np.round(assets, 2)),
        liabilities_cny=np.where(hidden, np.nan, np.round(1.15 * assets * debt, 2)),
        revenue_cny=np.where(hidden, np.nan, np.round(revenue, 2)),
        filed_late=(filed > deadline(chunk, month)).astype(np.int64),
    )


def _heads(chunk: Chunk) -> Floats:
    return chunk.per_firm(chunk.world.population.headcount)


def _year_of_turnover(chunk: Chunk, firm: Ints, month: Ints) -> Floats:
    """Return twelve times the usual turnover of the months up to each December, at most twelve of them."""
    before = np.pad(np.cumsum(turnover(chunk), axis=1, dtype=np.float64), ((0, 0), (1, 0)))
    first = np.maximum(month - 11, 0)
    total: Floats = (before[firm, month + 1] - before[firm, first]) / (month + 1 - first)
    return 12 * total
