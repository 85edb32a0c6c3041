"""Findings as they are told: written once for all who are alike in what they rest on."""

import json
import random
from datetime import date, timedelta

import pytest

from serving import told
from serving.policy import FactError, Facts, evaluate
from serving.policy.law import default_parameters
from serving.policy.what_if import what_if_all
from serving.told import told_with_changes

DAY = date(2026, 11, 20)
GIVEN = {
    "entity_type": ["ENTERPRISE", "INDIVIDUAL_BUSINESS", None],
    "industry": ["C17", "J66", "A01", None],
    "employees": [5, 60, 400, None],
    "revenue_cny": ["800000", "20000000", "500000000.5", None],
    "revenue_months": [7, 12, None],
    "established_on": ["2014-10-14", "2026-06-01", None],
    "green_grade": ["DEEP", "NON", None],
    "is_green_inclusive": [True, False, None],
    "is_sannong": [True, False, None],
    "loan_kind": ["WORKING_CAPITAL", "FIXED_ASSET"],
    "loan_amount_cny": ["1000000", "5000000", "12000000.01"],
    "annual_rate": ["0.03", "0.042", "0.09"],
    "has_credit_line": [True, False, None],
    "has_tax_arrears": [True, False, None],
    "is_srdi": [True, None],
}


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch):
    monkeypatch.setattr(told, "_kept", {})


def drawn(draw):
    """Facts of some firm and loan."""
    start = DAY + timedelta(days=draw.choice([0, 5, 40]))
    days = {"start_date": start, "maturity_date": start + timedelta(days=draw.choice([180, 365, 1100]))}
    return Facts.from_dict({name: draw.choice(values) for name, values in GIVEN.items()} | days)


def anew(facts, law=None):
    """The same with nothing remembered, as text."""
    findings = evaluate(facts, DAY, parameters=law)
    changes = what_if_all(facts, DAY, findings, parameters=law)
    whole = [
        one.to_dict() | {"what_if": [change.to_dict() for change in changes[one.measure]]} for one in findings
    ]
    return json.dumps(whole, ensure_ascii=False)


def test_what_is_told_of_many_is_what_each_is_told_alone():
    draw = random.Random(7)  # noqa: S311 - drawn facts
    everybody = [drawn(draw) for _ in range(40)]
    expected = [anew(facts) for facts in everybody]
    for _ in range(2):
        assert [told_with_changes(facts, DAY, None) for facts in everybody] == expected
    assert len(told._kept) < 10 * len(everybody), "some are alike in what a measure rests on"


def test_a_finding_that_is_kept_is_not_worked_out_again(monkeypatch):
    facts = drawn(random.Random(1))  # noqa: S311 - drawn facts
    first = told_with_changes(facts, DAY, None)
    monkeypatch.setattr(told, "changes_of", None)
    assert told_with_changes(facts, DAY, None) == first


def test_another_day_and_other_numbers_of_law_are_told_otherwise():
    facts = drawn(random.Random(2))  # noqa: S311 - drawn facts
    first = told_with_changes(facts, DAY, None)
    assert told_with_changes(facts, DAY + timedelta(days=1), None) != first
    law = default_parameters().with_values(policy_version="another")
    assert told_with_changes(facts, DAY, law) == anew(facts, law) != first


def test_the_older_half_gives_way(monkeypatch):
    monkeypatch.setattr(told, "MOST", 20)
    draw = random.Random(3)  # noqa: S311 - drawn facts
    for _ in range(6):
        facts = drawn(draw)
        assert told_with_changes(facts, DAY, None) == anew(facts)
        assert len(told._kept) <= 20


def test_facts_that_cannot_be_are_refused_though_findings_are_kept():
    given = {"industry": "C17", "employees": 400, "revenue_cny": "500000000", "assets_cny": "1"}
    told_with_changes(Facts.from_dict(given), DAY, None)
    with pytest.raises(FactError, match="size_class"):
        told_with_changes(Facts.from_dict(given | {"size_class": "MICRO"}), DAY, None)
    with pytest.raises(FactError, match="green_grade_date"):
        told_with_changes(Facts(green_grade_date=DAY + timedelta(days=1)), DAY, None)
