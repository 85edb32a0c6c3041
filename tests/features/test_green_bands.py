from datetime import date
from decimal import Decimal

import pytest

from features.errors import RecipeError, RequestError
from features.green_bands import (
    carbon_efficiency,
    carbon_efficiency_grade,
    carbon_intensity,
    carbon_intensity_level,
    stated,
)

DAY = date(2026, 10, 31)


@pytest.mark.parametrize(
    ("efficiency", "grade"),
    [
        ("0", 1), (0.6, 1), ("0.6001", 2), (0.8, 2), ("0.8001", 3), (1.2, 3),
        ("1.2001", 4), (2.0, 4), (2.0001, 5), (99, 5), (None, None),
    ],
)  # fmt: skip
def test_grades_of_carbon_efficiency_hold_their_upper_bounds(efficiency, grade):
    assert carbon_efficiency_grade(efficiency, DAY) == grade


@pytest.mark.parametrize(
    ("intensity", "level"), [(0.6, 1), (0.6001, 2), (2.0, 2), ("2.0001", 3), (7.01, 3), (None, None)]
)
def test_levels_of_carbon_intensity_hold_their_upper_bounds(intensity, level):
    assert carbon_intensity_level(intensity, DAY) == level


def test_the_worked_example_of_the_method():
    own = carbon_intensity(1500, 1000)
    assert (own, carbon_efficiency(own, "1.25")) == (Decimal("1.5"), Decimal("1.2"))
    assert (
        carbon_efficiency_grade(carbon_efficiency(own, "1.25"), DAY),
        carbon_intensity_level(own, DAY),
    ) == (3, 2)


def test_a_quotient_that_floats_would_lift_above_the_bound_stays_on_it():
    assert 2.46 / 2.05 > 1.2
    assert carbon_efficiency_grade(carbon_efficiency("2.46", "2.05"), DAY) == 3


def test_own_power_and_sinks_are_taken_off():
    assert carbon_intensity(1500, 1000, zero_carbon_t=300) == Decimal("1.2")
    assert carbon_intensity(100, 1000, zero_carbon_t=300) == 0


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: carbon_intensity(-1, 1000), "co2_t is -1; expected a number from zero on"),
        (lambda: carbon_intensity(1, 0), "value_added_wan is 0; expected a number above zero"),
        (lambda: carbon_intensity("a lot", 1), "co2_t is 'a lot'; expected a number"),
        (lambda: carbon_efficiency(1, "nan"), "industry_intensity is nan"),
        (lambda: carbon_efficiency_grade(-0.1, DAY), "carbon_efficiency_grade is -0.1"),
        (
            lambda: carbon_efficiency_grade(1, date(2020, 12, 31)),
            "no value on 2020-12-31; the first one holds",
        ),
    ],
)
def test_what_cannot_be_is_an_error_that_names_it(ask, message):
    with pytest.raises(RequestError, match=message):
        ask()


def test_a_band_counts_from_its_first_day(tmp_path):
    file = tmp_path / "bands.yaml"
    file.write_text(
        "b: {description: d, zh: 丁, unit: u, cites: c, certainty: public, "
        "values: {2021-01-01: {upper: ['1']}, 2025-01-01: {upper: ['2']}}}",
        "utf-8",
    )
    found = stated("b", file)
    assert found.on(date(2024, 12, 31)) == (Decimal(1),)
    assert found.on(date(2025, 1, 1)) == (Decimal(2),)


@pytest.mark.parametrize(
    "told",
    [
        "a: {}",
        "b: {cites: c, certainty: public, values: {2021-01-01: {upper: ['2', '1']}}}",
        "b: {cites: '', certainty: public, values: {2021-01-01: {upper: ['1']}}}",
        "b: {cites: c, certainty: sure, values: {2021-01-01: {upper: ['1']}}}",
    ],
)
def test_a_file_that_is_not_whole_is_an_error_that_names_it(tmp_path, told):
    file = tmp_path / "bands.yaml"
    file.write_text(told.replace("{cites", "{description: d, zh: 丁, unit: u, cites"), "utf-8")
    with pytest.raises(RecipeError, match=r"bands\.yaml"):
        stated("b", file)


def test_every_parameter_says_where_it_comes_from_and_how_sure_it_is():
    for name in ("carbon_intensity_level", "carbon_efficiency_grade", "excluded_industries"):
        one = stated(name)
        assert one.cites
        assert one.certainty in ("public", "to_be_confirmed")
