"""Facts: what is accepted, and what a person reads when it is not."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from serving.policy import FactError, Facts, evaluate
from serving.policy.facts import KINDS, NAMES_ZH
from serving.policy.kinds import GreenGrade


def test_values_are_read_from_what_json_gives():
    facts = Facts.from_dict(
        {
            "green_grade": "DEEP",
            "credit_line_cny": "10000000.01",
            "loan_balance_cny": 800,
            "annual_rate": 0.045,
            "maturity_date": "2027-09-30",
            "employees": "86",
            "is_sannong": None,
        }
    )
    assert facts.green_grade is GreenGrade.DEEP
    assert facts.credit_line_cny == Decimal("10000000.01")
    assert facts.loan_balance_cny == Decimal(800)
    assert facts.annual_rate == Decimal("0.045")
    assert facts.maturity_date == date(2027, 9, 30)
    assert facts.employees == 86
    assert facts.is_sannong is None


def test_a_line_that_is_given_means_that_there_is_one():
    assert Facts(credit_line_cny=Decimal(1)).has_credit_line is True
    assert Facts(credit_line_cny=Decimal(0)).has_credit_line is False
    assert Facts().has_credit_line is None


@pytest.mark.parametrize(
    ("name", "found", "expected"),
    [
        ("loan_balance_cny", "-0.01", "an amount in yuan, not negative"),
        ("loan_balance_cny", "NaN", "an amount in yuan"),
        ("loan_balance_cny", "1e-999999999", "an amount in yuan"),
        ("loan_balance_cny", float("inf"), "an amount in yuan"),
        ("loan_balance_cny", "1e15", "at most 10^14"),
        ("loan_balance_cny", "500万", "an amount in yuan"),
        ("loan_balance_cny", "5,000,000", "an amount in yuan"),
        ("loan_balance_cny", "", "an amount in yuan"),
        ("loan_balance_cny", True, "an amount in yuan"),
        ("loan_balance_cny", [5], "an amount in yuan"),
        ("annual_rate", "3", 'where 4.5 % is "0.045"'),
        ("annual_rate", "300%", 'where 4.5 % is "0.045"'),
        ("annual_rate", -0.01, "a yearly rate from 0 to 1"),
        ("employees", 8.5, "a whole number of persons"),
        ("employees", -1, "a whole number of persons"),
        ("employees", "many", "a whole number of persons"),
        ("revenue_months", 0, "a whole number of months from 1 to 12"),
        ("revenue_months", 13, "a whole number of months from 1 to 12"),
        ("maturity_date", "2027-02-30", "a day like 2026-11-20"),
        ("maturity_date", "20270930", "a day like 2026-11-20"),
        ("maturity_date", datetime(2027, 9, 30, tzinfo=UTC), "a day like 2026-11-20"),
        ("maturity_date", 20270930, "a day like 2026-11-20"),
        ("size_class", "TINY", "one of MICRO, SMALL, MEDIUM, LARGE"),
        ("green_grade", "deep", "one of NON, LIGHT, MEDIUM, DEEP"),
        ("green_grade", 3, "one of NON, LIGHT, MEDIUM, DEEP"),
        ("vat_method", 3, "a whole number of the method from 1 to 2"),
        ("is_sannong", "yes", "true or false"),
        ("is_sannong", 1, "true or false"),
        ("industry", "1713", "like C17"),
        ("industry", "Z17", "like C17"),
        ("industry", 17, "like C17"),
    ],
)
def test_a_value_that_cannot_be_is_an_error_that_names_the_fact(name, found, expected):
    with pytest.raises(FactError) as caught:
        Facts.from_dict({name: found})
    assert caught.value.field == name
    assert str(caught.value).startswith(f"{name}: found ")
    assert expected in str(caught.value)
    assert caught.value.exit_code == 7


def test_a_maturity_before_the_start_is_an_error():
    with pytest.raises(
        FactError, match="maturity_date: found 2026-01-01, expected a day not before start_date 2026"
    ):
        Facts.from_dict({"start_date": "2026-01-02", "maturity_date": "2026-01-01"})


def test_a_maturity_on_the_start_is_a_loan_of_no_day():
    assert Facts.from_dict({"start_date": "2026-01-02", "maturity_date": "2026-01-02"})


def test_a_line_where_there_is_none_is_an_error():
    with pytest.raises(FactError, match="credit_line_cny: found 5, expected no line"):
        Facts.from_dict({"has_credit_line": False, "credit_line_cny": 5})


def test_an_unknown_name_is_an_error_that_offers_the_nearest():
    with pytest.raises(
        FactError, match=r"credit_line_cn: found 5, expected .* did you mean credit_line_cny\?"
    ):
        Facts.from_dict({"credit_line_cn": 5})
    with pytest.raises(FactError, match="xyz"):
        Facts.from_dict({"xyz": 5})


def test_facts_that_are_no_mapping_are_an_error():
    with pytest.raises(FactError, match=r"facts: found .*, expected facts by name"):
        Facts.from_dict([("employees", 5)])


def test_a_grade_from_the_future_is_an_error():
    facts = Facts.from_dict({"green_grade": "DEEP", "green_grade_date": "2026-11-21"})
    with pytest.raises(
        FactError, match="green_grade_date: found 2026-11-21, expected a day not after as_of 2026-11-20"
    ):
        evaluate(facts, date(2026, 11, 20))
    assert evaluate(facts, date(2026, 11, 21))


@pytest.mark.parametrize("as_of", ["2026-11-20", datetime(2026, 11, 20, tzinfo=UTC), None])
def test_an_as_of_that_is_no_day_is_an_error(as_of):
    with pytest.raises(FactError, match="as_of: found"):
        evaluate(Facts(), as_of)


def test_every_fact_has_a_kind_a_chinese_name_and_a_line_in_the_docstring():
    for name in Facts.__dataclass_fields__:
        assert name in KINDS
        assert NAMES_ZH[name]
        assert f"\n        {name}: " in Facts.__doc__


def test_long_nonsense_is_cut_in_the_message():
    with pytest.raises(FactError) as caught:
        Facts.from_dict({"employees": "9" * 5000 + "x"})
    assert len(str(caught.value)) < 200
