"""Who is due when: the calendar of deliveries, with a case on each side of every date."""

from datetime import date

import pytest

from features.catalogue import load_catalogue
from features.errors import RecipeError
from features.rhythm import declares_by_quarter, expected_newest, is_due, is_late, rhythm_of

CALENDAR = """
    source            | day        | newest period
    electricity       | 2026-04-17 | 2026-02-28
    electricity       | 2026-04-18 | 2026-03-31
    tax_declaration   | 2026-05-14 | 2026-02-28
    tax_declaration   | 2026-05-15 | 2026-03-31
    tax_credit_grade  | 2026-04-30 | 2024-12-31
    tax_credit_grade  | 2026-05-09 | 2024-12-31
    tax_credit_grade  | 2026-05-10 | 2025-12-31
    tax_credit_grade  | 2027-01-31 | 2025-12-31
    annual_report     | 2026-07-09 | 2024-12-31
    annual_report     | 2026-07-10 | 2025-12-31
    green_grade       | 2026-05-14 | 2025-03-31
    green_grade       | 2026-05-15 | 2026-03-31
    vat_invoice       | 2026-03-31 | 2026-03-01
    loan              | 2026-03-07 | 2026-01-31
    loan              | 2026-03-08 | 2026-02-28
    court_enforcement | 2026-03-08 | none
    registration      | 2026-03-08 | none
"""


def table(text):
    """The rows of a drawn table below its header."""
    return [tuple(cell.strip() for cell in line.split("|")) for line in text.strip().splitlines()[1:]]


@pytest.mark.parametrize(("source", "day", "newest"), table(CALENDAR))
def test_the_newest_period_that_should_be_known(source, day, newest):
    assert str(expected_newest(source, date.fromisoformat(day))).lower() == newest


@pytest.mark.parametrize(
    ("source", "months"),
    [
        ("tax_credit_grade", [4]),
        ("annual_report", [1, 2, 3, 4, 5, 6]),
        ("green_grade", [4, 5]),
        ("output_per_mu", [4, 5, 6, 7, 8, 9, 10, 11]),
        ("electricity", list(range(1, 13))),
        ("court_enforcement", list(range(1, 13))),
    ],
)
def test_the_months_in_which_rows_are_to_be_looked_for(source, months):
    assert [month for month in range(1, 13) if is_due(source, date(2026, month, 17))] == months


@pytest.mark.parametrize(
    ("source", "newest", "day", "late"),
    [
        ("tax_credit_grade", "2024-12-31", "2026-05-09", False),
        ("tax_credit_grade", "2024-12-31", "2026-05-10", True),
        ("tax_credit_grade", "2025-12-31", "2026-04-02", False),
        ("annual_report", "2024-12-31", "2026-07-09", False),
        ("annual_report", "2024-12-31", "2026-07-10", True),
        ("electricity", "2026-02-28", "2026-04-17", False),
        ("electricity", "2026-02-28", "2026-04-18", True),
        ("loan", "2026-02-11", "2026-03-31", False),
        ("court_enforcement", "2020-01-01", "2026-03-31", None),
        ("electricity", None, "2026-03-31", None),
    ],
)
def test_a_department_is_late_only_when_its_time_is_past(source, newest, day, late):
    known = date.fromisoformat(newest) if newest else None
    assert is_late(source, known, date.fromisoformat(day)) is late


def test_those_who_declare_by_the_quarter_do_so_four_times_a_year():
    declaring = [
        month for month in range(1, 13) if declares_by_quarter("tax_declaration", date(2026, month, 1))
    ]
    assert declaring == [1, 4, 7, 10]
    assert not declares_by_quarter("electricity", date(2026, 1, 1))


@pytest.mark.parametrize("source", sorted(load_catalogue()))
def test_periods_follow_one_another_without_a_gap(source):
    rhythm = rhythm_of(source)
    assert rhythm.has_periods == (rhythm.frequency not in ("event", "once"))
    if rhythm.has_periods:
        end = rhythm.period_end(date(2026, 2, 11))
        assert rhythm.period_end(rhythm.period_begin(end)) == end
        assert (rhythm.period_begin(end) - rhythm.previous(end)).days == 1
        assert rhythm.opens(end) > end or rhythm.usual_lag_days == 0
        assert rhythm.due(end) >= rhythm.opens(end)


@pytest.mark.parametrize("source", sorted(load_catalogue()))
def test_what_should_be_known_never_goes_back(source):
    days = [date(2025, month, day) for month in range(1, 13) for day in (1, 15, 28)]
    newest = [expected_newest(source, day) for day in days]
    if newest[0] is not None:
        assert newest == sorted(newest)
        assert all(known < day for known, day in zip(newest, days, strict=True))


def test_the_weeks_and_quarters_of_a_users_own_source(monkeypatch):
    told = load_catalogue()["electricity"]
    for frequency, end, begin in (
        ("weekly", date(2026, 2, 15), date(2026, 2, 9)),
        ("quarterly", date(2026, 3, 31), date(2026, 1, 1)),
    ):
        changed = type(told)(
            **{name: getattr(told, name) for name in told.__slots__} | {"frequency": frequency}
        )
        monkeypatch.setattr("features.rhythm.source_named", lambda _name, changed=changed: changed)
        rhythm = rhythm_of("electricity")
        assert rhythm.period_end(date(2026, 2, 11)) == end
        assert rhythm.period_begin(end) == begin


def test_a_source_that_is_not_in_the_catalogue_is_told():
    with pytest.raises(RecipeError, match="no source 'gossip'"):
        expected_newest("gossip", date(2026, 1, 1))
