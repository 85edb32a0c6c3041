from datetime import date

import pytest

from features.session import Session
from models.monitoring.month import MonthFigures, known_by_lag
from pipelines.monitoring.arrivals import arrived
from pipelines.monitoring.firms import firm_months
from pipelines.monitoring.months import Months

DAY = date(2026, 10, 31)

ELECTRICITY = """
entity_id | record_id | event_date | available_at | op       | kwh   | bill_cny
A         | e1        | 2026-08-31 | 2026-09-12   | upsert   | 1000  | 600.00
B         | e2        | 2026-08-31 | 2026-10-12   | upsert   | 10000 | 6000.00
A         | e3        | 2026-09-30 | 2026-10-12   | upsert   | 100   | 60.00
A         | e1        | 2026-08-31 | 2026-10-20   | withdraw | 1000  | 600.00
B         | e4        | 2026-10-31 | 2026-11-12   | upsert   | 100   | 60.00
"""

PERFORMANCE = """
entity_id | event_date | available_at | loan_id | balance_cny | dpd | risk_class
A         | 2026-08-31 | 2026-09-05   | L1      | 100.00      | 0   | NORMAL
B         | 2026-08-31 | 2026-09-05   | L2      | 100.00      | 0   | NORMAL
A         | 2026-09-30 | 2026-10-05   | L1      | 100.00      | 45  | SPECIAL_MENTION
B         | 2026-09-30 | 2026-10-05   | L2      | 100.00      | 0   | NORMAL
"""

REGISTRATION = """
entity_id | event_date | available_at | industry | district | entity_type | status
A         | 2020-01-01 | 2020-01-05   | C17      | 330502   | ENTERPRISE  | ACTIVE
B         | 2020-01-01 | 2020-01-05   | C17      | 330502   | ENTERPRISE  | ACTIVE
A         | 2026-10-02 | 2026-10-08   | C17      | 330503   | ENTERPRISE  | ACTIVE
C         | 2026-10-03 | 2026-10-09   | I641     | 330503   | ENTERPRISE  | ACTIVE
"""


@pytest.fixture
def found(lake):
    home = lake(electricity=ELECTRICITY, loan_performance=PERFORMANCE, registration=REGISTRATION)
    sources = ["electricity", "loan_performance", "registration"]
    months, session = Months.until(DAY, 2), Session(home)
    return arrived(session, home, sources, months), firm_months(session, set(sources), months)


def test_rows_count_in_the_month_in_which_they_arrived_by_the_age_of_their_events(found):
    september, october = (month["electricity"] for month in found[0])
    assert (september.rows, september.by_lag) == (1, {"1": 1})
    assert (october.rows, october.withdrawn, october.firms) == (2, 1, 2)
    assert october.by_lag == {"1": 1, "2": 1}
    assert october.newest == "2026-09-30"


def test_what_arrives_after_the_day_is_not_known(found):
    assert sum(month["electricity"].rows for month in found[0]) == 3


def test_sizes_are_quartiles_of_powers_of_ten(found):
    assert found[0][0]["electricity"].sizes["kwh"] == [1.0, 3.0, 3.0, 3.0]


def test_words_are_counted_and_codes_of_industries_cut_to_their_division(found):
    assert found[0][1]["registration"].words["industry"] == {"C17": 1, "I64": 1}


def test_arrivals_are_held_against_who_is_in_arrears_at_the_end_of_the_month(found):
    october = found[0][1]["electricity"]
    assert october.late == {"0": [2, 1], "1": [1, 1]}  # A is 45 days late by October
    assert october.late_filled["kwh"] == [2, 1]
    assert found[0][0]["electricity"].late["0"] == [1, 0]


def test_months_tell_how_many_rows_of_an_event_month_had_arrived_by_then(found):
    history = [MonthFigures(as_of=f"2026-{9 + place}-30", sources=one) for place, one in enumerate(found[0])]
    assert known_by_lag(history, "electricity", back=1, lag=0) == 0
    assert known_by_lag(history, "electricity", back=1, lag=1) == 1  # September's bill came in October
    assert known_by_lag(history, "electricity", back=5, lag=0) is None


def test_firms_that_move_enter_and_fall_into_arrears_are_counted(found):
    september, october = found[1]
    assert "moved" not in september
    assert october["moved"] == {"330502>330503": 1}
    assert october["newcomers"] == {"entity_type": {"ENTERPRISE": 1}, "industry": {"I64": 1}}
    assert october["arrears"] == {"C17": [2, 1]}
    assert october["districts"] == {"330502": 1, "330503": 2}
