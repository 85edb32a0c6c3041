"""The one view as of a day, on small drawn histories and on random ones."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from features.feature import feature
from features.rows import Rows, Value


@feature(source="vat_invoice", months=12, unit="CNY", zh="合计")
def total_12m(invoices: Rows) -> Value:
    """Sum of amounts."""
    return invoices.amount_cny.sum()


@feature(source="vat_invoice", unit="count", zh="全部笔数")
def count_ever(invoices: Rows) -> Value:
    """Number of records known."""
    return invoices.count()


def test_a_row_that_had_not_arrived_is_not_counted(rows):
    invoices = rows("""
        entity_id | event_date | available_at | amount_cny
        A         | 2024-03-01 | 2024-04-10   | 75
        A         | 2024-12-20 | 2025-01-12   | 25
    """)
    assert total_12m.as_of(invoices, "2024-12-31").to_dict() == {"A": 75}
    assert total_12m.as_of(invoices, "2025-01-12").to_dict() == {"A": 100}


def test_the_window_excludes_its_first_day_and_includes_the_day_itself(rows):
    invoices = rows("""
        entity_id | event_date | available_at | amount_cny
        A         | 2023-12-31 | 2024-01-01   | 1
        A         | 2024-01-01 | 2024-01-01   | 10
        A         | 2024-12-31 | 2024-12-31   | 100
    """)
    assert total_12m.as_of(invoices, "2024-12-31").to_dict() == {"A": 110}


def test_a_correction_counts_from_the_day_it_arrived(rows):
    invoices = rows("""
        entity_id | record_id | event_date | available_at | amount_cny
        A         | r1        | 2024-03-01 | 2024-03-05   | 10
        A         | r1        | 2024-03-01 | 2024-06-01   | 12
    """)
    assert total_12m.as_of(invoices, "2024-05-31").to_dict() == {"A": 10}
    assert total_12m.as_of(invoices, "2024-06-01").to_dict() == {"A": 12}


def test_a_withdrawn_fact_is_gone_from_its_day_on_and_still_there_before(rows):
    penalties = rows("""
        entity_id | record_id | event_date | available_at | op       | amount_cny
        A         | r1        | 2024-03-01 | 2024-03-05   | upsert   | 10
        A         | r1        | 2024-03-01 | 2024-06-01   | withdraw | 10
    """)
    assert count_ever.as_of(penalties, "2024-05-31").to_dict() == {"A": 1}
    assert count_ever.as_of(penalties, "2024-06-01").isna().all()


def test_of_two_versions_of_one_day_the_withdrawal_wins_in_any_order(rows):
    table = """
        entity_id | record_id | event_date | available_at | op       | amount_cny
        A         | r1        | 2024-03-01 | 2024-03-05   | withdraw | 10
        A         | r1        | 2024-03-01 | 2024-03-05   | upsert   | 10
    """
    one = rows(table)
    assert count_ever.as_of(one, "2024-12-31").isna().all()
    assert count_ever.as_of(one.iloc[::-1], "2024-12-31").isna().all()


def test_a_firm_without_rows_keeps_its_row_and_has_no_value(rows):
    invoices = rows("""
        entity_id | event_date | available_at | amount_cny
        A         | 2024-03-01 | 2024-04-10   | 75
        B         | 2020-03-01 | 2020-04-10   | 75
    """)
    values = total_12m.as_of(invoices, "2024-12-31")
    assert values.index.tolist() == ["A", "B"]
    assert pd.isna(values["B"])


DAYS = [f"{day:%Y-%m-%d}" for day in pd.date_range("2024-01-01", "2024-12-31", freq="17D")]
ROW = st.tuples(
    st.sampled_from("AB"),
    st.sampled_from(["r1", "r2", "r3"]),
    st.sampled_from(DAYS),
    st.integers(0, 90),
    st.sampled_from(["upsert", "upsert", "upsert", "withdraw"]),
    st.integers(-5, 50),
)


def _table(history: list[tuple[str, str, str, int, str, int]]) -> pd.DataFrame:
    names = ["entity_id", "record_id", "event_date", "lag", "op", "amount_cny"]
    table = pd.DataFrame(history, columns=names)
    event = pd.to_datetime(table["event_date"])
    table["available_at"] = (event + pd.to_timedelta(table.pop("lag"), unit="D")).dt.strftime("%Y-%m-%d")
    # a record belongs to one firm
    return table.assign(record_id=table["entity_id"] + table["record_id"])


@settings(max_examples=25, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=12), st.sampled_from(DAYS), st.randoms(use_true_random=False))
def test_rows_of_the_future_and_their_order_change_nothing(history, day, chance):
    table = _table(history)
    known = table[table["available_at"] <= day]
    if known.empty:
        return
    shuffled = table.sample(frac=1, random_state=chance.randint(0, 99))
    for one in (total_12m, count_ever):
        now = one.as_of(shuffled, day).reindex(sorted(known["entity_id"].unique()))
        assert now.equals(one.as_of(known, day)), one.name
