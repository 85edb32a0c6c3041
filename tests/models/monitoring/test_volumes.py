import pytest

from models.monitoring.month import SourceMonth
from models.monitoring.volumes import stopped, withdrawn


def silence(history, name, last: int, share: float = 0.0):
    """The last months bring only what happened before, and a share of the rest."""
    for month in history[-last:]:
        usual = month.source(name)
        rows = int(usual.rows * share)
        month.sources[name] = SourceMonth(rows=rows, by_lag={"1": rows, "2": 30})
    return history


def test_a_source_that_brings_nothing_new_has_stopped_since_the_month_of_its_last_events(months, numbers):
    (told,) = stopped(silence(months(), "electricity", 1), numbers)
    assert (told.kind, told.subject, told.since) == ("source_stops", "electricity", "2026-09")
    assert told.needs_person
    assert told.how_sure > 0.9
    assert "用电" in told.what_zh
    assert told.look_first_zh


def test_it_is_told_as_long_as_it_lasts_with_the_same_beginning(months, numbers):
    (told,) = stopped(silence(months(), "electricity", 5), numbers)
    assert told.since == "2026-05"


def test_half_a_delivery_is_late_and_no_matter_for_a_person(months, numbers):
    (told,) = stopped(silence(months(), "electricity", 1, share=0.3), numbers)
    assert told.kind == "source_late"
    assert not told.needs_person


def test_performance_of_loans_that_does_not_come_means_late_labels(months, numbers):
    (told,) = stopped(silence(months(), "loan_performance", 2), numbers)
    assert (told.kind, told.since) == ("labels_late", "2026-08")
    assert "重训" in told.look_first_zh


def test_a_source_of_events_is_silent_where_chance_explains_it_no_more(months, numbers):
    history = months()
    history[-1].sources["court_enforcement"] = SourceMonth()
    (told,) = stopped(history, numbers)
    assert (told.kind, told.subject) == ("source_stops", "court_enforcement")


@pytest.mark.parametrize("seed", range(5))
def test_quiet_months_say_nothing(months, numbers, seed):
    history = months(seed=seed)
    assert list(stopped(history, numbers)) == []
    assert list(withdrawn(history, numbers)) == []


def test_nothing_is_said_without_a_history(months, numbers):
    assert list(stopped(silence(months(length=4), "electricity", 1), numbers)) == []


def yearly(history, name, at, newest):
    """A yearly source that brought rows in some months, its newest event as given."""
    for place, month in enumerate(history):
        rows = 500 if place in at else 0
        month.sources[name] = SourceMonth(rows=rows, newest=newest if rows else None)
    return history


@pytest.mark.parametrize(
    ("month", "told"),
    [
        ("2026-04", []),
        ("2026-05", [("source_late", False, "2026-05")]),
        ("2026-06", [("source_stops", True, "2026-05")]),
        ("2026-07", [("source_stops", True, "2026-05")]),
        ("2026-10", [("source_stops", True, "2026-05")]),
    ],
)
def test_grades_that_do_not_come_in_april_are_late_first_and_then_a_matter_for_a_person(
    months, numbers, month, told
):
    history = yearly(months(length=24), "tax_credit_grade", {5}, "2024-12-31")  # of 2025-04
    until = [one for one in history if one.month <= month]
    assert [(one.kind, one.needs_person, one.since) for one in stopped(until, numbers)] == told


def test_what_comes_while_overdue_begins_the_count_anew(months, numbers):
    history = yearly(months(length=24), "tax_credit_grade", {5}, "2023-12-31")  # of 2025-04, a year too old
    history[7].sources["tax_credit_grade"] = SourceMonth(rows=500, newest="2024-12-31")  # of 2025-06
    told = [next(stopped(history[:last], numbers)) for last in (7, 20, 24)]
    assert [one.since for one in told] == ["2025-05", "2026-05", "2026-05"]


def test_grades_outside_of_their_season_are_not_missed(months, numbers):
    history = yearly(months(length=24), "tax_credit_grade", {5, 17}, "2025-12-31")
    assert list(stopped(history, numbers)) == []


def test_a_tenth_of_the_penalties_withdrawn_at_once_is_a_campaign(months, numbers):
    history = months()
    history[-1].sources["administrative_penalty"] = SourceMonth(rows=70, withdrawn=240)
    (told,) = withdrawn(history, numbers)
    assert (told.kind, told.subject, told.since) == ("repairs_withdraw", "administrative_penalty", "2026-10")
    assert "240" in told.what_en


def test_it_is_still_news_a_month_later_and_no_longer_after_that(months, numbers):
    history = months()
    history[-2].sources["administrative_penalty"] = SourceMonth(rows=70, withdrawn=240)
    assert [one.since for one in withdrawn(history, numbers)] == ["2026-09"]
    assert list(withdrawn([*history, history[-1]], numbers)) == []
