"""Labels from the loan tape, as known on a day."""

import numpy as np
import pandas as pd

from features.asof import known_on
from features.catalogue import source_named
from features.session import Session

PERFORMANCE_MONTHS = 12
BAD_DPD_OVER = 90
"""Default: more than so many days past due, strictly (商业银行金融资产风险分类办法 2023)."""
GREY_DPD_OVER = 30
"""Past due longer than this without default is indeterminate (灰样本)."""
NON_PERFORMING = ("SUBSTANDARD", "DOUBTFUL", "LOSS")


def loan_outcomes(session: Session, as_of: pd.Timestamp, *, months: int = PERFORMANCE_MONTHS) -> pd.DataFrame:
    """Every loan disbursed until `as_of`, with what became of it within the performance window.

    Args:
        session: Whose loan tape and performance to read; only rows available at `as_of` count.
        as_of: The day on which the question is put.
        months: Performance window after disbursement.

    Returns:
        One row a loan, indexed by `loan_id`: `entity_id`, `application_date`, `disbursed`, `window_end`,
        `worst_dpd`, `mature` (the window is over and its end has been reported), `bad` (default within
        the window) and `grey` (30 to 90 days past due, no default). `bad` and `grey` are missing where
        the loan is immature.
    """
    loans = _known(session, "loan", as_of).set_index("record_id")
    outcomes = pd.DataFrame(
        {
            "entity_id": loans["entity_id"],
            "application_date": pd.to_datetime(loans["application_date"]),
            "disbursed": pd.to_datetime(loans["event_date"]),
            "maturity": pd.to_datetime(loans["maturity_date"]),
        }
    ).rename_axis("loan_id")
    outcomes["window_end"] = outcomes["disbursed"] + pd.DateOffset(months=months)
    return outcomes.join(_worst(session, outcomes, as_of)).pipe(_judged, as_of).sort_index()


def _known(session: Session, source: str, as_of: pd.Timestamp) -> pd.DataFrame:
    """The stored rows of a source as known on a day, whatever the firm."""
    return session.frame(known_on(session.stored(source_named(source)), as_of.date()))


def _worst(session: Session, outcomes: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Worst days past due and whether non-performing within the window, and the last month reported."""
    seen = _known(session, "loan_performance", as_of)[["loan_id", "event_date", "dpd", "risk_class"]]
    seen["event_date"] = pd.to_datetime(seen["event_date"])
    seen = seen.join(outcomes[["window_end"]], on="loan_id", how="inner")
    seen["npl"] = seen["risk_class"].isin(NON_PERFORMING)
    within = seen[seen["event_date"] <= seen["window_end"]].groupby("loan_id")
    reported = seen.groupby("loan_id")["event_date"].max().rename("reported")
    return within.agg(worst_dpd=("dpd", "max"), npl=("npl", "max")).join(reported, how="outer")


def _judged(outcomes: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    due = np.minimum(outcomes["window_end"], outcomes["maturity"]) - pd.offsets.MonthEnd(1)
    defaulted = (outcomes["worst_dpd"] > BAD_DPD_OVER) | outcomes["npl"].fillna(False).astype(bool)
    mature = (outcomes["window_end"] <= as_of) & (defaulted | (outcomes["reported"] >= due))
    grey = ~defaulted & (outcomes["worst_dpd"] > GREY_DPD_OVER)
    return outcomes.assign(
        mature=mature,
        bad=defaulted.astype("boolean").where(mature),
        grey=grey.astype("boolean").where(mature),
    ).drop(columns=["npl", "reported", "maturity"])
