"""What if: every change gives what it says and is the nearest one, and nothing improper is proposed."""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from time import process_time

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from serving.policy import MEASURES, FactError, Facts, NoNumberForDay, ParameterError, Result, evaluate
from serving.policy import kinds as words_of_facts
from serving.policy.fact_kinds import read_fact
from serving.policy.facts import KINDS, NAMES_ZH
from serving.policy.law import default_parameters
from serving.policy.what_if import Hold, lever, trials, what_if
from serving.policy.what_if.grid import DAYS, FEN, RATES, whole_numbers
from serving.policy.what_if.lever import levers, value_in_words, worth_of
from serving.policy.what_if.search import nearest
from serving.policy.what_if.trials import Exhausted, Trials
from serving.policy.what_if.watched import WatchedFacts, facts_read

DAY = date(2026, 11, 20)
BY_KEY = {measure.key: measure for measure in MEASURES}
MET = Result.PASS


@pytest.fixture(scope="module")
def ask(backgrounds):
    """The changes of a measure, the facts laid over the background of its cases."""

    def changes(measure, *, on=DAY, law=None, **given):
        facts = Facts.from_dict(backgrounds[measure] | given)
        parameters = default_parameters().with_values(**(law or {}))
        return what_if(facts, on, measure=BY_KEY[measure], parameters=parameters)

    return changes


def told(changes):
    """Each change as what moves where, and the result."""
    return [({move.fact: str(move.to) for move in one.moves}, str(one.result)) for one in changes]


# ---------------------------------------------------------------- the nearest value
def test_a_line_that_is_too_large_is_told_the_largest_that_passes(ask):
    [change] = ask("vat_exemption", credit_line_cny="12000000")
    assert told([change]) == [({"credit_line_cny": "10000000.00"}, "PASS")]
    assert (change.amount_cny, change.gain_cny) == (Decimal("336000.00"), Decimal("336000.00"))
    assert change.text_zh == (
        "如单户授信额度由 12,000,000.00 元改为 10,000,000.00 元，贷款利息收入免征增值税由“不符合”变为“符合”，"
        "免税利息估算 336,000.00 元，增加 336,000.00 元；按征求意见稿估算，最终以税务机关核定为准。"
    )


def test_a_line_and_the_loan_planned_under_it_fall_together(ask):
    planned = {"loan_amount_cny": "10200000", "start_date": "2026-12-01", "maturity_date": "2027-12-01"}
    [change] = ask("vat_exemption", credit_line_cny="10200000", loan_balance_cny=None, **planned)
    ten_million = "10000000.00"
    assert told([change]) == [({"credit_line_cny": ten_million, "loan_amount_cny": ten_million}, "PASS")]
    drawn = planned | {"start_date": "2026-11-01"}
    assert ask("vat_exemption", credit_line_cny="10200000", loan_balance_cny=None, **drawn) == ()
    owed = planned | {"loan_balance_cny": "10000000.01"}
    assert ask("vat_exemption", credit_line_cny="10200000", **owed) == ()


def test_a_line_never_falls_under_what_is_owed(ask):
    assert ask("vat_exemption", credit_line_cny="12000000", loan_balance_cny="10000000.01") == ()
    at_the_line = ask("vat_exemption", credit_line_cny="12000000", loan_balance_cny="10000000")
    assert told(at_the_line) == [({"credit_line_cny": "10000000.00"}, "PASS")]


def test_a_maturity_after_the_cutoff_is_told_the_last_day_that_counts(ask):
    late = {"maturity_date": "2027-10-01"}
    assert told(ask("renewal_without_repayment", **late)) == [({"maturity_date": "2027-09-30"}, "PASS")]
    without = {"renewal_medium_cutoff_inclusive": False}
    changes = ask("renewal_without_repayment", law=without, **late)
    assert told(changes) == [({"maturity_date": "2027-09-29"}, "PASS")]


def test_a_rate_above_the_limit_is_told_the_limit_which_no_file_holds(ask):
    changes = ask("vat_exemption", annual_rate="0.054", vat_method=1)
    assert told(changes) == [({"annual_rate": "0.045"}, "PASS")]


def test_a_limit_between_two_steps_is_found_below_it(ask):
    changes = ask("vat_exemption", annual_rate="0.054", vat_method=1, law={"lpr_1y": "0.0312345"})
    assert told(changes) == [({"annual_rate": "0.046851"}, "PASS")]


