"""The cases leave no side of a clause untried, and stand on both sides of every number of law."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from serving.policy import MEASURES, Facts
from serving.policy.evaluation import with_size
from serving.policy.exact_yaml import read_exact_yaml
from serving.policy.law import default_parameters
from serving.policy.logic import Unknown
from serving.policy.measures import central_bank_tools, product_tags
from serving.policy.parameter import UNITS, Certainty
from serving.policy.what_if.lever import levers
from serving.policy.what_if.watched import WatchedFacts

FILES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
NO_MEASURE = {"size_class"}
"""Files of cases that belong to no measure."""
TAGS = {"central_bank_tools": central_bank_tools.TAGS, "product_tags": product_tags.TAGS}
NEVER_FAILS = {"no_suspicion_is_open"}
"""Open until it holds: measure 10 refuses nobody."""
NEVER_HOLDS = {"measure_sets_a_condition_for_firms"}
"""Measure 8 sets no condition, and its clause says so."""
NUMBERS = (Decimal, int, date)


def _with_guards(clause):
    """A clause and those under which alone it is asked."""
    return [clause] if clause.when is None else [clause, *_with_guards(clause.when)]


def _rules_of(measure):
    """Clauses, their guards and tags, each once."""
    clauses = [one for clause in measure.applies + measure.clauses for one in _with_guards(clause)]
    return list(dict.fromkeys(clauses + list(TAGS.get(measure.key, ()))))


EACH = pytest.mark.parametrize(
    ("measure", "rule"),
    [
        pytest.param(measure, rule, id=f"{measure.key}-{rule.name}-{place}")
        for measure in MEASURES
        for place, rule in enumerate(_rules_of(measure))
    ],
)


@dataclass(frozen=True)
class Tried:
    """What one clause or tag gave in one case, and what its own test read there."""

    case: str
    as_of: date
    law: str
    value: bool | Unknown
    facts: dict[str, Any]
    numbers: list[Any]

    @property
    def compares(self):
        """Whether it looked at a number or day of the loan and at a number of law."""
        numbers = [number for number in self.numbers if type(number) in NUMBERS]
        return bool(numbers) and any(levers()[name].grid is not None for name in self.facts)


@pytest.fixture(scope="module")
def tried(all_cases):
    """What a clause or tag of a measure gave in every case in which it was asked and had what it needs."""
    found = {}
    by_key = {measure.key: measure for measure in MEASURES}
    for case in all_cases:
        law = case["parameters"].on(case["as_of"])
        facts, _ = with_size(Facts.from_dict(case["given"]), law)
        for rule in _rules_of(by_key[case["measure"]]):
            if _is_asked(rule, facts, law):
                found.setdefault((case["measure"], id(rule)), []).append(_tried(case, rule, facts, law))
    return lambda measure, rule: found.get((measure.key, id(rule)), [])


def _is_asked(rule, facts, law):
    guard = getattr(rule, "when", None)
    needs = getattr(rule, "needs", ())
    known = all(getattr(facts, name) is not None for name in needs)
    return known and (guard is None or guard.holds(facts, law) is True)


def _tried(case, rule, facts, law):
    watched, start = WatchedFacts.of(facts), len(law.reads)
    value = rule.test(watched, law)
    read = {name: getattr(facts, name) for name in watched.seen}
    numbers = [one.value for one in law.reads[start:]]
    return Tried(case["name"], case["as_of"], str(sorted(case.get("law", {}).items())), value, read, numbers)


@EACH
def test_a_clause_holds_in_one_case_and_does_not_in_another(measure, rule, tried):
    values = [one.value for one in tried(measure, rule)]
    assert True in values or rule.name in NEVER_HOLDS, "no case where it holds"
    unmet = [value for value in values if value is False or (rule.name in NEVER_FAILS and value is not True)]
    assert unmet, "no case where it fails"


@EACH
def test_a_clause_that_compares_with_a_number_of_law_has_a_case_at_it_and_one_a_step_past_it(
    measure, rule, tried
):
    asked = tried(measure, rule)
    held, failed = ([one for one in asked if one.value is value] for value in (True, False))
    sides = [(one.case, other.case) for one, other in product(held, failed) if _steps_apart(one, other) == 1]
    compares = any(one.compares for one in asked)
    assert sides or not compares, "no two cases a least step apart of which it holds in one only"


def _steps_apart(one, other):
    """How many least steps lie between two cases for a clause; None where other things differ too."""
    if one.facts.keys() != other.facts.keys() or one.law != other.law:
        return None
    steps = [_between(name, one.facts[name], other.facts[name]) for name in one.facts]
    steps.append(abs((one.as_of - other.as_of).days))
    return None if None in steps else sum(steps)


def _between(name, value, other):
    grid = levers()[name].grid
    if value == other:
        return 0
    if grid is None or value is None or other is None:
        return None
    return abs(grid.floor(value) - grid.floor(other))


@EACH
def test_a_clause_that_changes_with_the_day_alone_has_cases_on_two_days_side_by_side(measure, rule, tried):
    asked = [one for one in tried(measure, rule) if not one.facts and one.law == "[]"]
    held, failed = ([one.as_of for one in asked if one.value is value] for value in (True, False))
    days = {abs((one - other).days) for one, other in product(held, failed)}
    assert not days or 1 in days, "no cases on the last day of the one and the first day of the other"


def test_a_number_that_no_text_settles_is_to_be_confirmed():
    unsettled = ("未规定", "未见于公开文本", "二手来源", "由银行自定", "由金融机构自选", "尚未发布")
    numbers = default_parameters().by_name.values()
    silent = [one for one in numbers if any(word in one.cites for word in unsettled)]
    assert silent
    assert [one.name for one in silent if one.certainty is not Certainty.TO_BE_CONFIRMED] == []


def test_every_number_says_its_source_its_unit_and_how_certain_it_is():
    for one in default_parameters().by_name.values():
        assert one.cites.strip(), one.name
        assert one.zh.strip(), one.name
        assert one.unit in UNITS, one.name
        assert one.certainty in set(Certainty), one.name
        assert one.certainty is not Certainty.SEED or "征求意见稿" in one.cites, one.name


def test_no_two_cases_have_the_same_sentence():
    names = Counter(case["name"] for file in FILES for case in read_exact_yaml(file)["cases"])
    assert [name for name, count in names.items() if count > 1] == []


def test_every_measure_has_its_file_of_cases_and_every_file_its_measure():
    keys = {measure.key for measure in MEASURES}
    assert {file.stem for file in FILES} == keys | NO_MEASURE
    named = {file.stem: read_exact_yaml(file).get("measure") for file in FILES}
    assert {stem: key for stem, key in named.items() if stem not in NO_MEASURE} == {key: key for key in keys}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_case_is_named_by_a_sentence(file):
    names = [case["name"] for case in read_exact_yaml(file)["cases"]]
    assert [name for name in names if not name[0].isupper() or len(name.split()) < 3] == []


@EACH
def test_a_clause_says_where_it_is_written_and_what_it_asks_for(measure, rule):
    assert any(mark in rule.cites for mark in ("措施", "〔", "公告")), measure.key
    assert rule.zh.strip()
    assert rule.meaning.endswith(".")
