"""Features from court enforcement. A firm without a case has no value: the list names only those enforced."""

from features.feature import family, feature
from features.rows import Rows, Value


@family(
    source="court_enforcement",
    months=(3, 12, 24),
    unit="count",
    risk="rises",
    zh="近{months}个月被执行案件数",
    lowers="存在被执行案件",
)
def enforcement_count(cases: Rows) -> Value:
    """Cases in which the firm is enforced against."""
    return cases.record_id.nunique()


@family(
    source="court_enforcement",
    months=(3, 12, 24),
    unit="CNY",
    risk="rises",
    zh="近{months}个月被执行金额",
    lowers="被执行金额偏高",
)
def enforced_amount_cny(cases: Rows) -> Value:
    """Amount enforced.

    Missing where no case tells its amount.
    """
    return cases.amount_cny.sum()


@feature(
    source="court_enforcement",
    months=36,
    unit="days",
    risk="falls",
    zh="最近被执行距今天数",
    lowers="近期被执行",
)
def days_since_enforcement(cases: Rows) -> Value:
    """Days since the newest case.

    Missing where there was none in 36 months.
    """
    return cases.age_days().min()


FEATURES = (*enforcement_count, *enforced_amount_cny, days_since_enforcement)
