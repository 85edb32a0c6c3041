"""Invoice features, each on a table small enough to work out in the head."""

import math

import pytest

from features.definitions import by_name

DAY = "2024-12-31"


def value_of(name, invoices):
    return by_name()[name].as_of(invoices, DAY)


def test_a_row_the_platform_had_not_yet_received_is_not_counted(rows):
    invoices = rows("""
        entity_id | event_date | available_at | counterparty | amount_cny
        A         | 2024-03-01 | 2024-04-10   | x            | 75
        A         | 2024-12-20 | 2025-01-12   | y            | 25
    """)
    assert value_of("largest_buyer_share_12m", invoices).to_dict() == {"A": 1.0}


def test_the_largest_buyer_is_found_over_all_its_invoices(rows):
    invoices = rows("""
        entity_id | event_date | available_at | counterparty | amount_cny | status | direction
        A         | 2024-03-01 | 2024-04-10   | x            | 40         | valid  | sales
        A         | 2024-04-01 | 2024-04-10   | y            | 30         | valid  | sales
        A         | 2024-05-01 | 2024-05-10   | y            | 30         | valid  | sales
        A         | 2024-05-01 | 2024-05-10   | z            | 900        | void   | sales
        A         | 2024-05-01 | 2024-05-10   | z            | 900        | valid  | purchase
    """)
    assert value_of("largest_buyer_share_12m", invoices).to_dict() == {"A": 0.6}


def test_no_sales_is_not_the_same_as_no_concentration(rows):
    invoices = rows("""
        entity_id | event_date | available_at | counterparty | amount_cny | direction
        A         | 2024-03-01 | 2024-04-10   | x            | 40         | purchase
    """)
    assert math.isnan(value_of("largest_buyer_share_12m", invoices)["A"])


def test_growth_compares_with_the_twelve_months_before(rows):
    invoices = rows("""
        entity_id | event_date | available_at | amount_cny
        A         | 2023-06-01 | 2023-07-01   | 100
        A         | 2024-06-01 | 2024-07-01   | 150
        B         | 2024-06-01 | 2024-07-01   | 150
    """)
    values = value_of("invoiced_sales_growth_12m", invoices)
    assert values["A"] == pytest.approx(0.5)
    assert math.isnan(values["B"])


def test_volatility_needs_three_months(rows):
    invoices = rows("""
        entity_id | event_date | available_at | amount_cny
        A         | 2024-01-10 | 2024-02-01   | 10
        A         | 2024-02-10 | 2024-03-01   | 20
        A         | 2024-03-10 | 2024-04-01   | 30
        B         | 2024-01-10 | 2024-02-01   | 10
        B         | 2024-02-10 | 2024-03-01   | 20
    """)
    values = value_of("invoiced_sales_volatility_12m", invoices)
    assert values["A"] == pytest.approx(0.5)
    assert math.isnan(values["B"])


def test_a_buyer_that_came_back_is_not_lost(rows):
    invoices = rows("""
        entity_id | event_date | available_at | counterparty | amount_cny
        A         | 2023-06-01 | 2023-07-01   | stayed       | 10
        A         | 2023-06-01 | 2023-07-01   | lost         | 10
        A         | 2024-06-01 | 2024-07-01   | stayed       | 10
        A         | 2024-06-01 | 2024-07-01   | new          | 10
    """)
    assert value_of("lost_buyer_share_12m", invoices).to_dict() == {"A": 0.5}


def test_shares_of_void_and_red_letter_invoices(rows):
    invoices = rows("""
        entity_id | event_date | available_at | amount_cny | status
        A         | 2024-03-01 | 2024-04-10   | 40         | valid
        A         | 2024-03-02 | 2024-04-10   | -40        | valid
        A         | 2024-03-03 | 2024-04-10   | 40         | void
        A         | 2024-03-04 | 2024-04-10   | 40         | void
    """)
    assert value_of("void_share_12m", invoices).to_dict() == {"A": 0.5}
    assert value_of("red_letter_share_12m", invoices).to_dict() == {"A": 0.5}


def test_days_since_the_last_sale_ignore_void_invoices(rows):
    invoices = rows("""
        entity_id | event_date | available_at | amount_cny | status
        A         | 2024-12-01 | 2024-12-10   | 40         | valid
        A         | 2024-12-30 | 2024-12-31   | 40         | void
    """)
    assert value_of("days_since_last_sale", invoices).to_dict() == {"A": 30}


def test_purchases_over_sales_and_net_vat(rows):
    invoices = rows("""
        entity_id | event_date | available_at | amount_cny | tax_cny | direction
        A         | 2024-03-01 | 2024-04-10   | 200        | 26      | sales
        A         | 2024-03-02 | 2024-04-10   | 50         | 6.5     | purchase
        B         | 2024-03-02 | 2024-04-10   | 50         | 6.5     | purchase
    """)
    ratio = value_of("purchases_over_sales_36m", invoices)
    assert ratio["A"] == pytest.approx(0.25)
    assert math.isnan(ratio["B"])
    assert value_of("net_vat_cny_12m", invoices).to_dict() == {"A": 19.5, "B": -6.5}


def test_a_repeat_buyer_bought_in_two_different_months(rows):
    invoices = rows("""
        entity_id | event_date | available_at | counterparty | amount_cny
        A         | 2024-03-01 | 2024-04-10   | once         | 10
        A         | 2024-03-20 | 2024-04-10   | once         | 10
        A         | 2024-03-01 | 2024-04-10   | again        | 10
        A         | 2024-04-20 | 2024-04-30   | again        | 10
    """)
    assert value_of("repeat_buyer_count_12m", invoices).to_dict() == {"A": 1}
