"""The loan that each firm is asked about: its newest open one on the tape, else the reference loan."""

from datetime import date
from importlib.resources import files
from typing import Any

import pandas as pd
import yaml

from features.catalogue import source_named
from features.home import Home
from features.session import Session
from pipelines.sample import collected

_OPEN = """
SELECT loan.*, state.balance_cny, state.risk_class
FROM {known} AS loan
LEFT JOIN (
    SELECT
        loan_id,
        arg_max(balance_cny, event_date) AS balance_cny,
        arg_max(risk_class, event_date) AS risk_class
    FROM known_loan_performance GROUP BY loan_id
) AS state ON state.loan_id = loan.record_id
WHERE loan.maturity_date > loan.as_of
QUALIFY row_number() OVER (PARTITION BY loan.entity_id ORDER BY loan.event_date DESC, loan.record_id DESC) = 1
"""


def reference_loan(day: date) -> dict[str, Any]:
    """The reference loan, drawn on a day, as facts for the measures."""
    said = yaml.safe_load((files("pipelines") / "reference_loan.yaml").read_text("utf-8"))
    amount = said["loan_amount_cny"]
    return {
        "loan_amount_cny": amount,
        "contract_amount_cny": amount,
        "loan_balance_cny": amount,
        "has_credit_line": False,
        "annual_rate": said["annual_rate"],
        "loan_kind": said["loan_kind"],
        "start_date": day,
        "maturity_date": (pd.Timestamp(day) + pd.DateOffset(months=said["term_months"])).date(),
    }


def open_loans(home: Home, day: pd.Timestamp) -> dict[str, dict[str, Any]]:
    """Firm → its newest open loan as facts for the measures; firms without one are absent."""
    if not {"loan", "loan_performance"} <= collected(home):
        return {}
    session = Session(home)
    session.set_spine(session.pairs(source_named("loan"), day))
    session.known(source_named("loan_performance"))
    rows = session.ask(source_named("loan"), _OPEN).reset_index()
    return {row["entity_id"]: _facts(row) for row in rows.to_dict("records")}


def _facts(row: dict[str, Any]) -> dict[str, Any]:
    line = row["credit_line_cny"]
    facts = {
        "loan_amount_cny": _money(row["amount_cny"]),
        "contract_amount_cny": _money(row["amount_cny"]),
        "loan_balance_cny": _money(row["balance_cny"]),
        "has_credit_line": not pd.isna(line),
        "credit_line_cny": _money(line),
        "annual_rate": str(row["annual_rate"]),
        "loan_kind": row["loan_kind"],
        "start_date": pd.Timestamp(row["event_date"]).date(),
        "maturity_date": pd.Timestamp(row["maturity_date"]).date(),
        "risk_class": None if pd.isna(row["risk_class"]) else row["risk_class"],
        "is_green_inclusive": None if pd.isna(row["green_inclusive"]) else bool(row["green_inclusive"]),
    }
    return {name: value for name, value in facts.items() if value is not None}


def _money(yuan: Any) -> str | None:
    return None if pd.isna(yuan) else f"{yuan:.2f}"
