"""Recommendations of firms to banks: most become loans within days, some are declined, a few stay open."""

import numpy as np
import pandas as pd

from features.city.arrays import Ints, happens
from features.city.endings import NONE, ending
from features.city.events import days_of, strikes
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.sources import code
from features.city.themes import loan as tape
from features.city.world import Chunk

SOURCE = "loan_recommendation"
HABITS = Habits(late=0.02, corrected=0.003, withdrawn=0.0005, corrects="amount_cny")
TEXTS = {"bank": tape.BANKS}

RECOMMENDED_SHARE = 0.6
"""Of the loans on the tape, those that began with a recommendation."""
DECLINED_A_MONTH = 0.012
"""Recommendations a month that come to nothing, for a firm that looks usual to its bank."""
DECLINED_WITHIN_DAYS = (2, 24)
FORGOTTEN_SHARE = 0.02
"""Of recommendations, those on which no decision is ever reported."""
DOCUMENTS_TOLD_SHARE = 0.85
LONGEST_FOR_DOCUMENTS = 3
"""Days from the recommendation in which documents are complete."""
_days_told = ending(SOURCE, "decided_date", late=0.02)


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per recommendation, with the days on which documents and decision came."""
    rng = chunk.stream(SOURCE)
    begun = pd.concat([_lent(chunk, rng), _declined(chunk, rng)], ignore_index=True)
    count, day, decided = len(begun), begun["day"].to_numpy(), begun["decided"].to_numpy()
    documents = np.minimum(day + rng.integers(0, LONGEST_FOR_DOCUMENTS + 1, count), decided)
    return frame(
        chunk,
        begun["firm"].to_numpy(),
        day,
        bank=begun["bank"].to_numpy(),
        amount_cny=begun["amount"].to_numpy(),
        documents_date=np.where(happens(rng, DOCUMENTS_TOLD_SHARE, count), documents, NONE),
        decided_date=np.where(happens(rng, FORGOTTEN_SHARE, count), NONE, decided),
        decision=begun["decision"].to_numpy(),
    )


def revise(rng: np.random.Generator, reported: pd.DataFrame) -> pd.DataFrame:
    """Return the rows as reported: a version that knows no day of the decision knows no decision either."""
    told = _days_told(rng, reported)
    shown = told["available_day"]
    return told.assign(
        decision=told["decision"].where(told["decided_date"] >= 0, NONE),
        documents_date=told["documents_date"].where(told["documents_date"] <= shown, NONE),
    )


def _lent(chunk: Chunk, rng: np.random.Generator) -> pd.DataFrame:
    """Recommendations that became the loans of the tape: decided between application and disbursement."""
    loans = tape.rows(chunk)
    loans = loans[happens(rng, RECOMMENDED_SHARE, len(loans))]
    applied, paid = loans["application_date"].to_numpy(), loans["event_day"].to_numpy()
    waited = np.ceil(rng.random(len(loans)) ** 0.7 * (paid - applied)).astype(np.int64)
    return pd.DataFrame(
        {
            "firm": loans["firm"].to_numpy() - chunk.firms[0],
            "day": applied,
            "decided": applied + waited,
            "bank": loans["bank"].to_numpy(),
            "amount": loans["amount_cny"].to_numpy(),
            "decision": code(SOURCE, "decision", "APPROVED"),
        }
    )


def _declined(chunk: Chunk, rng: np.random.Generator) -> pd.DataFrame:
    """Recommendations that banks turned down: rather those of firms that look weak to them."""
    firm, month = strikes(chunk, rng, DECLINED_A_MONTH * np.exp(-0.6 * view(chunk, "bank_view")))
    day, count = days_of(chunk, rng, firm, month), len(firm)
    revenue: Ints = chunk.per_firm(chunk.world.population.revenue_cny)[firm]
    return pd.DataFrame(
        {
            "firm": firm,
            "day": day,
            "decided": day + rng.integers(*DECLINED_WITHIN_DAYS, count),
            "bank": rng.integers(0, len(tape.BANKS), count),
            "amount": np.maximum(1, np.rint(revenue * rng.lognormal(0.5, 0.7, count) / 1e4)) * 1e4,
            "decision": code(SOURCE, "decision", "DECLINED"),
        }
    )
