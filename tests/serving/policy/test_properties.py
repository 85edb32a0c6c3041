"""What holds for any facts: caps hold, knowing less never decides more, text is as good as numbers."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from serving.policy import MEASURES, FactError, Facts, NoNumberForDay, Result, evaluate
from serving.policy.kinds import (
    EntityType,
    GradeSource,
    GreenGrade,
    LoanKind,
    LprTenor,
    ProductForm,
    RegistrationStatus,
    RiskClass,
    SecurityKind,
    SizeClass,
)
from serving.policy.measures.interest_subsidy import INTEREST_SUBSIDY

FEN = Decimal("0.01")
EDGES = [Decimal(edge) + step for edge in (0, 10**6, 5 * 10**6, 10**7, 5 * 10**7) for step in (0, FEN)]
MONEY = st.sampled_from(EDGES) | st.decimals(min_value=0, max_value=10**9, places=2)
RATE = st.sampled_from([Decimal(r) for r in ("0.01", "0.010001", "0.045", "0.045001", "0.0525", "0.2")])
DAYS = st.dates(date(2024, 1, 1), date(2029, 12, 31)) | st.sampled_from(
    [date(2027, 9, 30), date(2027, 12, 31)]
)
FLAG = st.booleans()
ONE = {
    "entity_type": st.sampled_from(EntityType),
    "industry": st.sampled_from(["C17", "J66", "A01", "F52", "L71"]),
    "employees": st.integers(0, 2000),
    "size_class": st.sampled_from(SizeClass),
    "green_grade": st.sampled_from(GreenGrade),
    "green_grade_source": st.sampled_from(GradeSource),
    "loan_kind": st.sampled_from(LoanKind),
    "risk_class": st.sampled_from(RiskClass),
    "registration_status": st.sampled_from(RegistrationStatus),
    "main_security": st.sampled_from(SecurityKind),
    "product_form": st.sampled_from(ProductForm),
    "vat_method": st.sampled_from([1, 2]),
    "vat_lpr_tenor": st.sampled_from(LprTenor),
    "revenue_months": st.integers(1, 12),
    "guarantee_days": st.integers(0, 400),
}


def _strategy(name):
    if name in ONE:
        return ONE[name]
    if name.endswith("_cny") or name == "contract_amount_cny":
        return MONEY
    if name.endswith(("_rate", "_tolerance")):
        return RATE
    return DAYS if name.endswith(("_date", "_on")) else FLAG


NAMES = [name for name in Facts.__dataclass_fields__ if name != "green_grade_date"]
GIVEN = st.fixed_dictionaries({}, optional={name: _strategy(name) for name in NAMES})
FULL = st.fixed_dictionaries({name: _strategy(name) for name in NAMES if name != "size_class"})


def findings(given, as_of):
    """The findings, or no example where the facts contradict each other."""
    try:
        return evaluate(Facts.from_dict(given), as_of)
    except FactError:
        assume(False)


@settings(max_examples=300, deadline=None)
@given(GIVEN | FULL, DAYS)
def test_amounts_are_never_negative_and_never_above_their_cap(given, as_of):
    for finding in findings(given, as_of):
        amounts = finding.amounts
        assert all(
            amount is None or (amount >= 0 and amount == round(amount, 2)) for amount in amounts.values()
        )
        if finding.measure == "interest_subsidy" and amounts:
            granted = amounts["subsidy_estimate_cny"]
            assert granted is None or granted <= Decimal(150_000)
            assert granted is None or finding.result is Result.FAIL or granted <= amounts["cap_remaining_cny"]


@settings(max_examples=300, deadline=None)
@given(GIVEN | FULL, DAYS)
def test_exempt_and_taxable_interest_make_the_interest(given, as_of):
    [vat] = [finding for finding in findings(given, as_of) if finding.measure == "vat_exemption"]
    exempt, taxable = vat.amounts["exempt_interest_cny"], vat.amounts["taxable_interest_cny"]
    facts = Facts.from_dict(given)
    if exempt is None or taxable is None:
        return
    interest = facts.interest_cny
    if interest is None:
        interest = facts.principal_cny * facts.annual_rate
    assert abs(exempt + taxable - interest) <= FEN


@settings(max_examples=500, deadline=None)
@given(GIVEN | FULL, DAYS, st.data())
def test_knowing_less_never_turns_unknown_into_pass(given, as_of, data):
    before = findings(given, as_of)
    removed = data.draw(st.sets(st.sampled_from(sorted(given)), min_size=1)) if given else set()
    less = {name: value for name, value in given.items() if name not in removed}
    for known, unknown in zip(before, findings(less, as_of), strict=True):
        if known.result is Result.UNKNOWN:
            assert unknown.result is not Result.PASS, (known, unknown)


@settings(max_examples=300, deadline=None)
@given(GIVEN, DAYS)
def test_unknown_names_what_is_missing_and_promises_nothing(given, as_of):
    promises = {"subsidy_estimate_cny", "exempt_interest_cny", "vat_cny", "max_premium_subsidy_cny"}
    for finding in findings(given, as_of):
        if finding.result is Result.UNKNOWN:
            assert finding.missing
            assert all(given.get(name) is None for name in finding.missing)
            assert all(finding.amounts.get(name) is None for name in promises)


@settings(max_examples=100, deadline=None)
@given(GIVEN | FULL, DAYS)
def test_facts_as_text_give_the_same_findings(given, as_of):
    as_text = {name: value if isinstance(value, bool) else str(value) for name, value in given.items()}
    assert findings(as_text, as_of) == findings(given, as_of)


@settings(max_examples=100, deadline=None)
@given(st.dates())
def test_any_day_gives_findings_or_an_error_that_names_a_file(as_of):
    try:
        found = evaluate(Facts(), as_of)
    except NoNumberForDay as error:
        found = str(error)
    assert isinstance(found, list) or ".yaml: no number for" in found


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), st.none() | st.text(max_size=6) | st.floats() | st.integers()))
def test_any_value_is_read_or_refused_by_its_name(given):
    refused = None
    try:
        Facts.from_dict(given)
    except FactError as error:
        refused = error.field
    assert refused is None or refused in NAMES


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MONEY, st.decimals(min_value=0, max_value=160_000, places=2), DAYS)
def test_a_subsidy_never_exceeds_what_the_cap_leaves(backgrounds, balance, used, maturity):
    given = backgrounds["interest_subsidy"] | {"loan_balance_cny": balance, "subsidy_used_ytd_cny": used}
    assume(maturity >= given["start_date"])
    granted = _subsidy(given | {"maturity_date": maturity})
    assert 0 <= granted <= max(Decimal(150_000) - used, Decimal(0))


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.key)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_pass_can_be_lost_but_not_won_by_knowing_less(backgrounds, measure, data):
    given = dict(backgrounds[measure.key])
    if data.draw(st.booleans(), label="without a line"):
        given |= {"credit_line_cny": None, "has_credit_line": False, "contract_amount_cny": Decimal(10**7)}
    order = data.draw(st.permutations(sorted(given)))
    was_unknown = False
    for name in order:
        del given[name]
        [finding] = evaluate(Facts.from_dict(given), date(2026, 11, 20), measures=[measure])
        assert not (was_unknown and finding.result is Result.PASS), given
        was_unknown = was_unknown or finding.result is Result.UNKNOWN


@pytest.mark.parametrize("grade", list(GreenGrade)[1:])
def test_a_higher_grade_is_never_worth_less(grade, backgrounds):
    given = backgrounds["interest_subsidy"]
    lower = list(GreenGrade)[list(GreenGrade).index(grade) - 1]
    worth = [_subsidy(given | {"green_grade": each}) for each in (lower, grade)]
    assert worth[0] < worth[1]


def _subsidy(given):
    [finding] = evaluate(Facts.from_dict(given), date(2026, 11, 20), measures=[INTEREST_SUBSIDY])
    return finding.amounts["subsidy_estimate_cny"]
