"""Coverage and freshness: a department that is not due yet is not late."""

import pandas as pd
import pytest

from features.assemble import Assembled
from pipelines.coverage import coverage_of, rows_to_show


def told(source, newest, day):
    """What coverage tells of one source of one firm on a day."""
    index = pd.MultiIndex.from_tuples([("A", day)], names=["entity_id", "as_of"])
    frame = pd.DataFrame({source: [pd.Timestamp(newest)]}, index=index)
    return coverage_of(Assembled(pd.DataFrame(index=index), frame), ())


@pytest.mark.parametrize(
    ("source", "newest", "day", "late", "expected"),
    [
        ("tax_credit_grade", "2024-12-31", "2026-03-31", False, "2024-12-31"),
        ("tax_credit_grade", "2024-12-31", "2026-05-31", True, "2025-12-31"),
        ("annual_report", "2024-12-31", "2026-06-30", False, "2024-12-31"),
        ("annual_report", "2024-12-31", "2026-07-31", True, "2025-12-31"),
        ("electricity", "2026-02-28", "2026-04-30", True, "2026-03-31"),
        ("court_judgment", "2020-02-28", "2026-04-30", None, None),
    ],
)
def test_late_is_told_by_the_calendar_of_the_source(source, newest, day, late, expected):
    one = told(source, newest, day)["sources"][0]
    assert (one["late"], one["expected"]) == (late, expected)


def test_days_behind_are_shown_beside_those_that_are_in_order():
    [row] = rows_to_show(told("electricity", "2026-02-28", "2026-04-30"))
    assert (row["days behind"], row["expected"], row[""]) == ("61", "≤ 60", "LATE")
