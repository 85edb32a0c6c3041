"""The measures, by cases; every clause and every amount has one on each side."""

from datetime import date
from decimal import Decimal
from itertools import chain

import pytest

from serving.policy import MEASURES, Facts, Result, evaluate

ALL_CASES = pytest.mark.cases(*(measure.key for measure in MEASURES))
EXPECTABLE = {
    "result", "failed", "unknown", "missing", "amounts", "details", "assumes", "assumes_not", "says",
}  # fmt: skip


@ALL_CASES
def test_a_case_says_what_the_measure_finds(case, ask):
    expect, finding = case["expect"], ask(case)
    assert expect.keys() <= EXPECTABLE
    assert finding.result == expect["result"], finding
    for name in ("failed", "unknown", "missing"):
        if name in expect:
            assert list(getattr(finding, name)) == expect[name]


@ALL_CASES
def test_a_case_says_what_it_is_worth(case, ask):
    expect, finding = case["expect"], ask(case)
    for name, amount in expect.get("amounts", {}).items():
        found = finding.amounts[name]
        assert (None if found is None else str(found)) == amount, name
    for name, value in expect.get("details", {}).items():
        found = finding.details[name]
        assert (Decimal(value) == found) if isinstance(found, Decimal) else (value == found), name


@ALL_CASES
def test_a_case_says_what_the_officer_reads(case, ask):
    expect, finding = case["expect"], ask(case)
    assumed = "\n".join(finding.assumptions)
    assert [text for text in expect.get("assumes", []) if text not in assumed] == []
    assert [text for text in expect.get("assumes_not", []) if text in assumed] == []
    assert expect.get("says", "") in finding.text_zh


def test_every_clause_has_a_case_on_each_side(all_findings):
    declared = {clause.name for measure in MEASURES for clause in measure.applies + measure.clauses}
    passed = set(chain.from_iterable(finding.passed for finding in all_findings))
    failed = set(chain.from_iterable(finding.failed for finding in all_findings))
    assert declared - passed == set(), "no case where these hold"
    assert declared - failed == set(), "no case where these fail"


def test_every_measure_has_a_case_of_every_result_that_it_can_give(all_findings):
    given = {(finding.measure, finding.result) for finding in all_findings}
    expected = {
        (measure.key, result)
        for measure in MEASURES
        for result in Result
        if measure.applies or result is not Result.NOT_APPLICABLE
    }
    assert expected - given == set()


def test_every_text_says_that_it_is_an_estimate_under_a_draft(all_findings):
    for finding in all_findings:
        assert "估算" in finding.text_zh
        assert "征求意见稿" in finding.text_zh
        assert finding.text_zh.endswith("核定为准。")
        assert finding.policy_status == "DRAFT"
        assert finding.policy_version


def test_every_finding_cites_where_it_is_written(all_findings):
    assert [finding for finding in all_findings if not finding.citations] == []


def test_every_failure_and_every_gap_is_told_in_the_text(all_findings):
    for finding in all_findings:
        assert bool(finding.failed) == (finding.result in (Result.FAIL, Result.NOT_APPLICABLE))
        assert finding.result is not Result.UNKNOWN or finding.missing
        assert bool(finding.unknown) == bool(finding.missing)


def test_clause_names_are_unique_and_every_clause_has_a_meaning():
    for measure in MEASURES:
        clauses = measure.applies + measure.clauses
        assert len({clause.name for clause in clauses}) == len(clauses)
        assert all(clause.meaning.endswith(".") and clause.cites and clause.zh for clause in clauses)


def test_nothing_known_is_unknown_for_every_measure():
    findings = evaluate(Facts(), date(2026, 11, 20))
    assert {finding.result for finding in findings} == {Result.UNKNOWN}
    assert all(amount is None for finding in findings for amount in finding.amounts.values())
