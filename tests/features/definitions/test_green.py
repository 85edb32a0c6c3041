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


def test_levels_by_the_bands_of_the_day_hold_their_upper_bounds(value):
    drawing = """
        entity_id | event_date | available_at | carbon_eff_k | carbon_intensity_l
        A         | 2023-12-31 | 2024-08-30   | 0.6          | 0.6
        B         | 2023-12-31 | 2024-08-30   | 1.2          | 2.0
        C         | 2023-12-31 | 2024-08-30   | 2.0001       | 2.0001
        D         | 2023-12-31 | 2024-08-30   |              | 5
    """
    assert value("carbon_efficiency_place", drawing) == {"A": 1, "B": 3, "C": 5, "D": None}
    assert value("carbon_intensity_place", drawing) == {"A": 1, "B": 2, "C": 3, "D": 3}


def test_means_of_several_years(value):
    drawing = """
        entity_id | event_date | available_at | carbon_eff_k | carbon_intensity_l | energy_per_output
        A         | 2019-12-31 | 2020-08-30   | 9            | 9                  | 9
        A         | 2022-12-31 | 2023-08-30   | 1.2          | 2                  | 0.5
        A         | 2023-12-31 | 2024-08-30   | 0.8          | 1                  | 0.3
    """
    assert value("carbon_efficiency_k_mean_48m", drawing) == {"A": pytest.approx(1.0)}
    assert value("energy_per_output_mean_48m", drawing) == {"A": pytest.approx(0.4)}


def test_every_scheme_of_environmental_credit_has_its_own_feature(value):
    drawing = """
        entity_id | event_date | available_at | env_credit_scheme | env_credit_grade
        A         | 2022-12-31 | 2023-07-01   | ZJ                | B
        A         | 2023-12-31 | 2024-07-01   | ZJ                | C
        B         | 2023-12-31 | 2024-07-01   | CN2013            | A
        C         | 2023-12-31 | 2024-07-01   | JS                | D
    """
    assert value("env_credit_place_mean_48m", drawing) == {"A": 2.5, "B": None, "C": None}
    assert value("env_credit_place_national", drawing) == {"A": None, "B": 1, "C": None}
    assert value("env_credit_place_jiangsu", drawing) == {"A": None, "B": None, "C": 4}


def test_certificates_and_classes_over_the_years(value):
    assert value(
        "iso14001_share_48m",
        """
        entity_id | event_date | available_at | iso14001
        A         | 2022-12-31 | 2023-07-01   | true
        A         | 2023-12-31 | 2024-07-01   | false
        """,
    ) == {"A": 0.5}
    assert value(
        "output_per_mu_place_mean_48m",
        """
        entity_id | event_date | available_at | output_per_mu_class
        A         | 2022-12-31 | 2023-07-01   | A
        A         | 2023-12-31 | 2024-07-01   | D
        """,
    ) == {"A": 2.5}


def test_only_the_ecology_bureaus_severe_penalties_veto(value):
    drawing = """
        entity_id | event_date | available_at | authority | severity | fine_cny
        A         | 2024-03-01 | 2024-03-10   | EEB       | SEVERE   | 50000
        B         | 2024-03-01 | 2024-03-10   | EEB       | MINOR    | 1000
        C         | 2024-03-01 | 2024-03-10   | TAX       | SEVERE   | 9000
        D         | 2021-03-01 | 2021-03-10   | EEB       | SEVERE   | 50000
    """
    none = {"C": None, "D": None}
    assert value("severe_environmental_penalty_count_36m", drawing) == {"A": 1, "B": 0} | none
    assert value("environmental_fines_cny_36m", drawing) == {"A": 50000, "B": 1000} | none
    assert value("days_since_environmental_penalty", drawing) == {"A": 305, "B": 305} | none


def test_environmental_licences_that_ended_before_their_time(value):
    drawing = """
        entity_id | event_date | available_at | authority | expiry_date | ended_date
        A         | 2020-03-01 | 2020-03-10   | EEB       | 2026-03-01  | 2024-06-01
        B         | 2020-03-01 | 2020-03-10   | EEB       | 2025-03-01  |
        C         | 2020-03-01 | 2020-03-10   | FIRE      | 2026-03-01  | 2024-06-01
        D         | 2018-03-01 | 2018-03-10   | EEB       | 2026-03-01  | 2020-06-01
    """
    ended = value("ended_environmental_licence_count_36m", drawing)
    assert ended == {"A": 1, "B": 0, "C": None, "D": 0}
    assert value("days_to_environmental_licence_expiry", drawing) == {
        "A": None,
        "B": 60,
        "C": None,
        "D": None,
    }


def test_an_excluded_industry_is_known_by_the_beginning_of_its_code(value):
    drawing = """
        entity_id | event_date | available_at | industry
        A         | 2020-03-01 | 2020-03-10   | B06
        B         | 2020-03-01 | 2020-03-10   | B0610
        C         | 2020-03-01 | 2020-03-10   | C17
        D         | 2020-03-01 | 2020-03-10   |
    """
    assert value("in_excluded_industry", drawing) == {"A": 1, "B": 1, "C": 0, "D": None}
    assert value("in_excluded_industry", drawing, "2021-06-30") == {"A": 0, "B": 0, "C": 0, "D": None}
