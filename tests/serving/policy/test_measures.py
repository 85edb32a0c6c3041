"""The measures, by cases; every clause and every amount has one on each side."""

from datetime import date
from decimal import Decimal
from itertools import chain

import pytest

from serving.policy import MEASURES, Facts, Result, evaluate
from serving.policy.clause import clause
from serving.policy.measure import Estimate, Measure
from serving.policy.measures.central_bank_tools import TAGS as TOOLS
from serving.policy.measures.product_tags import TAGS as PRODUCTS
from serving.policy.measures.recommendation_list import CRITERIA

ALL_CASES = pytest.mark.cases(*(measure.key for measure in MEASURES))
EXPECTABLE = {
    "result", "failed", "unknown", "missing", "amounts", "details", "assumes", "assumes_not", "says",
}  # fmt: skip


def plain(value):
    """Tuples as the lists that YAML has."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, tuple) else value


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
        found = plain(finding.details[name])
        assert (Decimal(value) == found) if isinstance(found, Decimal) else (value == found), name


@ALL_CASES
def test_a_case_says_what_the_officer_reads(case, ask):
    expect, finding = case["expect"], ask(case)
    assumed = "\n".join(finding.assumptions)
    assert [text for text in expect.get("assumes", []) if text not in assumed] == []
    assert [text for text in expect.get("assumes_not", []) if text in assumed] == []
    assert expect.get("says", "") in finding.text_zh


NEVER_FAILS = {"no_suspicion_is_open"}
"""Clauses that are open until they hold: measure 10 refuses nobody."""
NEVER_HOLDS = {"measure_sets_a_condition_for_firms"}
"""Measure 8 sets no condition; its clause says so."""
NEVER_GIVES = {
    *(("platform_mandate", result) for result in Result if result is not Result.NOT_APPLICABLE),
    *((key, Result.FAIL) for key in ("central_bank_tools", "product_tags", "financing_environment")),
}
"""What measures of tags, information and human review never say."""


def test_every_clause_has_a_case_on_each_side(all_findings):
    declared = {clause.name for measure in MEASURES for clause in measure.applies + measure.clauses}
    passed = set(chain.from_iterable(finding.passed for finding in all_findings))
    failed = set(chain.from_iterable(finding.failed for finding in all_findings))
    assert declared - passed == NEVER_HOLDS, "no case where these hold"
    assert declared - failed == NEVER_FAILS, "no case where these fail"


@pytest.mark.parametrize(("measure", "tags"), [("central_bank_tools", TOOLS), ("product_tags", PRODUCTS)])
def test_every_tag_has_a_case_on_each_side_and_one_where_it_is_open(all_findings, measure, tags):
    told = [finding.details for finding in all_findings if finding.measure == measure and finding.details]
    names = {one.name for one in tags}
    assert set(chain.from_iterable(details["tags"] for details in told)) == names
    assert {name for details in told for name in names if details[name] is False} == names
    assert all(set(details["tags"]) == {name for name in names if details[name]} for details in told)
    assert all(one.zh and one.cites and one.meaning.endswith(".") for one in tags)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_every_criterion_of_the_list_has_a_case_of_every_result(all_findings, criterion):
    told = [finding.details["criteria"] for finding in all_findings if "criteria" in finding.details]
    assert {criteria[criterion]["result"] for criteria in told} == {Result.PASS, Result.FAIL, Result.UNKNOWN}
    assert all(
        bool(criteria[criterion]["missing"]) == (criteria[criterion]["result"] is Result.UNKNOWN)
        for criteria in told
    )


def test_every_measure_has_a_case_of_every_result_that_it_can_give(all_findings):
    given = {(finding.measure, finding.result) for finding in all_findings}
    expected = {
        (measure.key, result)
        for measure in MEASURES
        for result in Result
        if measure.applies or result is not Result.NOT_APPLICABLE
    }
    assert expected - NEVER_GIVES - given == set()
    assert given & NEVER_GIVES == set()


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
    told = {finding.result for finding in findings if finding.measure != "platform_mandate"}
    assert told == {Result.UNKNOWN}
    assert all(amount is None for finding in findings for amount in finding.amounts.values())


@clause(cites="a", zh="b")
def rates_are_below_nothing(_, law):
    return law.lpr_1y < 0


@clause(cites="a", zh="b", when=rates_are_below_nothing)
def never_asked(_, _law):
    return False


@clause(cites="a", zh="b")
def holds_anyway(_, _law):
    return True


def test_a_number_that_only_a_clause_read_which_is_not_asked_is_no_assumption():
    told = {"title_zh": "t", "authority_zh": "a", "beneficiary": "BANK"}
    measure = Measure(
        key="k", number=1, clauses=(never_asked, holds_anyway), estimate=lambda *_: Estimate(), **told
    )
    [finding] = evaluate(Facts(), date(2026, 11, 20), measures=[measure])
    assert (finding.passed, finding.assumptions) == (("holds_anyway",), ())
