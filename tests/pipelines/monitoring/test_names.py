"""Looking up names does what pandas does, empty tables and all."""

import pandas as pd
import pytest

from pipelines.monitoring.names import absent, of_names

TABLE = pd.DataFrame({"bad": [1, 0], "bank": ["x", "y"]}, index=pd.Index(["L1", "L2"], dtype="str"))


def test_names_that_are_not_known_are_absent():
    assert absent(pd.Index(["L2", "L3"]), TABLE.index).tolist() == [False, True]
    assert absent(pd.Series(["L2", "L3"], dtype="object"), pd.Index([])).tolist() == [True, True]


@pytest.mark.parametrize("names", [["L2", "L3", "L2"], []])
@pytest.mark.parametrize("table", [TABLE, TABLE.iloc[:0], TABLE["bad"].astype("Int64")])
def test_rows_of_names_are_those_of_reindex(table, names):
    index = pd.Index(names, dtype="str", name="loan_id")
    same = pd.testing.assert_frame_equal if table.ndim > 1 else pd.testing.assert_series_equal
    same(of_names(table, index), table.reindex(index))
