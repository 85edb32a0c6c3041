"""Single rows of large tables, as they were written."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.row_store import GroupedRows, RowStore

SINCE = pd.to_datetime(["2020-01-01", None, "2021-05-01"])
FIRMS = pd.DataFrame({"size": ["SMALL", None, "MICRO"], "staff": [3.0, np.nan, 7.0], "since": SINCE})


def test_a_row_has_what_the_table_has_and_none_where_it_is_missing():
    store = RowStore(FIRMS)
    assert store.at(0, ["size", "staff"]) == {"size": "SMALL", "staff": 3.0}
    assert store.at(1, store.names) == {"size": None, "staff": None, "since": None}
    assert store.at(2, ["since"])["since"].date().isoformat() == "2021-05-01"


def test_a_flag_that_may_be_missing_stays_three_valued():
    store = RowStore(pd.DataFrame({"is_srdi": pd.array([True, False, None], dtype="boolean")}))
    assert [store.at(place, ["is_srdi"])["is_srdi"] for place in range(3)] == [True, False, None]


def test_an_empty_table_has_columns_and_no_row():
    store = RowStore(FIRMS.iloc[:0])
    assert store.names == ["size", "staff", "since"]
    with pytest.raises(IndexError):
        store.at(0, ["size"])


@given(st.lists(st.sampled_from("abcdx"), max_size=40))
def test_every_firm_has_its_own_rows_in_their_order(owners):
    table = pd.DataFrame({"firm": pd.Series(owners, dtype="object"), "place": range(len(owners))})
    keys = pd.Index(list("dcba"))
    grouped = GroupedRows(table, "firm", keys)
    for place, firm in enumerate(keys):
        wanted = [at for at, owner in enumerate(owners) if owner == firm]
        assert [row["place"] for row in grouped.at(place)] == wanted
