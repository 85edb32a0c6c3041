"""A loan gets its firm's newest row that was known when it applied, and none that is too old."""

import pandas as pd
import pytest

from features.errors import RequestError
from pipelines.lab.joining import newest_rows

LOANS = """
    loan_id | entity_id | application_date
    L1      | A         | 2025-06-30
    L2      | B         | 2025-06-30
    L3      | A         | 2024-01-15
"""


@pytest.fixture
def draw(rows):
    def table(text):
        return rows(text).drop(columns=["op", "direction", "status", "counterparty", "dpd"])

    return table


@pytest.fixture
def loans(draw):
    return draw(LOANS).set_index("loan_id")


@pytest.fixture
def inflows(loans, draw):
    """What each loan gets from a table drawn as text."""

    def got(text):
        found = newest_rows(loans, draw(text))
        return ["" if pd.isna(one) else int(one) for one in found.columns["inflow_cny"]]

    return got


def test_the_newest_row_until_the_application_counts(inflows):
    drawn = """
        entity_id | as_of      | inflow_cny
        A         | 2025-04-30 | 1
        A         | 2025-06-30 | 2
        A         | 2025-07-01 | 3
    """
    assert inflows(drawn) == [2, "", ""]


@pytest.mark.parametrize(("as_of", "got"), [("2024-06-30", 5), ("2024-06-29", "")])
def test_a_row_of_twelve_months_counts_and_one_a_day_older_does_not(inflows, as_of, got):
    drawn = f"""
        entity_id | as_of   | inflow_cny
        B         | {as_of} | 5
        C         | {as_of} | 6
    """
    assert inflows(drawn)[1] == got


def test_an_empty_cell_of_the_newest_row_stays_empty(inflows):
    drawn = """
        entity_id | as_of      | inflow_cny
        A         | 2025-04-30 | 1
        A         | 2025-05-31 |
        B         | 2025-05-31 | 4
    """
    assert inflows(drawn) == ["", 4, ""]


def test_what_matched_is_counted_in_firms_and_loans(loans, draw):
    drawn = draw("""
        entity_id | as_of      | inflow_cny | sector
        A         | 2025-04-30 | 1          | mill
        C         | 2025-04-30 | 1          | shop
    """)
    found = newest_rows(loans, drawn)
    assert (found.firms, found.matched) == ((2, 2, 1), 1)
    assert list(found.columns) == ["inflow_cny", "sector"]
    assert list(found.columns.index) == list(found.as_of.index) == ["L1", "L2", "L3"]
    assert found.columns["sector"].fillna("—").tolist() == ["mill", "—", "—"]


def test_a_row_said_twice_counts_once(inflows):
    drawn = """
        entity_id | as_of      | inflow_cny
        A         | 2025-04-30 | 1
        A         | 2025-04-30 | 1
    """
    assert inflows(drawn) == [1, "", ""]


def test_two_different_rows_of_a_firm_and_day_are_refused(inflows):
    drawn = """
        entity_id | as_of      | inflow_cny
        A         | 2025-04-30 | 1
        A         | 2025-04-30 | 2
    """
    with pytest.raises(RequestError, match=r"1 rows differ .* expected one row a firm and as_of"):
        inflows(drawn)


@pytest.mark.parametrize(("missing", "left"), [("as_of", "entity_id"), ("entity_id", "as_of")])
def test_a_table_without_a_firm_or_a_day_is_refused(loans, missing, left):
    table = pd.DataFrame({left: ["2025-01-01"], "inflow_cny": [1.0]})
    with pytest.raises(RequestError, match=f"no column {missing}; .*found {left}, inflow_cny"):
        newest_rows(loans, table)
