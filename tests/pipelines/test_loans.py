"""The loan that a firm is asked about, from a drawn tape."""

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from features.catalogue import source_named
from features.session import Session
from pipelines.loans import loans_in, reference_loan
from serving.policy import Facts

LOAN = {"application_date": "2024-01-01", "bank": "x", "term_months": 12, "loan_kind": "WORKING_CAPITAL"}
LOAN |= {"repayment": "BULLET", "annual_rate": 0.05, "amount_cny": 1000, "credit_line_cny": None}
PERFORMANCE = {"loan_id": "l2", "event_date": "2026-09-30", "balance_cny": 800, "risk_class": "NORMAL"}
SECURITY = {"event_date": "2026-01-01", "loan_id": "l2", "guaranteed_cny": 800, "fee_rate": 0.008}


def table(source, *rows):
    """Rows of a source; what is left out is missing."""
    frame = pd.DataFrame([{"entity_id": "A", "op": "upsert"} | row for row in rows])
    frame["available_at"] = frame["event_date"]
    if "record_id" not in frame:
        frame["record_id"] = [str(place) for place in range(len(frame))]
    for name in source_named(source).columns:
        if name not in frame:
            frame[name] = None
    return frame


def asked(*loans, security=()):
    """The newest open loan of firm A as facts."""
    session = Session(None)
    session.set_spine(pd.DataFrame({"entity_id": ["A"], "as_of": "2026-10-31"}))
    session.offer(source_named("loan"), table("loan", *loans))
    session.offer(source_named("loan_performance"), table("loan_performance", PERFORMANCE))
    if security:
        session.offer(source_named("loan_security"), table("loan_security", *security))
    return loans_in(session, secured=bool(security))["A"]


def loan(name, start, end, **more):
    """A loan of the tape."""
    return LOAN | {"record_id": name, "event_date": start, "maturity_date": end} | more


def test_the_newest_open_loan_is_asked_about_with_its_balance():
    facts = asked(loan("l1", "2025-12-01", "2027-06-01"), loan("l2", "2026-01-01", "2027-01-01"))
    assert facts["start_date"] == date(2026, 1, 1)
    assert facts["loan_balance_cny"] == "800.00"
    assert Facts.from_dict(facts).has_earlier_loan is True


def test_a_loan_that_is_repaid_is_an_earlier_one():
    facts = asked(loan("l1", "2020-01-01", "2021-01-01"), loan("l2", "2026-01-01", "2027-01-01"))
    assert facts["has_earlier_loan"] is True


def test_a_first_loan_on_the_tape_may_have_had_one_elsewhere_before():
    facts = asked(loan("l2", "2026-01-01", "2027-01-01"))
    assert facts["has_earlier_loan"] is None
    known_of_the_firm = {"has_earlier_loan": True}
    assert Facts.from_dict(known_of_the_firm | facts).has_earlier_loan is None


@pytest.mark.parametrize(
    ("manner", "guarantor", "expected"),
    [
        ("UNSECURED", None, {"main_security": "UNSECURED", "guarantee_provider_is_government": False}),
        ("GUARANTEED", "OTHER", {"main_security": "GUARANTEED", "guarantee_provider_is_government": False}),
        (
            "GUARANTEED",
            "GOVERNMENT",
            {
                "main_security": "GUARANTEED",
                "guarantee_provider_is_government": True,
                "guaranteed_amount_cny": "800.00",
                "guarantee_fee_rate": "0.008",
            },
        ),
    ],
)
def test_what_secures_the_loan_is_told(manner, guarantor, expected):
    row = SECURITY | {"manner": manner, "guarantor": guarantor}
    facts = asked(loan("l2", "2026-01-01", "2027-01-01"), security=[row])
    names = (
        "main_security",
        "guarantee_provider_is_government",
        "guaranteed_amount_cny",
        "guarantee_fee_rate",
    )
    assert {name: facts[name] for name in names if name in facts} == expected
    assert Facts.from_dict(facts)


def test_security_that_nobody_reported_is_not_known():
    row = SECURITY | {"loan_id": "another", "manner": "UNSECURED"}
    facts = asked(loan("l2", "2026-01-01", "2027-01-01"), security=[row])
    assert "main_security" not in facts


def test_the_reference_loan_is_facts_that_the_measures_read():
    facts = Facts.from_dict(reference_loan(date(2026, 11, 20)))
    assert facts.loan_amount_cny == Decimal(1_000_000)
