"""One cap for all loans of a firm, shared out so that the fen add up."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.policy import FactError, Facts, subsidy_for_loans

DAY = date(2026, 11, 20)
CAP = Decimal(150_000)


def loan(balance, **more):
    given = {
        "entity_type": "ENTERPRISE",
        "is_green_inclusive": True,
        "green_grade": "DEEP",
        "subsidy_used_ytd_cny": "0",
        "loan_balance_cny": balance,
        "start_date": "2025-12-01",
        "maturity_date": "2027-12-01",
    }
    return Facts.from_dict(given | more)


def shares(found):
    return [None if share is None else str(share) for share in found.by_loan_cny]


def test_two_loans_above_the_cap_share_it_by_what_they_earn():
    found = subsidy_for_loans([loan(25_000_000), loan(20_000_000)], DAY)
    assert str(found.total_cny) == "150000.00"
    assert shares(found) == ["83333.33", "66666.67"]
    assert found.cap_binding is True


def test_two_loans_below_the_cap_get_what_they_earn():
    found = subsidy_for_loans([loan(5_000_000), loan(2_500_000)], DAY)
    assert str(found.total_cny) == "27000.00"
    assert shares(found) == ["18000.00", "9000.00"]
    assert found.cap_binding is False


def test_loans_that_earn_exactly_the_cap_do_not_make_it_bind():
    third = {"start_date": "2026-01-01", "maturity_date": "2026-05-03"}  # 122 of 366 days
    # 3 x 50 m x 3 % x 10 % x 122 / 366 = 150,000 exactly, though each third has no end in decimals
    from serving.policy.law import default_parameters

    parameters = default_parameters().with_values(subsidy_factor_deep="0.10", subsidy_day_count=366)
    found = subsidy_for_loans([loan(50_000_000, **third)] * 3, DAY, parameters=parameters)
    assert str(found.total_cny) == "150000.00"
    assert found.cap_binding is False


def test_a_loan_that_fails_gets_nothing_and_takes_nothing():
    found = subsidy_for_loans([loan(50_000_000), loan(50_000_000, is_green_inclusive=False)], DAY)
    assert shares(found) == ["150000.00", "0.00"]


def test_what_was_already_used_is_taken_off_once_for_the_firm():
    used = {"subsidy_used_ytd_cny": "149999.99"}
    found = subsidy_for_loans([loan(25_000_000, **used), loan(20_000_000, **used)], DAY)
    assert str(found.total_cny) == "0.01"
    assert shares(found) == ["0.01", "0.00"]


def test_an_unknown_loan_leaves_the_sum_unknown():
    found = subsidy_for_loans([loan(25_000_000), loan(20_000_000, green_grade=None)], DAY)
    assert (found.total_cny, shares(found), found.cap_binding) == (None, [None, None], None)


def test_loans_that_disagree_on_what_was_used_are_an_error():
    with pytest.raises(FactError, match=r"subsidy_used_ytd_cny: found .* expected one amount"):
        subsidy_for_loans([loan(5), loan(5, subsidy_used_ytd_cny="1")], DAY)


def test_a_firm_without_loans_is_an_error():
    with pytest.raises(FactError, match="subsidy_used_ytd_cny"):
        subsidy_for_loans([], DAY)


BALANCES = st.lists(
    st.decimals(min_value=0, max_value=10**8, places=2, allow_nan=False), min_size=1, max_size=8
)


@given(BALANCES, st.decimals(min_value=0, max_value=200_000, places=2))
def test_the_fen_add_up_and_never_exceed_what_the_cap_leaves(balances, used):
    found = subsidy_for_loans([loan(balance, subsidy_used_ytd_cny=used) for balance in balances], DAY)
    assert sum(found.by_loan_cny) == found.total_cny
    assert found.total_cny <= max(CAP - used, Decimal(0))
    assert all(share >= 0 and share == round(share, 2) for share in found.by_loan_cny)
