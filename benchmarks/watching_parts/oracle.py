"""What the city's oracle says of the champion's probabilities: the truth without the noise of few bads."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

Found = dict[str, Any]
LEAST_RATIO, MOST_RATIO = 0.8, 1.25
"""Predicted over true rate of default outside of which an alert of calibration is right."""


def scored(city: Path, home: Path) -> pd.DataFrame:
    """Loans that the monitor scored: application, predicted and true probability of default."""
    newest = max((home / "monitor").glob("as_of=*/loans.parquet"))
    predicted = pd.read_parquet(newest, columns=["loan_id", "pd_"]).set_index("loan_id")
    true = pd.read_parquet(city / "oracle" / "oracle_pd.parquet").set_index("record_id")
    return predicted.join(true[["application_date", "oracle_pd"]], how="inner")


def ratio(loans: pd.DataFrame, quarter: str) -> float | None:
    """Predicted over true rate of default of a quarter's loans; None where the subject is no quarter."""
    quarters = pd.to_datetime(loans["application_date"]).dt.to_period("Q").astype("str")
    part = loans[(quarters == quarter).to_numpy()]
    return float(part["pd_"].mean() / part["oracle_pd"].mean()) if len(part) else None


def is_right(loans: pd.DataFrame, alarm: Found) -> bool:
    """Whether an alarm says what is so, as far as the oracle can tell: of calibration, nothing else."""
    found = ratio(loans, alarm["subject"]) if alarm["kind"] == "calibration_off" else None
    return found is not None and not LEAST_RATIO <= found <= MOST_RATIO


def expected_auc(score: pd.Series, risk: pd.Series) -> float:
    """The AUC that a score is expected to have where each loan defaults with its own chance."""
    bad, good = risk.to_numpy(), 1 - risk.to_numpy()
    place = rankdata(score.to_numpy(), method="dense").astype(np.int64) - 1
    at = np.bincount(place, weights=good)
    below = (np.cumsum(at) - at / 2)[place]
    own = bad * good
    return float(((bad * below).sum() - own.sum() / 2) / (bad.sum() * good.sum() - own.sum()))


def estimate_beside_truth(loans: pd.DataFrame) -> Found:
    """The AUC that the probabilities promise, and the one that the oracle expects of them."""
    estimated = expected_auc(loans["pd_"], loans["pd_"])
    true = expected_auc(loans["pd_"], loans["oracle_pd"])
    return {"loans": len(loans), "estimated": estimated, "true": true, "error": estimated - true}
