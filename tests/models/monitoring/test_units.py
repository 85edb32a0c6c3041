import numpy as np
import pytest

from models.monitoring.month import SourceMonth
from models.monitoring.units import unit_changes


def changed(history, last: int, *quartiles: float):
    for month in history[-last:]:
        month.sources["electricity"] = SourceMonth(rows=1000, sizes={"kwh": [1000.0, *quartiles]})
    return history


@pytest.mark.parametrize(
    ("quartiles", "powers"), [((-1.3, -0.6, 0.1), "-4"), ((6.7, 7.4, 8.1), "+4"), ((5.7, 6.4, 7.1), "+3")]
)
def test_another_unit_is_told_with_its_power_of_ten(months, numbers, quartiles, powers):
    (told,) = unit_changes(changed(months(), 1, *quartiles), numbers)
    assert (told.kind, told.subject, told.needs_person) == ("unit_changes", "electricity", True)
    assert f"10^{powers}" in told.what_zh


def test_a_month_of_old_and_new_rows_shows_in_one_quartile_and_is_the_beginning(months, numbers):
    history = changed(months(), 3, -1.3, -0.6, 0.1)
    changed(history[:-2], 1, -1.2, 3.4, 4.1)
    (told,) = unit_changes(history, numbers)
    assert told.since == "2026-08"


def test_a_doubling_is_no_unit(months, numbers):
    assert list(unit_changes(changed(months(), 1, 3.0, 3.7, 4.4), numbers)) == []


def test_a_column_that_always_jumps_says_nothing(months, numbers):
    history = months()
    for place, month in enumerate(history):
        changed([month], 1, *([0.0, 0.0, 0.0] if place % 2 else [3.0, 3.0, 3.0]))
    assert list(unit_changes(history, numbers)) == []


@pytest.mark.parametrize("seed", range(5))
def test_quiet_months_say_nothing(months, numbers, seed):
    assert list(unit_changes(months(seed=seed), numbers)) == []


def reports_in(history, name: str, places, changes_at: int, column="assets_cny"):
    """A source that reports in some of the months, in 万元 in place of 元 from one of them on."""
    draw = np.random.default_rng(0)
    for place, month in enumerate(history):
        down = 4 if place >= changes_at else 0
        sizes = {column: [500.0, *(np.array([5.7, 6.4, 7.1]) - down + draw.normal(0, 0.1, 3))]}
        month.sources[name] = SourceMonth(rows=500, sizes=sizes) if place in places else SourceMonth()
    return history


NEVER = 99


@pytest.mark.parametrize("until", range(16, 22))
def test_reports_of_half_a_year_changed_in_the_first_month_that_has_rows(months, numbers, until):
    history = months(length=25)  # 2024-10 to 2026-10
    reports_in(history, "annual_report", [3, 4, 5, 6, 7, 8, 15, 16, 17, 18, 19, 20], changes_at=15)
    (told,) = unit_changes(history[:until], numbers)
    assert (told.subject, told.since) == ("annual_report", "2026-01")


@pytest.mark.parametrize(
    ("name", "places", "changes_at", "since"),
    [
        ("tax_declaration", range(0, 25, 3), 24, "2026-10"),
        ("tax_declaration", range(0, 24, 3), 21, "2026-07"),
        ("tax_credit_grade", [6, 18], NEVER, None),
        ("output_per_mu", [0, 12, 24], 24, "2026-10"),
        ("output_per_mu", [12, 24], 24, None),
    ],
)
def test_a_source_that_reports_seldom_is_held_against_two_years(
    months, numbers, name, places, changes_at, since
):
    history = reports_in(months(length=25), name, places, changes_at)
    assert [one.since for one in unit_changes(history, numbers)] == ([since] if since else [])


@pytest.mark.parametrize("every", [3, 4, 12])
def test_quiet_sources_that_report_seldom_say_nothing(months, numbers, every):
    history = reports_in(months(length=25), "annual_report", range(0, 25, every), NEVER)
    assert [one for last in range(1, 26) for one in unit_changes(history[:last], numbers)] == []


def test_those_who_file_early_are_no_other_unit_where_less_than_a_year_is_known(months, numbers):
    history = reports_in(months(length=10), "annual_report", [0, 1, 2, 9], changes_at=9)
    assert list(unit_changes(history, numbers)) == []