def test_a_rate_between_two_steps_falls_to_the_step_below_it(ask):
    changes = ask("vat_exemption", annual_rate="0.0450005", vat_method=1)
    assert told(changes) == [({"annual_rate": "0.045"}, "PASS")]


def test_a_grade_is_worth_what_one_step_more_earns(ask):
    [change] = ask("interest_subsidy", green_grade="MEDIUM")
    assert told([change]) == [({"green_grade": "DEEP"}, "PASS")]
    assert change.gain_cny == Decimal("4500.00")
    assert "经官方评价为“深绿”（现为“中绿”）" in change.text_zh
    assert "增加 4,500.00 元" in change.text_zh


def test_only_the_next_grade_is_told(ask):
    assert told(ask("interest_subsidy", green_grade="NON")) == [({"green_grade": "LIGHT"}, "PASS")]
    assert told(ask("interest_subsidy", green_grade="LIGHT")) == [({"green_grade": "MEDIUM"}, "PASS")]
    assert ask("interest_subsidy", green_grade="DEEP") == ()


def test_a_grade_that_is_worth_no_more_is_not_told(ask):
    law = {"subsidy_factor_medium": "0.12"}
    assert ask("interest_subsidy", green_grade="MEDIUM", law=law) == ()


def test_a_smaller_rule_that_asks_for_less_is_another_way_out(ask):
    small = {"credit_line_cny": "1000000.01", "loan_balance_cny": "1000000", "annual_rate": "0.08"}
    changes = ask("vat_exemption", vat_method=1, **small)
    assert told(changes) == [({"credit_line_cny": "1000000.00"}, "PASS"), ({"annual_rate": "0.045"}, "PASS")]


def test_a_word_that_nobody_chose_yet_can_be_chosen(ask):
    between = {"maturity_date": "2027-01-02", "annual_rate": "0.0525", "vat_method": 1}
    assert ({"vat_lpr_tenor": "5Y"}, "PASS") in told(ask("vat_exemption", **between))


def test_a_failure_that_leaves_a_gap_says_what_is_missing_then(ask):
    given = {"credit_line_cny": "12000000", "bank_inclusive_target_met": None}
    [change] = ask("vat_exemption", **given)
    assert told([change]) == [({"credit_line_cny": "10000000.00"}, "UNKNOWN")]
    assert change.missing == ("bank_inclusive_target_met",)
    assert "尚缺：银行上年度普惠小微增长目标是否完成" in change.text_zh
    assert change.gain_cny is None


def test_a_measure_that_does_not_apply_may_be_made_to(ask):
    changes = ask("government_guarantee", guarantee_provider_is_government=False)
    assert told(changes) == [({"guarantee_provider_is_government": "True"}, "PASS")]
    assert changes[0].gain_cny is None


# ---------------------------------------------------------------- two facts
def test_two_facts_are_told_where_no_single_one_is_enough(ask):
    given = {"credit_line_cny": "12000000", "annual_rate": "0.05", "vat_method": 1}
    [change] = ask("vat_exemption", **given)
    assert told([change]) == [({"credit_line_cny": "10000000.00", "annual_rate": "0.045"}, "PASS")]
    assert "，且贷款年利率由 5%改为 4.5%" in change.text_zh


def test_two_missing_facts_are_told_where_both_together_are_enough(ask):
    changes = ask("vat_exemption", bank_inclusive_target_met=None, exempt_interest_accounted_separately=None)
    assert told(changes)[0] == ({"bank_inclusive_target_met": "True"}, "PASS")
    both = ask("interest_subsidy", green_grade=None, is_green_inclusive=None)
    assert told(both)[-1] == ({"is_green_inclusive": "True", "green_grade": "LIGHT"}, "PASS")


def test_a_size_and_another_missing_fact_are_enough_whatever_the_indicators(ask):
    given = {"size_class": None, "industry": "C17", "bank_inclusive_target_met": None}
    pairs = [to for to, result in told(ask("vat_exemption", **given)) if len(to) == 2 and result == "PASS"]
    assert {"size_class": "MICRO", "bank_inclusive_target_met": "True"} in pairs


