"""Social insurance, housing fund, electricity, water and gas: months, levels, falls and unpaid bills."""

import pytest

INSURED = """
    entity_id | event_date | available_at | headcount | contribution_cny | unpaid_cny
    A         | 2023-10-31 | 2023-11-20   | 40        | 400              | 0
    A         | 2024-06-30 | 2024-07-20   | 50        | 500              | 0
    A         | 2024-10-31 | 2024-11-20   | 25        | 250              | 250
    A         | 2024-11-30 | 2024-12-20   | 20        | 200              | 1
    B         | 2024-11-30 | 2024-12-20   | 0         | 0                |
"""


def test_the_fall_from_the_best_month(value):
    assert value("headcount_drop_from_peak_6m", INSURED) == {"A": pytest.approx(0.2), "B": None}
    assert value("headcount_drop_from_peak_24m", INSURED) == {"A": pytest.approx(0.6), "B": None}


def test_headcount_against_the_year_before(value):
    assert value("headcount_change_on_year_3m", INSURED) == {"A": pytest.approx(22.5 / 40 - 1), "B": None}
    assert value("headcount_growth_3m", INSURED) == {"A": pytest.approx(-0.2), "B": None}


def test_arrears_months_count_what_is_known_to_be_unpaid(value):
    assert value("insurance_arrears_months_12m", INSURED) == {"A": 2, "B": 0}
    assert value("months_insured_12m", INSURED) == {"A": 3, "B": 1}


def test_the_housing_fund_tells_people_growth_and_arrears(value):
    assert value("fund_headcount_latest", INSURED) == {"A": 20, "B": 0}
    assert value("fund_headcount_growth_12m", INSURED) == {"A": pytest.approx(-0.6), "B": None}
    assert value("fund_arrears_months_6m", INSURED) == {"A": 2, "B": 0}
    assert value("fund_contribution_per_head_cny_12m", INSURED) == {"A": 10, "B": None}
    assert value("fund_months_paid_12m", INSURED) == {"A": 3, "B": 1}


METERED = """
    entity_id | event_date | available_at | kwh   | bill_cny | unpaid_cny
    A         | 2023-08-31 | 2023-09-10   | 400.5 | 300      | 0
    A         | 2024-08-31 | 2024-09-10   | 200   | 150      | 0
    A         | 2024-09-30 | 2024-10-10   | 0     | 0        | 0
    A         | 2024-10-31 | 2024-11-10   | 100   | 80       | 80
    A         | 2024-11-30 | 2024-12-10   | 100.5 | 80       |
"""


def test_a_month_in_which_the_meter_stood_still(value):
    assert value("zero_kwh_months_6m", METERED) == {"A": 1}
    assert value("lowest_month_over_mean_12m", METERED) == {"A": 0}


def test_electricity_levels_growth_and_bills(value):
    assert value("kwh_12m", METERED) == {"A": 400.5}
    assert value("kwh_growth_6m", METERED) == {"A": pytest.approx(100.125 / 400.5 - 1)}
    assert value("unpaid_bill_count_3m", METERED) == {"A": 1}
    assert value("unpaid_bill_share_12m", METERED) == {"A": pytest.approx(1 / 3)}
    assert value("kwh_volatility_12m", METERED)["A"] > 0


UTILITIES = """
    entity_id | event_date | available_at | utility | volume_m3 | unpaid_cny
    A         | 2023-11-30 | 2023-12-10   | WATER   | 100       | 0
    A         | 2024-08-31 | 2024-09-10   | WATER   | 50        | 0
    A         | 2024-11-30 | 2024-12-10   | WATER   | 25        | 5
    A         | 2024-10-31 | 2024-11-10   | WATER   | 0         | 0
    A         | 2024-11-30 | 2024-12-10   | GAS     | 30        | 0
    dry       | 2024-11-30 | 2024-12-10   | GAS     | 30        |
"""


def test_water_and_gas_are_told_apart(value):
    assert value("water_growth_12m", UTILITIES) == {"A": pytest.approx(-0.75), "dry": None}
    assert value("water_trend_3m", UTILITIES) == {"A": pytest.approx(-0.75), "dry": None}
    assert value("gas_growth_12m", UTILITIES) == {"A": None, "dry": None}
    assert value("gas_trend_3m", UTILITIES) == {"A": None, "dry": None}
    assert value("zero_water_months_12m", UTILITIES) == {"A": 1, "dry": None}


def test_a_bill_of_which_nothing_is_known_is_not_a_paid_one(value):
    assert value("unpaid_utility_share_6m", UTILITIES) == {"A": 0.25, "dry": None}
    assert value("unpaid_utility_share_12m", UTILITIES) == {"A": 0.25, "dry": None}
