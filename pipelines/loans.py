"""The loan that each firm is asked about: its newest open one on the tape, else the reference loan."""

from datetime import date
from importlib.resources import files
from typing import Any

import pandas as pd

from features.catalogue import source_named
from features.home import Home
from features.session import Session
from features.yaml_text import read_yaml
from pipelines.sample import collected

_OPEN = """
SELECT loan.*, state.balance_cny, state.risk_class, {security}
FROM (
    SELECT *, min(event_date) OVER (PARTITION BY entity_id) < event_date AS has_earlier_loan FROM {{known}}
) AS loan
LEFT JOIN (
    SELECT
        loan_id,
        arg_max(balance_cny, event_date) AS balance_cny,
        arg_max(risk_class, event_date) AS risk_class
    FROM known_loan_performance GROUP BY loan_id
) AS state ON state.loan_id = loan.record_id
{joined}
WHERE loan.maturity_date > loan.as_of
QUALIFY row_number() OVER (PARTITION BY loan.entity_id ORDER BY loan.event_date DESC, loan.record_id DESC) = 1
"""
_SECURITY = ("manner", "guarantor", "guaranteed_cny", "fee_rate")
_JOINED = "LEFT JOIN known_loan_security AS security ON security.loan_id = loan.record_id"


def reference_loan(day: date) -> dict[str, Any]:
    """The reference loan, drawn on a day, as facts for the measures."""
    said = read_yaml((files("pipelines") / "reference_loan.yaml").read_text("utf-8"))
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
    there = collected(home)
    if not {"loan", "loan_performance"} <= there:
        return {}
    session = Session(home)
    session.set_spine(session.pairs(source_named("loan"), day))
    return loans_in(session, secured="loan_security" in there)


def loans_in(session: Session, *, secured: bool) -> dict[str, dict[str, Any]]:
    """`open_loans` of a session's firms.

    Args:
        session: Its spine is of one day.
        secured: Whether there is a source that tells what secures the loans.
    """
    session.known(source_named("loan_performance"))
    if secured:
        session.known(source_named("loan_security"))
    told = ", ".join(f"security.{name}" if secured else f"NULL AS {name}" for name in _SECURITY)
    query = _OPEN.format(security=told, joined=_JOINED if secured else "")
    rows = session.ask(source_named("loan"), query).reset_index()
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
    } | _security(row)
    known = {name: value for name, value in facts.items() if value is not None}
    # the tape does not show other banks' loans: without an earlier one here nothing is known
    return known | {"has_earlier_loan": True if row["has_earlier_loan"] else None}


def _security(row: dict[str, Any]) -> dict[str, Any]:
    """What secures the loan and what the government guarantees of it; nothing where it was not reported."""
    if pd.isna(row["manner"]):
        return {}
    by_government = row["guarantor"] == "GOVERNMENT"
    return {
        "main_security": row["manner"],
        "guarantee_provider_is_government": by_government,
        "guaranteed_amount_cny": _money(row["guaranteed_cny"]) if by_government else None,
        "guarantee_fee_rate": str(row["fee_rate"])
        if by_government and not pd.isna(row["fee_rate"])
        else None,
    }


def _money(yuan: Any) -> str | None:
    return None if pd.isna(yuan) else f"{yuan:.2f}"
