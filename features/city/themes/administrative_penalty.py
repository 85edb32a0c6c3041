"""Administrative penalties: carelessness more than poverty, and often repaired."""

import numpy as np
import pandas as pd

from features.city.arrays import spread_days
from features.city.lags import Habits
from features.city.rows import WITHDRAWN, frame
from features.city.signals import view
from features.city.world import Chunk

SOURCE = "administrative_penalty"
HABITS = Habits(late=0.05, corrected=0.01, withdrawn=0.0, corrects="fine_cny")
USUAL_LOG_RATE = -4.0
AUTHORITY_SHARES = (0.18, 0.30, 0.16, 0.10, 0.10, 0.10, 0.06)
SEVERITY_SHARES = (0.62, 0.33, 0.05)
REPAIRED_SHARE = 0.35
FIRST_REPAIR_DAYS = np.array([90, 180, 365])
"""Days of publication before repair, by severity (信用修复管理办法: 3 months, 1 to 3 years)."""


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return the penalties against the chunk's firms."""
    rng = chunk.stream(SOURCE)
    rate = np.exp(USUAL_LOG_RATE - 1.1 * view(chunk, "penalty")) * chunk.world.alive[chunk.rows]
    firm, month = np.nonzero(rng.random(rate.shape) < rate)
    severity = rng.choice(3, len(firm), p=SEVERITY_SHARES)
    months = chunk.world.months
    return frame(
        chunk,
        firm,
        spread_days(rng, months.start(month), months.end(month)),
        authority=rng.choice(7, len(firm), p=AUTHORITY_SHARES),
        severity=severity,
        fine_cny=np.rint(np.array([2e3, 1.5e4, 1e5])[severity] * rng.lognormal(0, 0.7, len(firm))),
    )


def revise(rng: np.random.Generator, reported: pd.DataFrame) -> pd.DataFrame:
    """Add the withdrawals by which repaired penalties leave the public record."""
    latest = reported.drop_duplicates("record", keep="last")
    repaired = latest[rng.random(len(latest)) < REPAIRED_SHARE]
    wait = FIRST_REPAIR_DAYS[repaired["severity"].to_numpy()] + rng.integers(0, 400, len(repaired))
    gone = repaired.assign(available_day=repaired["available_day"] + wait, op=WITHDRAWN)
    return pd.concat([reported, gone], ignore_index=True)
