"""Recommendations, visits, security and subsidies: how they hang together with the loans of the tape."""

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def loans(clean):
    """First reports of the loans of the tape."""
    return clean.rows("loan").query("op == 'NEW'").set_index("record_id")


@pytest.fixture(scope="session")
def asked(clean):
    """The newest version of every recommendation."""
    rows = clean.rows("loan_recommendation").sort_values("available_at", kind="stable")
    return rows[rows["op"] != "WITHDRAWN"].drop_duplicates("record_id", keep="last")


def test_a_decision_arrives_as_a_newer_version_after_its_day(clean, asked):
    rows = clean.rows("loan_recommendation")
    decided = rows.dropna(subset=["decided_date"])
    assert (decided["available_at"] >= decided["decided_date"]).all()
    assert (decided["decided_date"] >= decided["event_date"]).all()
    assert (rows["decision"].notna() == rows["decided_date"].notna()).all()
    assert rows.query("op == 'NEW'")["decided_date"].isna().mean() > 0.9
    assert 0.94 < asked["decided_date"].notna().mean() < 0.99, "some are forgotten, some still open"


def test_documents_are_known_only_from_their_day(clean):
    rows = clean.rows("loan_recommendation").dropna(subset=["documents_date"])
    assert (rows["documents_date"] <= rows["available_at"]).all()


def test_most_but_not_all_decisions_come_within_a_week(asked):
    days = (asked["decided_date"] - asked["event_date"]).dt.days.dropna()
    assert 0.6 < (days <= 7).mean() < 0.9
    assert {"通过", "未通过"} == set(asked["decision"].dropna())


def test_what_was_approved_became_a_loan_of_the_tape(asked, loans):
    approved = asked[asked["decision"] == "通过"]
    pairs = set(zip(loans["entity_id"], loans["application_date"], strict=True))
    known = [pair in pairs for pair in zip(approved["entity_id"], approved["event_date"], strict=True)]
    assert np.mean(known) > 0.98, "the last loans are not reported yet"


def test_the_security_is_of_a_loan_of_the_same_firm_and_only_guarantors_ask_for_a_fee(clean, loans):
    rows = clean.rows("loan_security")
    lent = rows[rows["loan_id"].isin(loans.index)]
    assert len(lent) > 0.99 * len(rows), "the last loans are not reported yet"
    assert (loans.loc[lent["loan_id"], "entity_id"].to_numpy() == lent["entity_id"].to_numpy()).all()
    guaranteed = rows["manner"] == "GUARANTEED"
    assert (rows["guarantor"].notna() == guaranteed).all()
    assert (rows["guaranteed_cny"].notna() == guaranteed).all()
    assert not rows.loc[~rows["guarantor"].isin(["GOVERNMENT", "COMMERCIAL"]), "fee_rate"].notna().any()
    new = rows[rows["op"] == "NEW"]
    assert 0.9 < len(new) / len(loans) <= 1.0
    government = new.loc[new["guarantor"] == "GOVERNMENT", "fee_rate"].dropna()
    assert (
        0.006 < government.median() < 0.0095 < new.loc[new["guarantor"] == "COMMERCIAL", "fee_rate"].median()
    )


def test_amount_and_purpose_are_told_only_where_there_is_a_need(clean):
    visits = clean.rows("enterprise_visit")
    need = visits["needs_funds"] == "是"
    assert not visits.loc[~need, ["need_cny", "purpose", "is_use_lawful"]].notna().any(axis=None)
    assert visits.loc[need, "purpose"].notna().all()
    assert 0.05 < visits["has_premises"].isna().mean() < 0.2, "what nobody looked at is not told"
    assert (visits.loc[visits["purpose"] == "股权或证券投资", "is_use_lawful"].dropna() == "否").all()


def test_subsidies_are_paid_after_the_half_year_on_green_loans_of_firms_with_a_grade(clean, loans):
    paid = clean.rows("interest_subsidy").query("op == 'NEW'")
    assert len(paid) > 20
    assert set(paid["period_end"].dt.month) == {6, 12}
    assert (paid["event_date"] - paid["period_end"]).dt.days.between(40, 89).all()
    assert (loans.loc[paid["loan_id"], "green_inclusive"] == "Y").all()
    assert set(paid["entity_id"]) <= set(clean.rows("green_grade")["entity_id"])
    amount = clean.numbers("interest_subsidy", "amount_cny").loc[paid.index].to_numpy()
    lent = pd.to_numeric(loans.loc[paid["loan_id"], "amount_cny"]).to_numpy()
    corrected = clean.rows("interest_subsidy").query("op == 'CORRECTED'")["record_id"]
    told = ~paid["record_id"].isin(set(corrected)).to_numpy()
    assert np.all(amount[told] <= lent[told] * 0.031 * 0.12 * 184 / 365 + 0.01)
