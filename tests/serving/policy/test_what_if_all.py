"""What if, of all measures at once: the same changes as one by one, and as with every clause asked anew."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from serving.policy import MEASURES, FactError, Facts, NoNumberForDay, PolicyError, Result, evaluate
from serving.policy.facts import KINDS
from serving.policy.law import Law, default_parameters
from serving.policy.size import SIZED_BY
from serving.policy.what_if import asking, remembered, searched, what_if, what_if_all
from serving.policy.what_if.lever import levers
from serving.policy.what_if.remembered import facts_named
from serving.policy.what_if.trials import TO_ASK, Trials
from serving.policy.what_if.watched import WatchedFacts

DAY = date(2026, 11, 20)
BY_KEY = {measure.key: measure for measure in MEASURES}
VALUES = {
    "industry": ["C17", "J66", "A01", "F52"],
    "Decimal": [Decimal(edge) for edge in ("0", "0.01", "999999.99", "1000000", "10000000", "12000000.5")],
    "rate": [Decimal(rate) for rate in ("0", "0.01", "0.010001", "0.045", "0.0525", "0.2")],
    "day": [DAY - timedelta(days=400), DAY, DAY + timedelta(days=9), date(2027, 9, 30), date(2029, 10, 1)],
}


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch):
    monkeypatch.setattr(remembered, "_kept", {})
    monkeypatch.setattr(searched, "_trees", {})
    monkeypatch.setattr(searched, "_by_amount", set())
    monkeypatch.setattr(searched, "_kept", [0])


def drawn_value(draw, fact):
    lever = levers()[fact]
    if fact == "industry":
        return draw.choice(VALUES["industry"])
    if lever.grid is None:
        return draw.choice(lever.words)
    if lever.grid.takes is Decimal:
        return draw.choice(VALUES["rate" if lever.grid.most == 10**6 else "Decimal"])
    if lever.grid.takes is date:
        return draw.choice(VALUES["day"])
    return draw.randint(lever.grid.least, min(lever.grid.most, 400))


def some_facts(backgrounds, seed):
    """Facts of a firm, most of them in order, some otherwise and some missing."""
    draw = random.Random(seed)  # noqa: S311 - drawn facts
    known = {
        name: value for given in backgrounds.values() for name, value in given.items() if value is not None
    }
    known |= draw.choice(list(backgrounds.values()))
    for fact in draw.sample(sorted(KINDS), draw.choice((3, 8, 30))):
        known[fact] = None if draw.random() < 0.6 else drawn_value(draw, fact)
    try:
        facts = Facts.from_dict(known)
        return facts, evaluate(facts, DAY)
    except PolicyError:
        return some_facts(backgrounds, seed + 1_000)


@pytest.mark.parametrize("seed", range(25))
def test_all_at_once_says_what_is_said_one_by_one(backgrounds, seed):
    facts, findings = some_facts(backgrounds, seed)
    expected = {measure.key: what_if(facts, DAY, measure=measure) for measure in MEASURES}
    assert what_if_all(facts, DAY, findings) == expected
    assert what_if_all(facts, DAY, findings) == expected  # what is remembered is the same


def test_what_is_remembered_of_some_firms_holds_for_others(backgrounds):
    firms = [some_facts(backgrounds, seed) for seed in range(40, 70)]
    for facts, findings in firms:
        what_if_all(facts, DAY, findings)
    for facts, findings in firms:
        other = facts.changed({"employees": None if facts.employees else 5, "recommended_on": None})
        try:
            found = evaluate(other, DAY)
        except FactError:
            continue
        expected = {measure.key: what_if(other, DAY, measure=measure) for measure in MEASURES}
        assert what_if_all(other, DAY, found) == expected
        assert found is not findings


@pytest.mark.parametrize("seed", range(100, 125))
def test_what_a_trial_takes_over_is_what_plain_evaluation_gives(backgrounds, monkeypatch, seed):
    facts, _ = some_facts(backgrounds, seed)
    quick = {measure.key: what_if(facts, DAY, measure=measure) for measure in MEASURES}
    monkeypatch.setattr(Trials, "_before", lambda self, _: [TO_ASK] * len(self._nodes.all))
    monkeypatch.setattr(Trials, "_as_before", lambda *_: None)
    monkeypatch.setattr(Trials, "stuck", lambda *_: set())
    monkeypatch.setattr(Trials, "may_mend", lambda *_: True)
    monkeypatch.setattr(Trials, "read", lambda _: set(KINDS))
    monkeypatch.setattr(Law, "has_begun", False)
    monkeypatch.setattr(asking, "_can_leave", lambda *_: True)
    assert quick == {measure.key: what_if(facts, DAY, measure=measure) for measure in MEASURES}


def loans(draw, facts):
    """The same firm with other loans, of which a search asks little."""
    for _ in range(6):
        start = DAY + timedelta(days=draw.choice((0, 40)))
        yield facts.changed(
            {
                "loan_amount_cny": Decimal(draw.randrange(1, 3_000)) * 10_000,
                "annual_rate": Decimal(draw.randrange(300, 600)) / 10_000,
                "start_date": start,
                "maturity_date": start + timedelta(days=draw.choice((180, 365, 366, 731, 2_000))),
            }
        )


@pytest.mark.parametrize("seed", range(300, 312))
def test_a_search_for_one_loan_holds_for_others_that_answer_alike(backgrounds, monkeypatch, seed):
    recalled, answered = searched._recalled, []
    monkeypatch.setattr(
        searched, "_recalled", lambda *asked: answered.append(recalled(*asked)) or answered[-1]
    )
    draw = random.Random(seed)  # noqa: S311 - drawn loans
    for missing in ((), ("credit_line_cny", "has_credit_line", "loan_balance_cny"), ("green_grade",)):
        firm, _ = some_facts(backgrounds, seed)
        firm = firm.changed(dict.fromkeys(missing))
        for facts in loans(draw, firm):
            try:
                findings = evaluate(facts, DAY)
            except FactError:
                continue
            expected = {measure.key: what_if(facts, DAY, measure=measure) for measure in MEASURES}
            assert what_if_all(facts, DAY, findings) == expected
    assert any(found is not None for found in answered)


def test_the_searches_that_are_kept_are_bounded(backgrounds, monkeypatch):
    monkeypatch.setattr(searched, "MOST", 5)
    for seed in range(4):
        facts, findings = some_facts(backgrounds, seed)
        what_if_all(facts, DAY, findings)
        assert searched._kept[0] <= 5


def test_only_the_findings_that_are_given_are_asked(backgrounds):
    facts, findings = some_facts(backgrounds, 3)
    open_ones = [one for one in findings if one.result in (Result.FAIL, Result.UNKNOWN)]
    assert list(what_if_all(facts, DAY, open_ones)) == [one.measure for one in open_ones]


def test_other_numbers_of_law_are_remembered_apart(backgrounds):
    facts = Facts.from_dict(backgrounds["vat_exemption"] | {"credit_line_cny": "12000000"})
    for cap, told in (("10000000", "10000000.00"), ("11000000", "11000000.00")):
        law = default_parameters().with_values(vat_exempt_credit_line=cap)
        findings = evaluate(facts, DAY, parameters=law, measures=[BY_KEY["vat_exemption"]])
        [[change]] = what_if_all(facts, DAY, findings, parameters=law).values()
        assert str(change.moves[0].to) == told


def test_what_is_remembered_is_bounded(backgrounds, monkeypatch):
    monkeypatch.setattr(remembered, "MOST", 7)
    for seed in range(4):
        facts, findings = some_facts(backgrounds, seed)
        what_if_all(facts, DAY, findings)
        assert len(remembered._kept) <= 7


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.key)
def test_no_measure_reads_a_fact_that_its_code_does_not_name(measure, backgrounds, all_cases):
    named = facts_named(measure) | SIZED_BY
    given = [case["given"] for case in all_cases if case["measure"] == measure.key]
    given += [some_facts(backgrounds, seed)[0].__dict__ for seed in range(200, 260)]
    for facts in given:
        watched = WatchedFacts.of(Facts.from_dict(facts))
        law = default_parameters().on(DAY)
        measure.estimated(watched, law, measure.judge(watched, law))
        assert watched.seen <= named


def test_a_contradiction_and_a_day_without_law_are_errors(backgrounds):
    facts, findings = some_facts(backgrounds, 5)
    with pytest.raises(FactError, match="green_grade_date"):
        what_if_all(Facts(green_grade_date=date(2030, 1, 1)), DAY, findings)
    with pytest.raises(NoNumberForDay):
        what_if_all(Facts(industry="C17", employees=5), date(2010, 1, 1), findings)
    with pytest.raises(KeyError):
        what_if_all(facts, DAY, findings, measures=[])


def test_firms_whose_size_is_open_are_alike_only_by_their_indicators(backgrounds):
    given = backgrounds["vat_exemption"] | {"size_class": None, "industry": "C17", "employees": 400}
    told = []
    for months in (None, 6):
        facts = Facts.from_dict(given | {"revenue_months": months})
        findings = evaluate(facts, DAY, measures=[BY_KEY["vat_exemption"]])
        [changes] = what_if_all(facts, DAY, findings).values()
        told.append([str(one.moves[0].to) for one in changes if one.moves[0].fact == "revenue_cny"])
    assert told == [["19999999.99", "20000000.00"], ["9999999.99", "10000000.00"]]
