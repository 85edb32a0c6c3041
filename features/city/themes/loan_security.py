"""What secures each loan, and what its guarantee costs."""

import numpy as np
import pandas as pd

from features.city.arrays import happens
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.sources import code
from features.city.themes import loan as tape
from features.city.world import Chunk

SOURCE = "loan_security"
HABITS = Habits(late=0.0, corrected=0.003, withdrawn=0.0, corrects="fee_rate")
TEXTS = {"loan_id": "LN"}

TOLD_SHARE = 0.96
"""Of the loans on the tape, those whose security the bank reports."""
UNSECURED_LEVEL, UNSECURED_SLOPE = -1.1, 0.35
"""Share of loans on credit alone, as log-odds, and how it rises with how healthy the firm looks."""
OTHER_SHARES = (0.45, 0.42, 0.13)
"""Guaranteed, mortgaged and pledged among the secured loans."""
GUARANTOR_SHARES = (0.45, 0.15, 0.40)
"""Government body, commercial company and another guarantor among the guaranteed loans."""
USUAL_FEE = (0.0078, 0.019)
FEE_DEVIATION = (0.0014, 0.004)
"""Of government bodies and commercial companies; other guarantors mostly ask for none."""
FEE_TOLD_SHARE = 0.9
GUARANTEED_PARTS = (0.8, 1.0)


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per loan whose security is reported."""
    rng = chunk.stream(SOURCE)
    loans = tape.rows(chunk)
    loans = loans[happens(rng, TOLD_SHARE, len(loans))]
    firm, count = loans["firm"].to_numpy() - chunk.firms[0], len(loans)
    seen = view(chunk, "bank_view")[firm, loans["health_month"].to_numpy()]
    on_credit = rng.random(count) < 1 / (1 + np.exp(-(UNSECURED_LEVEL + UNSECURED_SLOPE * seen)))
    manner = np.where(on_credit, 0, 1 + rng.choice(3, count, p=OTHER_SHARES))
    guaranteed = manner == code(SOURCE, "manner", "GUARANTEED")
    guarantor = np.where(guaranteed, rng.choice(3, count, p=GUARANTOR_SHARES), -1)
    company = np.where(guarantor == code(SOURCE, "guarantor", "COMMERCIAL"), 1, 0)
    fee = np.array(USUAL_FEE)[company] + np.array(FEE_DEVIATION)[company] * rng.standard_normal(count)
    charged = guaranteed & (guarantor != code(SOURCE, "guarantor", "OTHER"))
    told = charged & happens(rng, FEE_TOLD_SHARE, count)
    amount = loans["amount_cny"].to_numpy() * rng.choice(GUARANTEED_PARTS, count)
    return frame(
        chunk,
        firm,
        loans["event_day"].to_numpy(),
        loan_id=loans["record"].to_numpy(),
        manner=manner,
        guarantor=guarantor,
        guaranteed_cny=np.where(guaranteed, np.round(amount, 2), np.nan),
        fee_rate=np.where(told, np.round(np.clip(fee, 0.002, 0.04), 4), np.nan),
    )