def test_where_three_facts_are_missing_no_two_are_told(ask):
    given = {"green_grade": None, "is_green_inclusive": None, "subsidy_used_ytd_cny": None}
    assert all(len(change.moves) == 1 for change in ask("interest_subsidy", **given))


# ---------------------------------------------------------------- unknown
def test_each_value_of_a_missing_word_is_told(ask):
    changes = ask("interest_subsidy", green_grade=None)
    assert told(changes) == [
        ({"green_grade": "NON"}, "FAIL"),
        ({"green_grade": "LIGHT"}, "PASS"),
        ({"green_grade": "MEDIUM"}, "PASS"),
        ({"green_grade": "DEEP"}, "PASS"),
    ]
    assert [change.amount_cny for change in changes][1:] == [Decimal(9000), Decimal(13500), Decimal(18000)]
    assert all(change.gain_cny is None for change in changes)


def test_both_sides_of_the_threshold_of_a_missing_number_are_told(ask):
    assert told(ask("vat_exemption", credit_line_cny=None, has_credit_line=True)) == [
        ({"credit_line_cny": "10000000.00"}, "PASS"),
        ({"credit_line_cny": "10000000.01"}, "FAIL"),
    ]
    assert told(ask("government_guarantee", guarantee_fee_rate=None)) == [
        ({"guarantee_fee_rate": "0.01"}, "PASS"),
        ({"guarantee_fee_rate": "0.010001"}, "FAIL"),
    ]


def test_both_sides_of_a_missing_day_are_told(ask):
    given = {"applied_on": None, "renewal_signed_on": "2027-09-28"}
    assert told(ask("renewal_without_repayment", on=date(2027, 10, 8), **given)) == [
        ({"applied_on": "2027-09-28"}, "PASS"),
        ({"applied_on": "2027-09-29"}, "FAIL"),
    ]


def test_a_missing_indicator_is_told_by_the_limits_of_the_size_standard(ask):
    given = {"size_class": None, "industry": "C17", "employees": 400}
    changes = told(ask("vat_exemption", **given))
    assert ({"revenue_cny": "19999999.99"}, "PASS") in changes
    assert ({"revenue_cny": "20000000.00"}, "FAIL") in changes
    young = told(ask("vat_exemption", revenue_months=6, **given))
    assert ({"revenue_cny": "9999999.99"}, "PASS") in young
    assert ({"revenue_cny": "10000000.00"}, "FAIL") in young


def test_a_missing_fact_that_settles_nothing_alone_is_left_to_the_finding(ask):
    given = {"credit_line_cny": None, "contract_amount_cny": None, "loan_balance_cny": None}
    facts = {move.fact for change in ask("vat_exemption", **given) for move in change.moves}
    assert "credit_line_cny" in facts
    assert "has_credit_line" not in facts


