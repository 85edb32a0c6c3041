"""When a decision is in time, late, or not known to be either."""

from datetime import date

import pandas as pd
import pytest

from pipelines.city_report.clock import clocks
from serving.policy.law import default_parameters


@pytest.mark.parametrize(
    ("decided", "today", "expected"),
    [
        ("2025-03-10", "2025-04-01", True),
        ("2025-03-11", "2025-04-01", False),
        (None, "2025-03-10", None),
        (None, "2025-03-11", None),
        (None, "2025-03-12", False),
    ],
    ids=["on the last day", "a day late", "due today", "its report may be on its way", "late for sure"],
)
def test_the_seventh_day_is_in_time_and_silence_is_late_once_a_report_would_be_there(
    decided, today, expected
):
    law = default_parameters().on(date.fromisoformat(today))
    days = (date(2025, 3, 3), None, date.fromisoformat(decided) if decided else None)
    found = clocks([days], law, 1)["in_time"].tolist()
    assert [None if pd.isna(one) else one for one in found] == [expected]


def test_the_days_run_from_documents_where_the_city_says_so():
    law = default_parameters().with_values(recommendation_sla_start="DOCUMENTS_COMPLETE_ON")
    days = (date(2025, 3, 3), date(2025, 3, 5), date(2025, 3, 12))
    without = (date(2025, 3, 3), None, date(2025, 3, 12))
    found = clocks([days, without], law.on(date(2025, 4, 1)), 1)["in_time"].tolist()
    assert found[0] is True
    assert pd.isna(found[1]), "documents never came: the clock does not run"
