"""Calendar months between days."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from serving.policy.months import months_before, whole_months_between

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


def test_where_a_month_is_shorter_its_last_day_is_taken():
    assert months_before(date(2024, 3, 31), 1) == date(2024, 2, 29)
    assert months_before(date(2026, 12, 31), 12) == date(2025, 12, 31)


@given(DAYS, DAYS)
def test_the_months_between_two_days_are_those_that_are_over(first, second):
    start, end = sorted((first, second))
    months = whole_months_between(start, end)
    assert months_before(end, months) >= start
    assert months_before(end, months + 1) < start
