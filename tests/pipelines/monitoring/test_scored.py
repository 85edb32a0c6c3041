"""Loans of a drawn lake, each scored by what was known on the day of its application."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError
from models.credit import CreditModel
from models.label_rules import LabelRules
from pipelines.monitoring.given import Given
from pipelines.monitoring.inputs import read_by
from pipelines.monitoring.scored import scored_loans
from pipelines.sample import Scope
from pipelines.steps import Steps

COLUMNS = ["firm_age_months", "registered_capital_cny", "entity_type"]
DAY = pd.Timestamp("2026-06-30")

REGISTRATION = """
  entity_id | event_date | available_at | industry | district | entity_type | status | registered_capital_cny
  A         | 2020-01-01 | 2020-01-05   | C17      | 330502   | ENTERPRISE  | ACTIVE | 1000000
  A         | 2024-03-01 | 2024-03-20   | C17      | 330503   | ENTERPRISE  | ACTIVE | 9000000
  B         | 2023-01-01 | 2023-01-05   | F51      | 330502   | ENTERPRISE  | ACTIVE |
"""
LOAN = """
    entity_id | record_id | event_date | available_at | application_date | maturity_date
    A         | early     | 2024-03-12 | 2024-03-25   | 2024-03-10       | 2026-03-12
    A         | later     | 2024-04-12 | 2024-04-25   | 2024-04-10       | 2026-04-12
    B         | young     | 2026-05-12 | 2026-05-25   | 2026-05-10       | 2028-05-12
"""
TERMS = {
    "bank": "甲",
    "amount_cny": "500000",
    "annual_rate": "0.04",
    "term_months": "24",
    "loan_kind": "WORKING_CAPITAL",
    "repayment": "INSTALMENT",
}
"""What all loans have alike."""
PERFORMANCE = """
    entity_id | loan_id | event_date | balance_cny | dpd | risk_class
    A         | early   | 2025-02-28 | 400000      | 120 | NORMAL
    A         | later   | 2025-04-30 | 400000      | 0   | NORMAL
    B         | young   | 2026-05-31 | 400000      | 120 | NORMAL
"""
SOURCES = ("registration", "loan", "loan_performance")


@pytest.fixture
def home(lake):
    first, *rows = LOAN.strip().splitlines()
    loans = [f"{first} | {' | '.join(TERMS)}", *(f"{row} | {' | '.join(TERMS.values())}" for row in rows)]
    return lake(registration=REGISTRATION, loan="\n".join(loans), loan_performance=PERFORMANCE)


@pytest.fixture(scope="module")
def model():
    """Risk falls with capital; the model learnt from applications until 2024-03-15."""
    rng = np.random.default_rng(0)
    capital = rng.uniform(0, 1e7, 400)
    table = pd.DataFrame(
        {
            "firm_age_months": rng.uniform(0, 100, 400),
            "registered_capital_cny": capital,
            "entity_type": rng.choice(["ENTERPRISE", "INDIVIDUAL_BUSINESS"], 400),
        }
    )
    bad = (rng.random(400) < np.where(capital < 4e6, 0.8, 0.05)).astype(int)
    days = pd.date_range("2023-01-01", "2024-03-15", periods=400).normalize()
    return CreditModel(n_estimators=20).fit(table, bad, time=days)


def scope(*sources):
    known_from = pd.Series(pd.Timestamp("2000-01-01"), ["A", "B"])
    return Scope(
        known_from, frozenset(sources or SOURCES), DAY, label_rules=LabelRules(bullet_grace_months=None)
    )


def looked(home, model, day=DAY, learnt_on="2024-03-01"):
    """The loans that a look on a day scores, with a champion of a day of its own."""
    version = SimpleNamespace(tags={"as_of": learnt_on}, label="m/1")
    given = Given(
        home=home, recipe=None, day=day.date(), scope=scope(), version=version, model=model,
        features=read_by(model, scope()),
    )  # fmt: skip
    return scored_loans(given, pd.DataFrame(), Steps())


def test_each_loan_is_scored_by_what_was_known_on_the_day_of_its_application(home, model):
    found = looked(home, model)
    # the capital grew before either application, but arrived between them
    assert found.loc["early", "pd_"] > 0.5 > found.loc["later", "pd_"]
    # columns that the model does not read
    assert found["district"].to_dict() == {"early": "吴兴区", "later": "南浔区", "young": "吴兴区"}
    assert found["industry"].to_dict() == {"early": "C", "later": "C", "young": "F"}


def test_outcomes_are_as_known_on_the_day_and_missing_while_nobody_knows(home, model):
    # a default before its window's end is no outcome yet
    assert looked(home, model)["bad"].to_dict() == {"early": 1, "later": 0, "young": None}
    before = looked(home, model, pd.Timestamp("2025-03-01"))
    assert [*before.index] == ["early", "later"]
    assert before["bad"].isna().all()


def test_loans_applied_for_before_the_champions_day_are_left_out(home, model):
    assert [*looked(home, model, learnt_on="2024-03-31").index] == ["later", "young"]
    assert looked(home, model, learnt_on="2026-06-01").empty


def test_a_model_of_features_that_are_gone_or_never_collected_is_refused(model):
    with pytest.raises(ModelError, match="1 sources of which nothing was ever collected: registration"):
        read_by(model, scope("loan"))
    model_of_old = CreditModel(n_estimators=5).fit(
        pd.DataFrame({"gone": np.arange(100.0), "firm_age_months": 1.0}), np.tile([0, 1], 50)
    )
    with pytest.raises(ModelError, match="1 of its 2 features that are not defined any more: gone"):
        read_by(model_of_old, scope())
