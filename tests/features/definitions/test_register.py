"""The business register: changes by kind, the state of the registration, annual reports."""

import pytest

CHANGES = """
    entity_id | event_date | available_at | kind                 | capital_change_cny
    A         | 2024-03-01 | 2024-03-08   | LEGAL_REPRESENTATIVE |
    A         | 2023-03-01 | 2023-03-08   | LEGAL_REPRESENTATIVE |
    A         | 2024-05-01 | 2024-05-08   | CAPITAL              | -500000
    A         | 2024-06-01 | 2024-06-08   | CAPITAL              | 200000
    B         | 2023-06-01 | 2023-06-08   | ADDRESS              |
    C         | 2020-06-01 | 2020-06-08   | SHAREHOLDER          |
"""


def test_changes_are_counted_by_kind_and_window(value):
    assert value("legal_representative_change_count_12m", CHANGES) == {"A": 1, "B": None, "C": None}
    assert value("legal_representative_change_count_24m", CHANGES) == {"A": 2, "B": 0, "C": None}
    assert value("address_change_count_24m", CHANGES) == {"A": 0, "B": 1, "C": None}
    assert value("shareholder_change_count_24m", CHANGES) == {"A": 0, "B": 0, "C": None}


def test_a_reduction_of_capital_counts_and_an_increase_does_not(value):
    assert value("capital_reduction_count_24m", CHANGES) == {"A": 1, "B": 0, "C": None}
    assert value("capital_change_cny_24m", CHANGES) == {"A": -300000, "B": None, "C": None}


def test_the_newest_registration_tells_state_and_district(value):
    drawing = """
        entity_id | event_date | available_at | status  | district | entity_type
        A         | 2015-03-01 | 2015-03-08   | ACTIVE  | 330502   | ENTERPRISE
        A         | 2024-03-01 | 2024-03-08   | REVOKED | 330503   | ENTERPRISE
        B         | 2015-03-01 | 2015-03-08   | ACTIVE  | 330521   | ENTERPRISE
    """
    assert value("not_active", drawing) == {"A": 1, "B": 0}
    assert value("district", drawing) == {"A": "330503", "B": "330521"}


REPORTS = """
    entity_id | event_date | available_at | employees | assets_cny | liabilities_cny | revenue_cny | filed_late
    A         | 2023-12-31 | 2024-05-20   | 30        | 1000       | 800             | 500         | false
    A         | 2022-12-31 | 2023-08-20   | 40        | 1250       | 900             | 700         | true
    A         | 2020-12-31 | 2021-05-20   | 50        | 1500       | 900             | 800         | false
    hides     | 2023-12-31 | 2024-05-20   |           | 1000       |                 |             | false
    hides     | 2022-12-31 | 2023-05-20   | 8         | 1000       | 250             |             | false
"""  # noqa: E501 - a drawing


def test_reports_are_compared_with_the_year_before(value):
    assert value("reported_employees_growth", REPORTS) == {"A": pytest.approx(-0.25), "hides": None}
    assert value("reported_assets_growth", REPORTS) == {"A": pytest.approx(-0.2), "hides": 0}


def test_before_this_years_report_last_years_is_compared_with_the_one_before_it(value):
    drawing = """
        entity_id | event_date | available_at | employees
        A         | 2022-12-31 | 2023-05-20   | 30
        A         | 2021-12-31 | 2022-05-20   | 60
    """
    assert value("reported_employees_growth", drawing, "2024-03-01") == {"A": -0.5}


def test_what_the_newest_report_hides_is_missing_not_taken_from_an_older_one(value):
    assert value("liabilities_over_assets", REPORTS) == {"A": 0.8, "hides": None}
    assert value("reported_employees", REPORTS) == {"A": 30, "hides": None}
    assert value("reported_revenue_cny", REPORTS) == {"A": 500, "hides": None}


def test_a_year_without_report_is_missed_and_an_overdue_one_grows_old(value):
    assert value("missed_report_years", REPORTS) == {"A": 1, "hides": 0}
    assert value("days_since_reported_year", REPORTS) == {"A": 366, "hides": 366}


def test_only_the_newest_report_tells_whether_it_was_late(value):
    assert value("report_filed_late", REPORTS) == {"A": 0, "hides": 0}
    assert value("report_filed_late", REPORTS, "2023-12-31") == {"A": 1, "hides": 0}
