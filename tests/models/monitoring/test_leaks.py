import pytest

from models.monitoring.leaks import leaks
from models.monitoring.month import SourceMonth


def awake(history, late: int):
    history[-1].sources["serious_violation"] = SourceMonth(rows=60, late={"0": [50, late]})
    return history


def test_a_silent_source_that_names_those_who_stop_paying_is_a_leak(months, numbers):
    (told,) = leaks(awake(months(), 30), numbers)
    assert (told.kind, told.subject, told.since) == ("leak", "serious_violation", "2026-10")
    assert told.needs_person
    assert "60%" in told.what_zh


def test_a_silent_source_that_names_just_anybody_is_to_be_watched(months, numbers):
    (told,) = leaks(awake(months(), 6), numbers)
    assert (told.kind, told.needs_person) == ("leak", False)


def test_what_it_named_two_months_ago_counts_by_what_is_known_now(months, numbers):
    history = months()
    history[-3].sources["serious_violation"] = SourceMonth(rows=60, late={"0": [50, 6]})
    history[-1].sources["serious_violation"] = SourceMonth(rows=40, late={"0": [30, 9], "2": [50, 30]})
    (told,) = leaks(history, numbers)
    assert (told.since, told.needs_person) == ("2026-08", True)


def test_a_column_that_is_suddenly_filled_for_those_in_arrears_is_a_leak(months, numbers):
    history = months()
    for month in history:
        month.source("electricity").filled["unpaid_cny"] = 0
    history[-1].source("electricity").filled["unpaid_cny"] = 80
    history[-1].source("electricity").late_filled["unpaid_cny"] = [70, 45]
    (told,) = leaks(history, numbers)
    assert "unpaid_cny" in told.what_zh
    assert told.needs_person


def test_a_source_that_turns_to_those_in_arrears_is_one_too(months, numbers):
    history = months()
    history[-1].sources["court_enforcement"] = SourceMonth(rows=90, late={"0": [80, 70]})
    (told,) = leaks(history, numbers)
    assert (told.subject, told.since) == ("court_enforcement", "2026-10")


def test_a_yearly_source_that_speaks_in_its_season_is_no_news(months, numbers):
    history = months(length=24)
    for place, month in enumerate(history):
        rows = 400 if place in (11, 23) else 0
        month.sources["tax_credit_grade"] = SourceMonth(rows=rows, late={"0": [300, 30]} if rows else {})
    assert list(leaks(history, numbers)) == []


@pytest.mark.parametrize("seed", range(10))
def test_quiet_months_say_nothing(months, numbers, seed):
    assert list(leaks(months(seed=seed), numbers)) == []
