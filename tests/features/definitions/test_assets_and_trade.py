"""Real estate, pledges, patents, investments; customs, tenders, subsidies."""

import pytest

RIGHTS = """
    entity_id | event_date | available_at | right     | area_m2 | secured_cny | ended_date
    A         | 2015-01-01 | 2015-01-05   | OWNERSHIP | 600.5   |             |
    A         | 2015-01-01 | 2015-01-05   | OWNERSHIP | 400     |             |
    A         | 2020-01-01 | 2020-01-05   | OWNERSHIP | 900     |             | 2023-01-01
    A         | 2021-01-01 | 2021-01-05   | MORTGAGE  | 600.5   | 5000        |
    A         | 2018-01-01 | 2018-01-05   | MORTGAGE  | 400     | 3000        | 2020-01-01
    A         | 2023-06-01 | 2023-06-05   | SEIZURE   | 400     |             |
    A         | 2022-06-01 | 2022-06-05   | SEIZURE   | 400     |             | 2022-09-01
    sold      | 2015-01-01 | 2015-01-05   | OWNERSHIP | 600     |             | 2023-01-01
    seized    | 2023-06-01 | 2023-06-05   | SEIZURE   | 400     |             |
"""


def test_only_rights_that_stand_are_owned(value):
    assert value("owned_area_m2", RIGHTS) == {"A": 1000.5, "sold": 0, "seized": None}


def test_mortgages_that_stand_over_what_is_owned(value):
    assert value("mortgage_secured_cny", RIGHTS) == {"A": 5000, "sold": None, "seized": None}
    assert value("mortgaged_area_share", RIGHTS) == {
        "A": pytest.approx(600.5 / 1000.5),
        "sold": None,
        "seized": None,
    }


def test_seizures_lifted_no_longer_stand_but_were(value):
    assert value("standing_seizure_count", RIGHTS) == {"A": 1, "sold": 0, "seized": 1}
    assert value("seizure_count_36m", RIGHTS) == {"A": 2, "sold": None, "seized": 1}


def test_pledges_released_do_not_stand(value):
    drawing = """
        entity_id | event_date | available_at | kind        | secured_cny | equity_share | released_date
        A         | 2024-03-01 | 2024-03-04   | EQUITY      | 100         | 0.7          |
        A         | 2023-03-01 | 2023-03-04   | EQUITY      | 100         | 0.6          |
        A         | 2023-03-01 | 2023-03-04   | EQUITY      | 100         | 0.2          | 2023-09-01
        B         | 2024-03-01 | 2024-03-04   | RECEIVABLES |             |              |
    """
    assert value("standing_pledge_count", drawing) == {"A": 2, "B": 1}
    assert value("pledged_equity_share", drawing) == {"A": 1, "B": None}
    assert value("pledge_secured_cny", drawing) == {"A": 200, "B": None}
    assert value("pledge_count_12m", drawing) == {"A": 1, "B": 1}


def test_patents_by_kind_and_whether_they_lapsed(value):
    drawing = """
        entity_id | event_date | available_at | kind          | ended_date
        A         | 2024-03-01 | 2024-03-04   | INVENTION     |
        A         | 2015-03-01 | 2015-03-04   | UTILITY_MODEL | 2020-03-01
        B         | 2015-03-01 | 2015-03-04   | DESIGN        |
    """
    assert value("valid_patent_count", drawing) == {"A": 1, "B": 1}
    assert value("valid_invention_count", drawing) == {"A": 1, "B": 0}
    assert value("patent_count_36m", drawing) == {"A": 1, "B": None}
    assert value("lapsed_patent_share", drawing) == {"A": 0.5, "B": 0}


def test_investments_held_closed_and_controlled(value):
    drawing = """
        entity_id | event_date | available_at | share | ended_date
        A         | 2024-03-01 | 2024-03-21   | 0.51  |
        A         | 2020-12-31 | 2021-01-20   | 0.5   |
        A         | 2020-12-31 | 2021-01-20   | 1     | 2023-12-31
        B         | 2020-12-31 | 2021-01-20   |       |
    """
    assert value("held_investment_count", drawing) == {"A": 2, "B": 1}
    assert value("closed_investment_share", drawing) == {"A": pytest.approx(1 / 3), "B": 0}
    assert value("controlled_investment_count", drawing) == {"A": 1, "B": None}
    assert value("investment_count_36m", drawing) == {"A": 1, "B": None}


CUSTOMS = """
    entity_id | event_date | available_at | direction | value_cny | credit_class
    A         | 2023-10-31 | 2023-11-30   | EXPORT    | 200       | REGULAR
    A         | 2024-10-31 | 2024-11-30   | EXPORT    | 100       | CERTIFIED
    A         | 2024-10-31 | 2024-11-30   | IMPORT    | 300       | CERTIFIED
    ceased    | 2023-10-31 | 2023-11-30   | EXPORT    | 200       | REGULAR
    imports   | 2024-10-31 | 2024-11-30   | IMPORT    | 200       | DISHONEST
"""


def test_exports_that_ceased_are_told_from_a_firm_that_never_exported(value):
    assert value("export_growth_12m", CUSTOMS) == {"A": -0.5, "ceased": -1, "imports": None}
    assert value("export_growth_3m", CUSTOMS) == {"A": -0.5, "ceased": None, "imports": None}
    assert value("export_value_cny_12m", CUSTOMS) == {"A": 100, "ceased": None, "imports": None}
    assert value("months_with_exports_12m", CUSTOMS) == {"A": 1, "ceased": None, "imports": None}


def test_exports_beside_imports_and_the_class_of_the_customs(value):
    assert value("export_share_of_trade_12m", CUSTOMS) == {"A": 0.25, "ceased": None, "imports": 0}
    assert value("import_value_cny_12m", CUSTOMS) == {"A": 300, "ceased": None, "imports": 200}
    assert value("customs_credit_place", CUSTOMS) == {"A": 2, "ceased": None, "imports": 4}


def test_tenders_in_the_window_and_outside_the_province(value):
    drawing = """
        entity_id | event_date | available_at | in_province
        A         | 2024-10-02 | 2024-10-17   | true
        A         | 2023-06-30 | 2023-07-17   | false
        A         | 2022-06-30 | 2022-07-17   |
    """
    assert value("tender_count_12m", drawing) == {"A": 1}
    assert value("tender_count_24m", drawing) == {"A": 2}
    assert value("tender_share_outside_36m", drawing) == {"A": 0.5}
    assert value("days_since_tender", drawing) == {"A": 90}


def test_an_honour_without_money_is_no_subsidy_of_zero(value):
    drawing = """
        entity_id | event_date | available_at | kind    | level      | amount_cny
        A         | 2024-10-02 | 2024-10-17   | HONOUR  | PROVINCIAL |
        B         | 2024-10-02 | 2024-10-17   | SUBSIDY | NATIONAL   | 50.50
        B         | 2023-10-02 | 2023-10-17   | HONOUR  | CITY       | 10
    """
    assert value("subsidy_cny_12m", drawing) == {"A": None, "B": 50.5}
    assert value("subsidy_cny_24m", drawing) == {"A": None, "B": 60.5}
    assert value("subsidy_award_count_24m", drawing) == {"A": 1, "B": 2}
    assert value("high_honour_count_60m", drawing) == {"A": 1, "B": 0}
    assert value("days_since_award", drawing) == {"A": 90, "B": 90}
