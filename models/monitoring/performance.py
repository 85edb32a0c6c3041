"""How a model does as labels come in: loans of one month or quarter together, each cohort once it is mature.

A *scored loan* is a row of a frame indexed by loan: `entity_id`, `application_date`, `bad` (Int64; missing
while nobody knows), `pd_` (the model's probability of default from what was known on the day of the
application), `group` (the firm's company group), and the words it is told apart by (`bank`, `industry`,
`size`, `district`). Two more columns may be there: `window_end`, the last day of its performance window, and
`seen`, true for loans that the model learnt from. Those are left out everywhere here: on them any model looks
good.
"""

from typing import Literal

import numpy as np
import pandas as pd

from models.delong import auc_interval
from models.metrics import Estimate, wilson

Every = Literal["month", "quarter"]
PERIODS: dict[str, str] = {"month": "M", "quarter": "Q"}

LEAST_KNOWN = 0.85
"""Share of a cohort's loans with a known outcome from which it counts as mature.

Outcomes come a year or more after the loan, and of a few loans never, so that all of them is too much to ask.
"""

FEWEST_BADS = 10
"""Bads (and goods) of a cohort from which anything is said of it."""

FIGURES = (
    "predicted",
    "observed",
    "auc",
    "auc_low",
    "auc_high",
    "ratio",
    "ratio_low",
    "ratio_high",
)


def by_cohort(
    loans: pd.DataFrame,
    as_of: pd.Timestamp,
    every: Every = "quarter",
    *,
    least_known: float = LEAST_KNOWN,
    fewest_bads: int = FEWEST_BADS,
) -> pd.DataFrame:
    """Discrimination and calibration of each cohort of applications, oldest first.

    Args:
        loans: Scored loans, their outcomes as known on `as_of`.
        as_of: Later applications do not count.
        every: Which applications stand together.
        least_known: Share of known outcomes from which a cohort is mature.
        fewest_bads: Bads and goods from which figures are told.

    Returns:
        `cohort` (2025-03 or 2025Q1), `loans`, `due` (loans whose window is over; missing where the frame does
        not say), `known` (loans with an outcome), `known_share`, `mature`, `bads`; `predicted` (mean
        probability of default of the loans with an outcome) and `observed` (their rate of default); `auc`
        with a 95 % interval over company groups; `ratio` (predicted over observed; below 1 the model is too
        kind) with the interval that the observed rate's leaves (Wilson). The figures are missing, not zero,
        where the cohort is not mature or has too few bads or goods.
    """
    judged = unseen(loans, as_of)
    parts = judged.groupby(cohort_of(judged, every))
    rows = [
        {"cohort": str(name)} | _counts(part, as_of, least_known) | _figures(part, least_known, fewest_bads)
        for name, part in parts
    ]
    counted = ["loans", "due", "known", "known_share", "mature", "bads"]
    return pd.DataFrame(rows, columns=["cohort", *counted, *FIGURES]).astype({"due": "Int64"})


def unseen(loans: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The loans applied for until a day that the model did not learn from."""
    kept = loans[(loans["application_date"] <= as_of).to_numpy()]
    return kept[~kept["seen"].to_numpy(dtype=bool)] if "seen" in kept else kept


def cohort_of(loans: pd.DataFrame, every: Every) -> pd.Series:
    """The month or quarter of each application, as words in the order of time."""
    return loans["application_date"].dt.to_period(PERIODS[every]).astype("str")


def in_mature_cohorts(
    loans: pd.DataFrame, every: Every = "quarter", *, least_known: float = LEAST_KNOWN
) -> pd.DataFrame:
    """The loans with a known outcome whose cohort is mature.

    In a cohort that is not, loans with a short window are known first, and nobody should judge by them alone.
    """
    known = loans["bad"].notna()
    share = known.groupby(cohort_of(loans, every)).transform("mean")
    return loans[(known & (share >= least_known)).to_numpy()]


def calibration_interval(bad: "pd.Series[int]", pd_: pd.Series) -> Estimate | None:
    """Predicted over observed rate of default; None without any bad.

    The interval is that of the observed rate (Wilson), with the predicted one taken as given.
    """
    bads = int(bad.sum())
    if not bads:
        return None
    rate, predicted = wilson(bads, len(bad)), float(pd_.mean())
    return Estimate(predicted / rate.value, predicted / rate.high, predicted / rate.low)


def _counts(part: pd.DataFrame, as_of: pd.Timestamp, least_known: float) -> dict[str, object]:
    known = int(part["bad"].notna().sum())
    share = known / len(part)
    return {
        "loans": len(part),
        "due": int((part["window_end"] <= as_of).sum()) if "window_end" in part else pd.NA,
        "known": known,
        "known_share": share,
        "mature": share >= least_known,
        "bads": int(part["bad"].sum()),
    }


def _figures(part: pd.DataFrame, least_known: float, fewest_bads: int) -> dict[str, float]:
    """The figures of a mature cohort with enough of both classes; nothing of others."""
    known = part[part["bad"].notna()]
    bad = known["bad"].astype("int64")
    if len(known) < least_known * len(part) or min(bad.sum(), len(bad) - bad.sum()) < fewest_bads:
        return dict.fromkeys(FIGURES, np.nan)
    area = auc_interval(bad, known["pd_"], known["group"])
    told = {"predicted": float(known["pd_"].mean()), "observed": float(bad.mean())}
    return told | _named("auc", area) | _named("ratio", calibration_interval(bad, known["pd_"]))


def _named(name: str, found: Estimate | None) -> dict[str, float]:
    if found is None:
        return {}
    return {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
