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
