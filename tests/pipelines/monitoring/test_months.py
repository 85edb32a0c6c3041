from datetime import date

import duckdb
import pandas as pd
import pytest

from pipelines.monitoring.months import Months


@pytest.mark.parametrize(
    ("day", "number"),
    [("2026-10-31", 0), ("2026-10-01", 0), ("2026-09-30", 1), ("2026-08-31", None), ("2026-11-01", None)],
)
def test_a_day_lies_in_the_month_that_ends_on_or_after_it(day, number):
    months = Months.until(date(2026, 10, 31), 2)
    days = duckdb.from_df(pd.DataFrame({"day": [pd.Timestamp(day)]}))
    assert days.project(months.number("day")).fetchall() == [(number,)]
