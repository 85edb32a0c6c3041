"""Declarations, arrears and the grade for paying taxes."""

import pytest

DECLARED = """
    entity_id | event_date | available_at | revenue_cny | tax_paid_cny | arrears_cny | late_days
    A         | 2023-10-31 | 2023-11-20   | 100         | 20           | 0           | 0
    A         | 2023-11-30 | 2023-12-20   | 200         | 20           | 0           | 0
    A         | 2024-01-31 | 2024-02-20   | 0           | 0            | 0           | 0
    A         | 2024-10-31 | 2024-11-20   | 50          | 10           | 5           | 3
    A         | 2024-11-30 | 2024-12-20   | 100         | 10           | 7           | 12
"""


def test_revenue_is_compared_with_the_same_months_of_the_year_before(value):
    assert value("declared_revenue_growth_3m", DECLARED) == {"A": pytest.approx(-0.5)}
    assert value("declared_revenue_cny_3m", DECLARED) == {"A": 150}
    assert value("declared_revenue_cny_24m", DECLARED) == {"A": 450}


def test_a_declaration_of_zero_is_not_a_missing_one(value):
    assert value("zero_revenue_months_12m", DECLARED) == {"A": 1}
    assert value("zero_revenue_months_6m", DECLARED) == {"A": 0}
    assert value("months_declared_12m", DECLARED) == {"A": 3}


def test_taxes_paid_arrears_and_late_filings(value):
    assert value("tax_paid_cny_12m", DECLARED) == {"A": 20}
    assert value("tax_paid_growth_12m", DECLARED) == {"A": -0.5}
    assert value("arrears_latest_cny", DECLARED) == {"A": 7}
    assert value("arrears_month_share_6m", DECLARED) == {"A": 1}
    assert value("late_filing_count_12m", DECLARED) == {"A": 2}


def test_volatility_of_declared_revenue_needs_three_months(value):
    assert value("declared_revenue_volatility_12m", DECLARED) == {"A": pytest.approx(1.0)}
    two_months = "\n".join(line for line in DECLARED.splitlines() if "2024-11-30" not in line)
    assert value("declared_revenue_volatility_12m", two_months) == {"A": None}


ARREARS = """
    entity_id | record_id | event_date | available_at | tax_kind | amount_cny | late_fee_cny | settled_date
    A         | 1         | 2024-10-02 | 2024-10-30   | VAT      | 1000.50    | 10           |
    A         | 2         | 2024-11-01 | 2024-11-30   | CIT      | 200        |              |
    A         | 2         | 2024-11-01 | 2024-12-20   | CIT      | 200        | 4            | 2024-12-15
    B         | 3         | 2023-03-02 | 2023-03-30   | VAT      | 70         |              |
    B         | 3         | 2023-03-02 | 2023-06-30   | VAT      | 70         |              | 2023-06-15
"""


def test_settled_arrears_are_no_longer_open(value):
    assert value("open_tax_arrears_cny", ARREARS) == {"A": 1000.5, "B": 0}
    assert value("open_tax_arrears_count", ARREARS) == {"A": 1, "B": 0}
    assert value("open_tax_arrears_cny", ARREARS, "2024-12-10") == {"A": 1200.5, "B": 0}
    assert value("oldest_open_arrears_days", ARREARS) == {"A": 90, "B": None}


def test_arrears_are_counted_by_the_day_they_fell_due(value):
    assert value("tax_arrears_count_12m", ARREARS) == {"A": 2, "B": None}
    assert value("tax_arrears_count_24m", ARREARS) == {"A": 2, "B": 1}
    assert value("late_fees_cny_24m", ARREARS) == {"A": 14, "B": None}


GRADES = """
    entity_id | event_date | available_at | grade | score
    worse     | 2023-12-31 | 2024-04-20   | C     | 55
    worse     | 2022-12-31 | 2023-04-20   | A     | 95
    new       | 2023-12-31 | 2024-04-20   | M     | 75
    direct    | 2023-12-31 | 2024-04-20   | D     |
    direct    | 2022-12-31 | 2023-04-20   | M     | 75
    direct    | 2021-12-31 | 2022-04-20   | D     |
"""


def test_grades_have_places_and_m_has_none(value):
    assert value("tax_credit_place", GRADES) == {"worse": 3, "new": None, "direct": 4}
    assert value("tax_credit_is_m", GRADES) == {"worse": 0, "new": 1, "direct": 0}
    assert value("tax_credit_score", GRADES) == {"worse": 55, "new": 75, "direct": None}


def test_a_fall_by_two_grades_is_told_and_a_change_from_m_is_not(value):
    assert value("tax_credit_place_change", GRADES) == {"worse": 2, "new": None, "direct": None}
    assert value("tax_credit_d_count_60m", GRADES) == {"worse": 0, "new": 0, "direct": 2}


def test_a_reassessment_replaces_the_grade_from_the_day_it_is_known(value):
    drawing = """
        entity_id | record_id | event_date | available_at | grade
        A         | 1         | 2023-12-31 | 2024-04-20   | C
        A         | 1         | 2023-12-31 | 2024-09-01   | B
    """
    assert value("tax_credit_place", drawing, "2024-08-31") == {"A": 3}
    assert value("tax_credit_place", drawing) == {"A": 2}
