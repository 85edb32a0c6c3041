"""Monthly performance of the loans: what is owed, how late, and in which class."""

import numpy as np
import pandas as pd

from features.city.arrays import Floats, Ints, happens
from features.city.distress import NEVER
from features.city.lags import Habits
from features.city.rows import frame
from features.city.sources import code
from features.city.themes import loan as tape
from features.city.world import Chunk

SOURCE = "loan_performance"
HABITS = Habits(late=0.0, corrected=0.002, withdrawn=0.0, corrects="balance_cny")
TEXTS = {"loan_id": "LN"}

KEPT_AFTER_DEFAULT_MONTHS = 12
"""Month ends for which a defaulted loan is still reported."""
FIRST_STOP_AFTER_PAYOUT = 2
"""Month ends from disbursement to the first on which a loan can be 31 days past due."""
SLIP_SHARE = 0.02
"""Share of month ends on which a paying firm is 1 to 29 days late."""
LAPSE_SHARE = 0.003
"""Share of month ends on which it is 30 to 60 days late and then cures."""
DAYS_A_MONTH = 30.6
"""Gives 31, 61, 92, 122, 153 ... days past due at the month ends that follow a stop."""
CLASS_DAYS = (0, 90, 270, 360)
"""Days past due beyond which each worse class begins (风险分类办法 2023: overdue, 90, 270, 360 days)."""


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per loan and month end, from disbursement to maturity or long after a default."""
    rng = chunk.stream(SOURCE)
    loans = tape.rows(chunk)
    stop = stop_month(chunk, loans)
    first, last = loans["paid_month"].to_numpy(), _last_month(chunk, loans, stop)
    loan = np.repeat(np.arange(len(loans)), np.maximum(last - first + 1, 0))
    month = first[loan] + np.arange(len(loan)) - np.searchsorted(loan, loan)
    dpd = _days_past_due(rng, loan, month, stop[loan])
    return frame(
        chunk,
        loans["firm"].to_numpy()[loan] - chunk.firms[0],
        chunk.world.months.end(month),
        loan_id=loans["record"].to_numpy()[loan],
        balance_cny=_balance(loans.iloc[loan], month, stop[loan]),
        dpd=dpd,
        risk_class=np.searchsorted(CLASS_DAYS, dpd),
    )


def stop_month(chunk: Chunk, loans: pd.DataFrame) -> Ints:
    """Return the month end on which each loan is first 31 days past due for good, NEVER where none is."""
    firm, asked = loans["firm"].to_numpy(), loans["health_month"].to_numpy()
    stop = chunk.world.next_stop[firm, asked].astype(np.int64)
    reached = stop <= loans["paid_month"].to_numpy() + loans["term_months"].to_numpy() + 1
    earliest = loans["paid_month"].to_numpy() + FIRST_STOP_AFTER_PAYOUT
    return np.where(reached, np.maximum(stop, earliest), NEVER)


def _last_month(chunk: Chunk, loans: pd.DataFrame, stop: Ints) -> Ints:
    maturity = loans["paid_month"].to_numpy() + loans["term_months"].to_numpy()
    last = np.where(stop < NEVER, stop + 2 + KEPT_AFTER_DEFAULT_MONTHS, maturity)
    return np.minimum(last, chunk.world.months.count - 1)


def _days_past_due(rng: np.random.Generator, loan: Ints, month: Ints, stop: Ints) -> Ints:
    """Return days past due: 31, 61, 92 ... after a stop; now and then a slip or a lapse before."""
    since = month - stop
    stopped = np.rint(DAYS_A_MONTH * (since + 1)).astype(np.int64)
    lapse = happens(rng, LAPSE_SHARE, len(loan)) & (np.roll(loan, 1) == loan)
    days = np.where(happens(rng, SLIP_SHARE, len(loan)), rng.integers(1, 30, len(loan)), 0)
    depth = rng.integers(31, 59, len(loan))
    days = np.where(np.roll(lapse, -1), np.roll(depth, -1) - 30, days)
    return np.where(since >= 0, stopped, np.where(lapse, depth, days))


def _balance(loan: pd.DataFrame, month: Ints, stop: Ints) -> Floats:
    """Return principal outstanding: falling in instalments, or whole until maturity; frozen by a stop."""
    paid_months = np.minimum(month, stop - 2) - loan["paid_month"].to_numpy()
    left = 1 - np.maximum(paid_months, 0) / loan["term_months"].to_numpy()
    bullet = loan["repayment"].to_numpy() == code("loan", "repayment", "BULLET")
    share = np.where(bullet, left > 0, np.maximum(left, 0))
    return np.round(loan["amount_cny"].to_numpy() * share, 2)
