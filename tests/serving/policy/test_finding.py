"""Findings for machines, and how fast they come."""

import json
from dataclasses import FrozenInstanceError, fields
from datetime import date
from time import process_time

import pytest

from serving.policy import MEASURES, Facts, Finding, evaluate

DAY = date(2026, 11, 20)


def test_a_finding_is_json_with_decimals_as_text(all_findings):
    for finding in all_findings:
        plain = json.loads(json.dumps(finding.to_dict(), ensure_ascii=False, allow_nan=False))
        assert plain["result"] == finding.result
        assert plain["as_of"] == finding.as_of.isoformat()
        amounts = {name: None if amount is None else str(amount) for name, amount in finding.amounts.items()}
        assert plain["amounts"] == amounts
        assert not any(isinstance(value, float) for value in plain["details"].values())


def test_there_is_one_finding_for_each_measure_in_their_order(backgrounds):
    found = evaluate(Facts.from_dict(backgrounds["vat_exemption"]), DAY)
    assert [finding.measure for finding in found] == [measure.key for measure in MEASURES]
    assert [finding.number for finding in found] == list(range(1, 11))
    assert {finding.as_of for finding in found} == {DAY}


def test_a_finding_made_at_once_is_like_any_other_and_as_fixed(all_findings):
    for finding in all_findings:
        named = {one.name: getattr(finding, one.name) for one in fields(Finding)}
        assert list(finding.__dict__) == list(named)
        assert finding == Finding(**named)
    with pytest.raises(FrozenInstanceError):
        all_findings[0].result = None


def test_fewer_measures_can_be_asked(backgrounds):
    [finding] = evaluate(Facts.from_dict(backgrounds["vat_exemption"]), DAY, measures=[MEASURES[2]])
    assert finding.measure == "vat_exemption"


def test_all_measures_of_one_firm_take_no_more_than_a_few_milliseconds(backgrounds):
    everything = {name: value for given in backgrounds.values() for name, value in given.items()}
    facts = Facts.from_dict(everything)
    evaluate(facts, DAY)
    start = process_time()
    for _ in range(200):
        evaluate(facts, DAY)
    assert (process_time() - start) / 200 < 0.005
