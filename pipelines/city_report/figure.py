"""What each figure is: the measure it belongs to, what it counts and divides, and who reports its facts."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pipelines.city_report.targets import Relation, Target, target_on
from serving.policy import Parameters

Kind = Literal["sum", "share", "mean"]
Unit = Literal["CNY", "count", "rate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure.

    Attributes:
        key: Its name in files.
        measure: Number of the measure among the ten.
        kind: `sum` adds parts; `share` and `mean` divide them by wholes.
        unit: Yuan, a count, or a rate where 0.01 is one per cent.
        adds: What its parts and wholes are: yuan, or rows.
        stands: Whether it is a state at each month's end; otherwise what happened in each month.
        sources: Without a row of each of these there is no figure.
        target: Name of its target among the parameters; None where the measure sets no number for the city.
        relation: How the value stands to the target.
        by: Name of the target's day; None where it holds at all times.
    """

    key: str
    measure: int
    kind: Kind
    unit: Unit
    adds: Literal["CNY", "count"] = "CNY"
    stands: bool = False
    sources: tuple[str, ...]
    target: str | None = None
    relation: Relation = "at_least"
    by: str | None = None

    def target_on(self, law: Parameters, day: date) -> Target | None:
        """The measure's target as it stands on a day; None where it sets none."""
        return target_on(law, day, self.target, self.relation, self.by) if self.target else None


SMALL_MICRO_BALANCE = Figure(
    key="small_micro_balance",
    measure=1,
    kind="sum",
    unit="CNY",
    stands=True,
    sources=("loan", "loan_performance", "registration"),
    target="city_small_micro_balance",
    by="city_small_micro_balance_day",
)
DECIDED_IN_TIME_SHARE = Figure(
    key="decided_in_time_share",
    measure=1,
    kind="share",
    unit="rate",
    adds="count",
    sources=("loan_recommendation",),
)
SUBSIDY_SPENT = Figure(key="subsidy_spent", measure=2, kind="sum", unit="CNY", sources=("interest_subsidy",))
SUBSIDY_COMMITTED = Figure(
    key="subsidy_committed",
    measure=2,
    kind="sum",
    unit="CNY",
    stands=True,
    sources=("loan", "loan_performance", "green_grade", "interest_subsidy", "registration"),
)
RENEWED_BALANCE = Figure(
    key="renewed_balance",
    measure=4,
    kind="sum",
    unit="CNY",
    stands=True,
    sources=("loan", "loan_event"),
    target="city_renewed_balance",
    relation="above",
    by="city_renewed_balance_day",
)
GUARANTEE_FEE = Figure(
    key="guarantee_fee",
    measure=6,
    kind="mean",
    unit="rate",
    sources=("loan_security",),
    target="guarantee_fee_rate_cap",
    relation="at_most",
)
FIRST_LOANS = Figure(
    key="first_loans", measure=9, kind="sum", unit="count", adds="count", sources=("loan", "registration")
)
FIRST_LOAN_AMOUNT = Figure(
    key="first_loan_amount", measure=9, kind="sum", unit="CNY", sources=("loan", "registration")
)
UNSECURED_SHARE = Figure(
    key="unsecured_share",
    measure=9,
    kind="share",
    unit="rate",
    sources=("loan", "loan_security", "registration"),
)
LONG_SHARE = Figure(key="long_share", measure=9, kind="share", unit="rate", sources=("loan", "registration"))

FIGURES = (
    SMALL_MICRO_BALANCE,
    DECIDED_IN_TIME_SHARE,
    SUBSIDY_SPENT,
    SUBSIDY_COMMITTED,
    RENEWED_BALANCE,
    GUARANTEE_FEE,
    FIRST_LOANS,
    FIRST_LOAN_AMOUNT,
    UNSECURED_SHARE,
    LONG_SHARE,
)
"""In the order of the measures, which is the order of the page."""