# ---------------------------------------------------------------- what is never proposed
@pytest.mark.parametrize(
    ("measure", "given"),
    [
        ("interest_subsidy", {"is_green_inclusive": False}),
        ("interest_subsidy", {"entity_type": "INDIVIDUAL_BUSINESS"}),
        ("interest_subsidy", {"subsidy_used_ytd_cny": "150000"}),
        ("interest_subsidy", {"loan_balance_cny": "0"}),
        ("vat_exemption", {"size_class": "MEDIUM"}),
        ("vat_exemption", {"bank_inclusive_target_met": False}),
        ("renewal_without_repayment", {"loan_kind": "FIXED_ASSET"}),
        ("renewal_without_repayment", {"size_class": "LARGE"}),
        ("renewal_without_repayment", {"difficulty_is_temporary": False}),
        ("government_guarantee", {"size_class": "MEDIUM"}),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_what_is_as_it_is_or_would_be_a_lie_is_not_proposed(ask, measure, given):
    assert ask(measure, **given) == ()


def test_a_method_that_was_chosen_for_the_year_is_not_changed(ask):
    changes = ask("vat_exemption", annual_rate="0.054", vat_method=1)
    assert "vat_method" not in {move.fact for change in changes for move in change.moves}


def test_a_day_that_is_past_is_not_moved(ask):
    late = {"applied_on": "2027-09-30", "renewal_signed_on": "2027-09-28"}
    assert ask("renewal_without_repayment", on=date(2027, 10, 8), **late) == ()


def test_a_loan_that_fell_due_last_year_is_not_made_longer(ask):
    assert ask("interest_subsidy", start_date="2025-03-01", maturity_date="2025-12-31") == ()


def test_a_planned_day_is_moved_but_not_into_the_past(ask):
    plan = {"maturity_date": "2027-05-10", "applied_on": "2027-05-20"}
    changes = ask("renewal_without_repayment", on=date(2027, 5, 9), **plan)
    assert told(changes) == [({"applied_on": "2027-05-09"}, "PASS")]
    assert ask("renewal_without_repayment", on=date(2027, 5, 10), **plan) == ()


def test_interest_that_was_received_is_not_bettered_by_a_lower_rate(ask):
    given = {"annual_rate": "0.054", "vat_method": 1, "interest_cny": "432000"}
    assert ask("vat_exemption", **given) == ()


def test_the_amount_of_a_drawn_loan_is_settled():
    measure = BY_KEY["interest_subsidy"]
    known = {"loan_amount_cny": Decimal(100), "maturity_date": date(2028, 1, 1)}
    drawn = Trials(Facts(start_date=DAY - timedelta(days=1), **known), DAY, measure, None)
    planned = Trials(Facts(start_date=DAY, **known), DAY, measure, None)
    assert nearest("loan_amount_cny", drawn, {}, lambda _: True) is None
    assert nearest("loan_amount_cny", planned, {}, lambda _: True) == Decimal("99.99")


def test_a_contradiction_and_a_day_without_law_are_errors_as_in_evaluate():
    with pytest.raises(FactError, match="green_grade_date"):
        what_if(Facts(green_grade_date=date(2030, 1, 1)), DAY, measure=BY_KEY["interest_subsidy"])
    with pytest.raises(NoNumberForDay):
        what_if(Facts(), date(2020, 1, 1), measure=BY_KEY["interest_subsidy"])


# ---------------------------------------------------------------- whatever the facts
SOME = {
    FEN: [Decimal(edge) + step for edge in (0, 10**6, 10**7, 12 * 10**6) for step in (0, Decimal("0.01"))],
    RATES: [Decimal(rate) for rate in ("0", "0.01", "0.010001", "0.045", "0.045001", "0.0525", "0.2")],
    DAYS: [date(2026, 1, 1), DAY, DAY + timedelta(days=1), date(2027, 9, 30), date(2027, 10, 1)],
}


def _strategy(fact):
    one = levers()[fact]
    if fact == "industry":
        return st.sampled_from(["C17", "J66", "A01", "F52"])
    if one.grid is None:
        return st.sampled_from(one.words)
    if one.grid in SOME:
        return st.sampled_from(SOME[one.grid])
    return st.integers(one.grid.least, one.grid.most)


STRATEGIES = {fact: _strategy(fact) for fact in KINDS}
ANYTHING = st.fixed_dictionaries({}, optional=STRATEGIES)


@pytest.fixture(scope="module")
def given_facts(backgrounds):
    """Facts near the background of a measure: most of them known, some drawn anew."""

    def drawn(data, measure):
        background = {name: value for name, value in backgrounds[measure.key].items() if value is not None}
        names = data.draw(st.lists(st.sampled_from(sorted(background)), max_size=3))
        others = {name: data.draw(st.none() | STRATEGIES[name], label=name) for name in names}
        anything = data.draw(ANYTHING) if data.draw(st.booleans(), label="anything") else {}
        return background | anything | others

    return drawn


def _changes(given, measure):
    try:
        facts = Facts.from_dict(given)
        return facts, what_if(facts, DAY, measure=measure)
    except (FactError, NoNumberForDay):
        assume(False)


def _asked(facts, measure, to):
    values = {name: getattr(facts, name) for name in KINDS} | to
    [finding] = evaluate(Facts.from_dict(values), DAY, measures=[measure])
    return finding


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.key)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(data=st.data())
def test_every_change_gives_what_it_says_and_none_is_improper(given_facts, measure, data):
    facts, changes = _changes(given_facts(data, measure), measure)
    before = _asked(facts, measure, {})
    for change in changes:
        then = _asked(facts, measure, {move.fact: move.to for move in change.moves})
        assert (change.present, change.result) == (before.result, then.result)
        _expect_worth(change, before, then)
        _expect_proper(change, facts)
        if len(change.moves) == 1:
            _expect_nearest(change, facts, measure, before)
        assert "征求意见稿" in change.text_zh
        assert "估算" in change.text_zh
        assert all(NAMES_ZH[move.fact] in change.text_zh for move in change.moves)


def _expect_worth(change, before, then):
    worth = worth_of(change.measure)
    amounts = [None if worth is None else finding.amounts.get(worth.name) for finding in (before, then)]
    assert change.amount_cny == amounts[1]
    assert change.gain_cny == (None if None in amounts else amounts[1] - amounts[0])
    if change.present is MET:
        assert change.gain_cny > 0
    elif change.present is not Result.UNKNOWN:
        assert change.result in (Result.PASS, Result.UNKNOWN)


def _expect_proper(change, facts):
    for move in change.moves:
        known = getattr(facts, move.fact)
        assert (move.present, move.to is None) == (known, False)
        if isinstance(move.to, Decimal):
            steps = move.to * (100 if levers()[move.fact].grid is FEN else 10**6)
            assert steps == int(steps)
        if known is None:
            continue
        assert levers()[move.fact].hold in (Hold.CHOICE, Hold.EVALUATION)
        if isinstance(known, date):
            assert known >= DAY
            assert move.to >= DAY


def _expect_nearest(change, facts, measure, before):
    [move] = change.moves
    grid = levers()[move.fact].grid
    if grid is None or move.present is None:
        return
    place, present = grid.floor(move.to), grid.floor(move.present)
    nearer = grid.at(place + (1 if place < present else -1))
    if nearer != move.present and before.result is not MET:
        assert _asked(facts, measure, {move.fact: nearer}).result is not change.result


def test_all_changes_of_one_measure_take_no_more_than_some_milliseconds(all_cases):
    took = []
    for case in all_cases:
        facts, measure = Facts.from_dict(case["given"]), BY_KEY[case["measure"]]
        start = process_time()
        what_if(facts, case["as_of"], measure=measure, parameters=case["parameters"])
        took.append(process_time() - start)
    assert sorted(took)[int(len(took) * 0.99)] < 0.06


def test_the_number_of_trials_is_bounded(monkeypatch, ask):
    monkeypatch.setattr(trials, "MOST_TRIALS", 3)
    assert len(ask("interest_subsidy", green_grade=None, is_green_inclusive=None)) <= 3
    stopped = Trials(Facts(), DAY, BY_KEY["interest_subsidy"], None)
    for day in range(3):
        stopped.verdict({"start_date": DAY + timedelta(days=day)})
    stopped.verdict({"start_date": DAY})
    with pytest.raises(Exhausted):
        stopped.verdict({})


# ---------------------------------------------------------------- the declarations
def test_every_fact_is_declared_once_with_what_holds_it():
    assert list(levers()) == list(KINDS)
    chosen = [one for one in levers().values() if one.hold is Hold.CHOICE]
    assert all(one.who and (one.grid is None or one.moves) for one in chosen)
    others = [one for one in levers().values() if one.hold is not Hold.CHOICE]
    assert not any(one.who for one in others)


@pytest.mark.parametrize("fact", KINDS)
def test_the_steps_and_words_of_a_fact_are_of_its_kind(fact):
    one, kind = levers()[fact], KINDS[fact]
    assert one.grid is None or not one.words
    assert fact == "industry" or one.grid or one.words
    assert [kind.read(word) for word in one.words] == list(one.words)
    if one.grid is not None and one.grid is not DAYS:
        assert [kind.read(one.grid.at(end)) for end in (one.grid.least, one.grid.most)]
        with pytest.raises(FactError, match=fact):
            read_fact(fact, kind, one.grid.at(one.grid.most + 1))
    assert all(levers()[other].grid is one.grid for other in one.not_below)


def test_what_can_be_lied_about_is_never_a_choice():
    lies = ("entity_type", "industry", "employees", "revenue_cny", "size_class", "risk_class")
    assert {levers()[fact].hold for fact in lies} == {Hold.FIXED}
    assert levers()["green_grade"].hold is Hold.EVALUATION


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.key)
def test_the_amount_that_is_compared_is_one_of_the_measure(measure, all_findings):
    assert measure.key in lever._declared()["amounts"]
    given = {name for finding in all_findings if finding.measure == measure.key for name in finding.amounts}
    worth = worth_of(measure.key)
    assert (worth is None) == (not given)
    assert worth is None or worth.name in given


