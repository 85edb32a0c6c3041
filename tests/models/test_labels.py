"""Labels on small drawn loan tapes."""

import pandas as pd
import pytest

from features.catalogue import KEY_COLUMNS, source_named
from features.session import Session
from models.labels import loan_outcomes

LOAN = {
    "bank": "甲", "amount_cny": 100, "credit_line_cny": None, "annual_rate": 0.04, "term_months": 12,
    "loan_kind": "WORKING_CAPITAL", "repayment": "BULLET", "green_inclusive": False,
}  # fmt: skip


@pytest.fixture
def tape(rows):
    """Loans disbursed on 2023-01-10 for twelve months, and their performance as drawn."""

    def label(drawing: str, as_of: str) -> pd.DataFrame:
        performance = rows(drawing).assign(balance_cny=50)
        performance["available_at"] = performance.get("available_at", performance["event_date"])
        performance["record_id"] = [f"p{row}" for row in range(len(performance))]
        if "risk_class" not in performance:
            performance["risk_class"] = "NORMAL"
        loans = pd.DataFrame({"record_id": performance["loan_id"].unique()}).assign(
            entity_id="A", event_date="2023-01-10", available_at="2023-01-12", op="upsert",
            application_date="2023-01-05", maturity_date="2024-01-10", **LOAN,
        )  # fmt: skip
        session = Session(None)
        for name, frame in (("loan", loans), ("loan_performance", performance.assign(entity_id="A"))):
            source = source_named(name)
            session.offer(source, frame[[*KEY_COLUMNS, *source.columns]])
        return loan_outcomes(session, pd.Timestamp(as_of))

    return label


def test_default_is_strictly_more_than_ninety_days(tape):
    told = tape(
        """
        loan_id | event_date | dpd
        L90     | 2023-12-31 | 90
        L91     | 2023-12-31 | 91
        """,
        "2024-02-01",
    )
    assert told["bad"].to_dict() == {"L90": False, "L91": True}
    assert told["grey"].to_dict() == {"L90": True, "L91": False}


def test_a_non_performing_class_is_default_whatever_the_days(tape):
    told = tape(
        """
        loan_id | event_date | dpd | risk_class
        L1      | 2023-12-31 | 0   | SUBSTANDARD
        L2      | 2023-12-31 | 0   | SPECIAL_MENTION
        """,
        "2024-02-01",
    )
    assert told["bad"].to_dict() == {"L1": True, "L2": False}


def test_default_after_the_window_does_not_count(tape):
    told = tape(
        """
        loan_id | event_date | dpd
        L1      | 2023-12-31 | 0
        L1      | 2024-02-29 | 120
        """,
        "2024-06-01",
    )
    assert told["bad"].to_dict() == {"L1": False}


def test_a_loan_whose_window_is_open_has_no_label(tape):
    told = tape(
        """
        loan_id | event_date | dpd
        L1      | 2023-06-30 | 0
        """,
        "2023-12-01",
    )
    assert not told["mature"].any()
    assert told["bad"].isna().all()


def test_a_loan_that_is_no_longer_reported_is_not_called_good(tape):
    told = tape(
        """
        loan_id | event_date | dpd
        L1      | 2023-06-30 | 0
        """,
        "2024-06-01",
    )
    assert told["bad"].isna().all()


def test_performance_that_had_not_arrived_does_not_count(tape):
    drawing = """
        loan_id | event_date | available_at | dpd
        L1      | 2023-12-31 | 2024-01-05   | 0
        L1      | 2023-11-30 | 2024-09-01   | 120
        """
    assert tape(drawing, "2024-06-01")["bad"].to_dict() == {"L1": False}
    assert tape(drawing, "2024-09-01")["bad"].to_dict() == {"L1": True}
