"""What happens to loans beside payment: renewals at maturity, restructurings, write-offs, debt evasion."""

import numpy as np
import pandas as pd

from features.city.arrays import Floats, Ints, happens, sigmoid
from features.city.distress import NEVER
from features.city.events import FEW
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.sources import code
from features.city.themes import loan as tape
from features.city.themes.loan_performance import stop_month
from features.city.world import Chunk

SOURCE = "loan_event"
HABITS = Habits(late=0.0, corrected=0.004, withdrawn=0.003, corrects="amount_cny")
TEXTS = {"loan_id": "LN"}

WRITTEN_OFF_SHARE, WRITTEN_OFF_MONTHS = 0.45, (8, 20)
"""Of stopped loans, and in which months after the stop: long after the ninety days have passed."""
EVASION_SHARE, EVASION_MONTHS = 0.03, (4, 10)
RESTRUCTURED_SHARE, RESTRUCTURED_MONTHS = 0.12, (1, 6)
QUIETLY_RESTRUCTURED_SHARE = 0.004
"""Of loans that never stopped, for a firm that looks usual to its bank; the weak-looking more often."""
RELIEF_SHARE = 0.03
"""Of bullet loans that fall due, for a firm that looks usual to its bank; the weak-looking more often."""
RENEWED_LEVEL, RENEWED_SLOPE = -0.6, 0.9
"""Log-odds of a plain renewal at maturity, and how they rise with how healthy the firm looks."""
SIGNED_BEFORE_DAYS = (1, 21)
"""A renewal is signed before the old loan falls due (金规〔2024〕13号)."""


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per event; a loan may have several."""
    rng = chunk.stream(SOURCE)
    loans = tape.rows(chunk)
    loans = loans.assign(stop=stop_month(chunk, loans), told=loans["amount_cny"])
    parts = [
        *_after_stop(chunk, rng, loans),
        _quietly_restructured(chunk, rng, loans),
        *_renewals(chunk, rng, loans),
    ]
    events = _at_least_a_few(chunk, loans, pd.concat(parts, ignore_index=True))
    events = events[events["day"] <= chunk.world.months.last_day]
    return frame(
        chunk,
        events["firm"].to_numpy() - chunk.firms[0],
        events["day"].to_numpy(),
        loan_id=events["record"].to_numpy(),
        kind=events["kind"].to_numpy(),
        amount_cny=events["told"].to_numpy(),
    )


def _events(loans: pd.DataFrame, kind: str, day: Ints) -> pd.DataFrame:
    return loans[["firm", "record", "told"]].assign(kind=code(SOURCE, "kind", kind), day=day)


def _after_stop(chunk: Chunk, rng: np.random.Generator, loans: pd.DataFrame) -> list[pd.DataFrame]:
    """Draw what banks do about loans on which nobody pays any more."""
    stopped = loans[loans["stop"] < NEVER]
    kinds = (
        ("WRITTEN_OFF", WRITTEN_OFF_SHARE, WRITTEN_OFF_MONTHS),
        ("DEBT_EVASION", EVASION_SHARE, EVASION_MONTHS),
        ("RESTRUCTURED", RESTRUCTURED_SHARE, RESTRUCTURED_MONTHS),
    )
    parts = []
    for kind, share, (first, last) in kinds:
        struck = stopped[happens(rng, share, len(stopped))]
        month = struck["stop"].to_numpy() + rng.integers(first, last + 1, len(struck))
        day = chunk.world.months.start(month) + rng.integers(0, 28, len(struck))
        amount = np.full(len(struck), np.nan) if kind == "DEBT_EVASION" else struck["told"].to_numpy()
        parts.append(_events(struck.assign(told=amount), kind, day))
    return parts


def _quietly_restructured(chunk: Chunk, rng: np.random.Generator, loans: pd.DataFrame) -> pd.DataFrame:
    """Draw restructurings that came in time: half-way through loans that are then paid."""
    month = loans["paid_month"].to_numpy() + loans["term_months"].to_numpy() // 2
    chance = QUIETLY_RESTRUCTURED_SHARE * np.exp(-1.1 * _looks(chunk, loans, month))
    struck = happens(rng, chance, len(loans)) & (loans["stop"].to_numpy() == NEVER)
    day = chunk.world.months.start(month) + rng.integers(0, 28, len(loans))
    return _events(loans[struck], "RESTRUCTURED", day[struck])


def _renewals(chunk: Chunk, rng: np.random.Generator, loans: pd.DataFrame) -> list[pd.DataFrame]:
    """Draw how bullet loans on which all was paid are carried on when they fall due."""
    bullet = loans["repayment"].to_numpy() == code(tape.SOURCE, "repayment", "BULLET")
    due = loans[bullet & (loans["stop"].to_numpy() == NEVER)]
    looks = _looks(chunk, due, due["paid_month"].to_numpy() + due["term_months"].to_numpy())
    day = due["maturity_date"].to_numpy() - rng.integers(*SIGNED_BEFORE_DAYS, len(due))
    relief = happens(rng, np.minimum(RELIEF_SHARE * np.exp(-1.3 * looks), 0.5), len(due))
    plain = happens(rng, sigmoid(RENEWED_LEVEL + RENEWED_SLOPE * looks), len(due)) & ~relief
    return [
        _events(due[plain], "RENEWED_WITHOUT_REPAYMENT", day[plain]),
        _events(due[relief], "RENEWED_WITH_RELIEF", day[relief]),
    ]


def _looks(chunk: Chunk, loans: pd.DataFrame, month: Ints) -> Floats:
    """Return how healthy each firm looks to its bank in a month, at the latest in the window's last."""
    firm = loans["firm"].to_numpy() - chunk.firms[0]
    return view(chunk, "bank_view")[firm, np.minimum(month, chunk.world.months.count - 1)]


def _at_least_a_few(chunk: Chunk, loans: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Return the events, early renewals added where the smallest of cities would have next to none."""
    seen = (events["day"] <= chunk.world.months.last_day).sum()
    if chunk.index or seen >= FEW:
        return events
    first = loans.sort_values("event_day", kind="stable").head(FEW)
    early = _events(first, "RENEWED_WITHOUT_REPAYMENT", first["event_day"].to_numpy() + 30)
    return pd.concat([events, early], ignore_index=True)