def test_every_word_of_every_fact_has_a_chinese_name():
    kinds = [kind for kind in vars(words_of_facts).values() if isinstance(kind, type)]
    used = {type(word) for one in levers().values() for word in one.words if not isinstance(word, bool)}
    declared = lever._declared()["words"]
    assert {kind.__name__ for kind in used} == declared.keys()
    for kind in kinds:
        if issubclass(kind, StrEnum) and kind in used:
            assert list(declared[kind.__name__]) == [str(word) for word in kind]


def test_values_are_told_in_chinese():
    told = {
        "has_credit_line": (True, "是"),
        "green_grade": (words_of_facts.GreenGrade.NON, "非绿"),
        "annual_rate": (Decimal("0.045001"), "4.5001%"),
        "maturity_date": (date(2027, 9, 30), "2027-09-30"),
        "employees": (20, "20"),
        "loan_kind": (None, "未知"),
    }
    for fact, (value, expected) in told.items():
        assert value_in_words(fact, value) == expected


def test_a_fact_without_a_declaration_is_an_error_that_names_it(monkeypatch):
    declared = {**lever._declared(), "facts": {"entity_type": {"hold": "FIXED"}}}
    monkeypatch.setattr(lever, "_declared", lambda: declared)
    levers.cache_clear()
    with pytest.raises(ParameterError, match=r"levers\.yaml: facts: found annual_rate, applied_on"):
        levers()
    levers.cache_clear()


