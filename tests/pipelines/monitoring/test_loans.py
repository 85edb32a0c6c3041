"""What became of later loans: read once, and kept."""

from datetime import date
from types import SimpleNamespace

import pytest

from models.label_rules import LabelRules
from pipelines.monitoring.given import Given
from pipelines.monitoring.loans import later_loans

TAPE = """
entity_id | record_id | event_date | available_at | bank | application_date | maturity_date | amount_cny | annual_rate | term_months | loan_kind       | repayment
A         | L0        | 2024-08-05 | 2024-08-09   | x    | 2024-08-01       | 2025-08-05    | 100        | 0.04        | 12          | WORKING_CAPITAL | BULLET
A         | L1        | 2024-10-05 | 2024-10-09   | x    | 2024-10-01       | 2025-10-05    | 100        | 0.04        | 12          | WORKING_CAPITAL | BULLET
B         | L2        | 2024-10-05 | 2024-10-09   | x    | 2024-10-01       | 2025-10-05    | 100        | 0.04        | 12          | WORKING_CAPITAL | BULLET
C         | L3        | 2025-03-05 | 2025-03-09   | x    | 2025-03-01       | 2026-03-05    | 100        | 0.04        | 12          | WORKING_CAPITAL | BULLET
"""  # noqa: E501 - one row a loan

REPORTS = """
entity_id | event_date | available_at | loan_id | balance_cny | dpd | risk_class
A         | 2025-09-30 | 2025-10-05   | L1      | 0           | 0   | NORMAL
B         | 2025-06-30 | 2025-07-05   | L2      | 100         | 120 | SUBSTANDARD
"""

LATER_REPORT = """
entity_id | event_date | available_at | loan_id | balance_cny | dpd | risk_class
A         | 2025-08-31 | 2025-10-20   | L1      | 100         | 120 | SUBSTANDARD
"""


@pytest.fixture
def given(lake):
    home = lake(loan=TAPE, loan_performance=REPORTS)
    scope = SimpleNamespace(
        sources=frozenset({"loan", "loan_performance"}), label_rules=LabelRules(bullet_grace_months=None)
    )
    version = SimpleNamespace(tags={"as_of": "2024-08-31"})
    told = dict.fromkeys(("recipe", "model", "features"))
    return Given(home=home, day=date(2025, 10, 31), scope=scope, version=version, **told)


def test_loans_after_the_champions_day_are_judged_once_their_window_is_over(given):
    found = later_loans(given, None)
    assert found["bad"].to_dict() == {"L1": 0, "L2": 1, "L3": None}
    assert found["window_end"].isna().to_dict() == {"L1": False, "L2": False, "L3": True}


def test_what_was_known_before_is_kept_and_not_judged_again(given, lake):
    kept = later_loans(given, None)
    lake(loan_performance=LATER_REPORT)
    assert later_loans(given, kept)["bad"].to_dict() == {"L1": 0, "L2": 1, "L3": None}
    assert later_loans(given, None)["bad"].to_dict() == {"L1": 1, "L2": 1, "L3": None}
