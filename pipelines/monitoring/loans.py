"""Loans applied for since the champion's day, and what became of them as known on the as-of day.

Outcomes that an earlier look knew are kept: a window that is over stays over. So only loans whose window has
ended and whose outcome nobody knew yet are judged, and only their reports are read.
"""

import pandas as pd

from features.catalogue import source_named
from features.session import Session
from models.label_rules import LabelRules
from models.labels import loan_outcomes
from pipelines.monitoring.given import Given
from pipelines.monitoring.names import of_names

TAPE = ("loan", "loan_performance", "loan_event")
COLUMNS = ["entity_id", "bank", "application_date", "window_end", "bad"]


def later_loans(given: Given, kept: pd.DataFrame | None) -> pd.DataFrame:
    """The loans, indexed by `loan_id`: firm, bank, day of application, end of the window, and outcome.

    Args:
        given: Home, day, champion.
        kept: What an earlier look kept of loans, with `bad` and `window_end`; None where none did.

    Returns:
        `bad` is missing while nobody knows, and for indeterminate loans; `window_end` is missing while the
        window runs. No rows without a loan tape.
    """
    if not {"loan", "loan_performance"} <= given.scope.sources:
        return _nothing()
    loans = _applied(Session(given.home), given)
    before = of_names((kept if kept is not None else _nothing())[["window_end", "bad"]], loans.index)
    rules = given.scope.label_rules or LabelRules()
    over = loans["disbursed"] + pd.DateOffset(months=rules.months) <= given.at
    asked = loans.index[(over & before["bad"].isna()).to_numpy()]
    judged = of_names(_judged(asked, given), loans.index)
    told = loans.assign(
        window_end=judged["window_end"].fillna(before["window_end"]),
        bad=judged["bad"].fillna(before["bad"]).astype("Int64"),
    )
    return told[COLUMNS]


def _nothing() -> pd.DataFrame:
    days = pd.Series(dtype="datetime64[us]")
    words = pd.Series(dtype="str")
    return pd.DataFrame(
        {
            "entity_id": words,
            "bank": words,
            "application_date": days,
            "window_end": days,
            "bad": pd.Series(dtype="Int64"),
        }
    )


def _applied(session: Session, given: Given) -> pd.DataFrame:
    """Loans known on the day that were applied for after the champion's own day."""
    known = session.known_on(source_named("loan"), given.day)
    later = known.filter(known.application_date > given.learnt_on, known.application_date <= given.day)
    found = session.frame(
        later.select("record_id", "entity_id", "bank", "application_date", disbursed=later.event_date)
    )
    days = {name: pd.to_datetime(found[name]) for name in ("application_date", "disbursed")}
    return found.assign(**days).set_index("record_id").rename_axis("loan_id").sort_index()


def _judged(asked: pd.Index, given: Given) -> pd.DataFrame:
    """What became of some loans: only their rows are read."""
    if asked.empty:
        return _nothing()[["window_end", "bad"]]
    session = Session(given.home)
    session.engine.register("asked", pd.DataFrame({"loan": asked}))
    for name in TAPE:
        key = "record_id" if name == "loan" else "loan_id"
        session.narrow(source_named(name), f"{key} IN (SELECT loan FROM asked)")
    found = loan_outcomes(session, given.at, given.scope.label_rules)
    grey = found["grey"].fillna(value=False).astype(bool)
    return found.assign(bad=found["bad"].astype("Int64").where(found["mature"] & ~grey))[
        ["window_end", "bad"]
    ]