# ---------------------------------------------------------------- the parts
def test_a_change_is_json_with_decimals_and_days_as_text(ask):
    [change] = ask("vat_exemption", credit_line_cny="12000000")
    assert change.to_dict() == {
        "measure": "vat_exemption",
        "moves": [
            {
                "fact": "credit_line_cny",
                "fact_zh": "单户授信额度",
                "from": "12000000",
                "to": "10000000.00",
                "hold": "CHOICE",
                "hold_zh": "可协商选择",
                "who_zh": "银行",
            }
        ],
        "present": "FAIL",
        "result": "PASS",
        "amount_cny": "336000.00",
        "gain_cny": "336000.00",
        "missing": [],
        "text_zh": change.text_zh,
    }
    [late] = ask("renewal_without_repayment", maturity_date="2027-10-01")
    assert late.to_dict()["moves"][0]["to"] == "2027-09-30"


def test_what_is_fixed_but_not_known_is_a_fact_to_be_established(ask):
    changes = ask("vat_exemption", size_class=None)
    assert {move.hold for change in changes for move in change.moves} == {Hold.EVIDENCE}


def test_a_sentence_names_the_first_missing_facts_and_counts_the_rest():
    changes = what_if(Facts(), DAY, measure=BY_KEY["interest_subsidy"])
    unsure = next(change for change in changes if change.result is Result.UNKNOWN)
    assert len(unsure.missing) > 3
    assert f"等 {len(unsure.missing)} 项" in unsure.text_zh


def test_watched_facts_remember_what_was_read_even_through_a_property():
    watched = WatchedFacts.of(Facts(loan_amount_cny=5))
    assert watched.principal_cny == 5
    assert watched.seen == {"loan_balance_cny", "loan_amount_cny"}


def test_the_facts_of_a_measure_include_those_of_its_guards(backgrounds):
    facts = Facts.from_dict(backgrounds["vat_exemption"])
    read = facts_read(BY_KEY["vat_exemption"], facts, default_parameters().on(DAY))
    assert {"entity_type", "credit_line_cny", "annual_rate"} <= read
    assert "green_grade" not in read


@pytest.mark.parametrize(
    ("grid", "value", "place"),
    [
        (FEN, Decimal("10000000.019"), 1_000_000_001),
        (RATES, Decimal("0.0450019"), 45_001),
        (DAYS, date(1, 1, 2), 2),
        (whole_numbers(1, 12), 5, 5),
    ],
    ids=["fen", "rates", "days", "whole"],
)
def test_a_value_has_a_place_at_or_below_it(grid, value, place):
    assert grid.floor(value) == place
    assert grid.at(place) <= value
    assert grid.around(value) == {place - 1, place, place + 1}
    assert grid.around("text") == set()
