"""Invoices over time and over counterparties."""

import pytest

SOLD = """
    entity_id | event_date | available_at | counterparty | amount_cny
    A         | 2023-09-15 | 2023-10-01   | old          | 100
    A         | 2024-01-10 | 2024-02-01   | old          | 60
    A         | 2024-03-30 | 2024-04-20   | new          | 50
    A         | 2024-03-31 | 2024-04-20   | new          | 50
    A         | 2024-11-26 | 2024-12-20   | other        | 40
"""


def test_the_longest_silence_is_between_two_sales(value):
    assert value("longest_sales_gap_days_12m", SOLD) == {"A": 240}


def test_the_time_since_the_last_sale_is_a_silence_too(value):
    drawing = """
        entity_id | event_date | available_at | amount_cny
        A         | 2024-01-10 | 2024-02-01   | 60
        A         | 2024-02-10 | 2024-03-01   | 60
    """
    assert value("longest_sales_gap_days_12m", drawing) == {"A": 325}


def test_a_purchase_ends_no_silence_of_sales(value):
    drawing = """
        entity_id | event_date | available_at | amount_cny | direction
        A         | 2024-11-01 | 2024-12-01   | 60         | sales
        A         | 2024-12-05 | 2024-12-20   | 60         | purchase
        B         | 2024-12-05 | 2024-12-20   | 60         | purchase
    """
    assert value("longest_sales_gap_days_12m", drawing) == {"A": 60, "B": None}


def test_six_months_are_compared_with_the_same_six_of_the_year_before(value):
    assert value("invoiced_sales_growth_6m", SOLD) == {"A": pytest.approx(-0.6)}
    assert value("invoiced_sales_cny_6m", SOLD) == {"A": 40}


def test_returns_are_weighed_against_sales(value):
    drawing = """
        entity_id | event_date | available_at | amount_cny
        A         | 2024-03-01 | 2024-04-10   | 80
        A         | 2024-03-02 | 2024-04-10   | -20
        B         | 2024-03-02 | 2024-04-10   | 20
    """
    assert value("red_letter_amount_share_12m", drawing) == {"A": 0.25, "B": 0}


def test_purchases_grow_and_grow_old_like_sales(value):
    drawing = """
        entity_id | event_date | available_at | amount_cny | direction
        A         | 2023-10-02 | 2023-10-20   | 80         | purchase
        A         | 2024-10-02 | 2024-10-20   | 20         | purchase
        A         | 2024-12-02 | 2024-12-20   | 20         | sales
    """
    assert value("invoiced_purchases_growth_12m", drawing) == {"A": pytest.approx(-0.75)}
    assert value("days_since_last_purchase", drawing) == {"A": 90}


CONCENTRATED = """
    entity_id | event_date | available_at | counterparty | amount_cny | direction
    A         | 2024-03-01 | 2024-04-10   | a            | 50         | sales
    A         | 2024-03-02 | 2024-04-10   | b            | 10         | sales
    A         | 2024-03-02 | 2024-04-10   | c            | 10         | sales
    A         | 2024-03-02 | 2024-04-10   | d            | 10         | sales
    A         | 2024-03-02 | 2024-04-10   | e            | 10         | sales
    A         | 2024-03-02 | 2024-04-10   | f            | 5          | sales
    A         | 2024-03-02 | 2024-04-10   | g            | 5          | sales
    A         | 2024-03-02 | 2024-04-10   | all back     | 30         | sales
    A         | 2024-03-03 | 2024-04-10   | all back     | -30        | sales
    single    | 2024-03-02 | 2024-04-10   | x            | 5          | sales
    single    | 2024-03-02 | 2024-04-10   | x            | 5          | purchase
    single    | 2024-03-02 | 2024-04-10   | y            | 15         | purchase
"""


def test_five_buyers_and_the_squares_of_all(value):
    assert value("top_buyers_share_12m", CONCENTRATED) == {"A": 0.9, "single": 1}
    assert value("buyer_herfindahl_12m", CONCENTRATED) == {"A": pytest.approx(0.295), "single": 1}
    assert value("buyer_herfindahl_6m", CONCENTRATED) == {"A": None, "single": None}


def test_suppliers_are_not_buyers(value):
    assert value("supplier_herfindahl_12m", CONCENTRATED) == {"A": None, "single": 0.625}
    assert value("top_suppliers_share_12m", CONCENTRATED) == {"A": None, "single": 1}


def test_sales_to_buyers_of_whom_the_year_before_knows_nothing(value):
    assert value("new_buyer_share_12m", SOLD) == {"A": 0.7}
    assert value("new_supplier_share_12m", SOLD) == {"A": None}
    assert value("lost_supplier_share_12m", SOLD) == {"A": None}
