"""Features from contributions to the housing fund."""

from features.feature import family, feature
from features.rows import Rows, Value, growth, share


@feature(source="housing_fund", months=6, unit="persons", zh="最近公积金缴存人数")
def fund_headcount_latest(paid: Rows) -> Value:
    """Employees in the last month paid for."""
    return paid.newest("headcount")


@family(
    source="housing_fund", months=(6, 12), unit="share", risk="falls", zh="近{months}个月公积金缴存人数变化率"
)
def fund_headcount_growth(paid: Rows) -> Value:
    """Employees in the last month of the window against its first."""
    return growth(paid.newest("headcount"), paid.headcount.argmin(paid.event_date))


@family(
    source="housing_fund",
    months=(6, 12),
    unit="months",
    risk="rises",
    zh="近{months}个月公积金欠缴月数",
    lowers="存在公积金欠缴",
    raises="公积金按时缴存",
)
def fund_arrears_months(paid: Rows) -> Value:
    """Months whose contribution was not wholly paid by its deadline."""
    return paid.count(where=paid.unpaid_cny > 0)


@feature(source="housing_fund", months=12, unit="CNY per person", zh="人均公积金缴存额")
def fund_contribution_per_head_cny_12m(paid: Rows) -> Value:
    """Contribution due a person and month.

    Missing where nobody was paid for.
    """
    return share(paid.contribution_cny.sum(), paid.headcount.sum())


@feature(source="housing_fund", months=12, unit="months", risk="falls", zh="近12个月公积金缴存月数")
def fund_months_paid_12m(paid: Rows) -> Value:
    """Months for which there is a record."""
    return paid.event_date.nunique()


FEATURES = (
    fund_headcount_latest,
    *fund_headcount_growth,
    *fund_arrears_months,
    fund_contribution_per_head_cny_12m,
    fund_months_paid_12m,
)
