"""What the green model reads: the environmental grade, the output per mu, the carbon code."""

import pytest


def test_grades_of_other_schemes_are_never_mixed(value):
    drawing = """
        entity_id | event_date | available_at | env_credit_scheme | env_credit_grade
        A         | 2022-12-31 | 2023-07-01   | ZJ                | B
        A         | 2023-12-31 | 2024-07-01   | JS                | E
        B         | 2023-12-31 | 2024-07-01   | CN2013            | A
    """
    assert value("env_credit_place", drawing, "2024-08-01") == {"A": 2, "B": None}


def test_the_newest_class_of_the_land_and_its_tax(value):
    drawing = """
        entity_id | event_date | available_at | output_per_mu_class | tax_per_mu_cny | green_factory
        A         | 2022-12-31 | 2023-07-30   | D                   | 10000          | false
        A         | 2023-12-31 | 2024-07-30   | B                   | 250000.50      | true
        B         | 2023-12-31 | 2024-07-30   | A                   |                |
    """
    assert value("output_per_mu_place", drawing) == {"A": 2, "B": 1}
    assert value("tax_per_mu_cny", drawing) == {"A": 250000.5, "B": None}
    assert value("is_green_factory", drawing) == {"A": 1, "B": None}


def test_carbon_of_the_newest_year_and_against_the_year_before(value):
    drawing = """
        entity_id | event_date | available_at | carbon_eff_k | carbon_intensity_l | energy_per_output
        A         | 2022-12-31 | 2023-08-30   | 1.2          | 2                  | 0.5
        A         | 2023-12-31 | 2024-08-30   | 0.9          | 1.5                | 0.4
        B         | 2023-12-31 | 2024-08-30   | 0.9          | 1.5                |
    """
    assert value("carbon_efficiency_k", drawing) == {"A": 0.9, "B": 0.9}
    assert value("carbon_intensity_growth", drawing) == {"A": pytest.approx(-0.25), "B": None}
    assert value("energy_per_output", drawing) == {"A": 0.4, "B": None}
    assert value("carbon_intensity_growth", drawing, "2024-08-29") == {"A": None, "B": None}
