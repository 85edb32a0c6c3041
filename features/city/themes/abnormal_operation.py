"""The list of abnormal operations: reports not filed by July, doors that nobody opens, facts withheld."""

import numpy as np
import pandas as pd

from features.city.arrays import Ints, happens
from features.city.endings import NONE, end_days, ending
from features.city.events import after_stops, days_of, strikes, together
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.sources import code
from features.city.themes.annual_report import deadline, filings
from features.city.world import Chunk

SOURCE = "abnormal_operation"
HABITS = Habits(late=0.02, withdrawn=0.002)
LISTED_SHARE = 0.8
"""Of the firms that miss 30 June, those that are listed in July (企业信息公示暂行条例 第十七条)."""
FOUND_AGAIN_SHARE = 0.6
UNREACHABLE_AFTER_STOP = 0.15
revise = ending(SOURCE, "removed_date")


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per listing, with the day of its removal."""
    rng = chunk.stream(SOURCE)
    firm, day, removed = _unreported(chunk, rng)
    others = _others(chunk, rng)
    reason = np.full(len(firm), code(SOURCE, "reason", "NO_ANNUAL_REPORT"))
    return frame(
        chunk,
        np.concatenate([firm, others[0]]),
        np.concatenate([day, others[1]]),
        reason=np.concatenate([reason, others[2]]),
        removed_date=np.concatenate([removed, others[3]]),
    )


def _unreported(chunk: Chunk, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """List firms in July for a report that is missing; filing it takes them off the list."""
    firm, month, filed = filings(chunk)
    listed = deadline(chunk, month) + rng.integers(1, 25, len(firm))
    death = chunk.per_firm(chunk.world.distress.death_month)[firm]
    missing = ((filed == NONE) | (filed >= listed)) & (chunk.world.months.end(death) > listed)
    chosen = missing & happens(rng, LISTED_SHARE, len(firm))
    removed = np.where(filed == NONE, NONE, filed + rng.integers(1, 15, len(firm)))
    return firm[chosen], listed[chosen], removed[chosen]


def _others(chunk: Chunk, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
    """List firms that cannot be found, more of them after a stop, and a few that hide or lie."""
    rate = np.exp(-6.7 - 0.9 * view(chunk, "address"))
    after = after_stops(chunk, rng, UNREACHABLE_AFTER_STOP, (3, 9))
    firm, month = together(strikes(chunk, rng, rate), after)
    day = days_of(chunk, rng, firm, month)
    names = ("UNREACHABLE_ADDRESS", "INFORMATION_WITHHELD", "FALSE_INFORMATION")
    reasons = np.array([code(SOURCE, "reason", name) for name in names])
    reason = reasons[rng.choice(3, len(firm), p=(0.8, 0.15, 0.05))]
    again = happens(rng, FOUND_AGAIN_SHARE, len(firm))
    return firm, day, reason, end_days(rng, day, again, (20, 500))
