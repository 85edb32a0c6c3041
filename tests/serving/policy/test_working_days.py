"""Working days as they were announced, and the last day of a period."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.policy.working_days import Counting, LastDay, is_working_day, last_day

KNOWN = st.dates(date(2024, 1, 1), date(2026, 11, 1))
"""Days from which a month ahead is known."""


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_of_every_year_that_is_asked_about_the_days_off_are_known(year):
    days = [date(year, 1, 1) + timedelta(number) for number in range(366)]
    worked = [is_working_day(day) for day in days if day.year == year]
    assert None not in worked
    assert 247 <= sum(worked) <= 252


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2024, 2, 10), False),  # Spring Festival
        (date(2024, 2, 18), True),  # a Sunday worked in its stead
        (date(2025, 1, 26), True),
        (date(2025, 5, 5), False),
        (date(2026, 2, 14), True),  # a Saturday
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),  # a Saturday
        (date(2026, 11, 21), False),  # a Saturday
        (date(2093, 1, 5), None),
        (date(1999, 1, 5), None),
    ],
)
def test_days_are_worked_as_the_state_council_announced(day, worked):
    assert is_working_day(day) is worked


@given(KNOWN, st.integers(1, 30), st.sampled_from(Counting))
def test_the_last_day_is_worked_and_not_before_it_was_counted(start, days, counting):
    found = last_day(start, days, counting)
    assert is_working_day(found.day) is True
    assert found.day >= start + timedelta(days=days)
    assert found.unknown_year is None


@given(KNOWN, st.integers(1, 30))
def test_so_many_working_days_lie_after_the_start(start, days):
    found = last_day(start, days, Counting.WORKING)
    between = [start + timedelta(number) for number in range(1, (found.day - start).days + 1)]
    assert sum(is_working_day(day) for day in between) == days


@given(KNOWN, st.integers(1, 30))
def test_only_days_off_are_skipped_by_moving(start, days):
    counted = start + timedelta(days=days)
    found = last_day(start, days, Counting.CALENDAR)
    skipped = [counted + timedelta(number) for number in range((found.day - counted).days)]
    assert not any(is_working_day(day) for day in skipped)
    assert found.moved_from == (counted if skipped else None)


def test_a_period_that_moves_out_of_the_known_years_is_told_as_counted():
    assert last_day(date(2093, 12, 28), 7, Counting.CALENDAR) == LastDay(date(2094, 1, 4), None, 2094)
    assert last_day(date(2093, 12, 28), 7, Counting.WORKING) == LastDay(None, None, 2093)
