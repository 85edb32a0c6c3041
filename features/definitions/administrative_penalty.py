"""Features from administrative penalties. Repaired ones are withdrawn and so no longer counted."""

from features.feature import family, feature
from features.rows import Rows, Value


@family(
    source="administrative_penalty",
    months=(6, 24),
    unit="count",
    risk="rises",
    zh="近{months}个月行政处罚次数",
    lowers="存在行政处罚",
)
def penalty_count(penalties: Rows) -> Value:
    """Penalties that stand."""
    return penalties.record_id.nunique()


@family(
    source="administrative_penalty",
    months=(12, 24),
    unit="CNY",
    risk="rises",
    zh="近{months}个月罚款金额",
    lowers="罚款金额偏高",
)
def fines_cny(penalties: Rows) -> Value:
    """Fines of the penalties that stand.

    Missing where no penalty tells its fine.
    """
    return penalties.fine_cny.sum()


@feature(
    source="administrative_penalty",
    months=36,
    unit="count",
    risk="rises",
    zh="近36个月严重行政处罚次数",
    lowers="存在严重行政处罚",
    raises="无严重行政处罚",
)
def severe_penalty_count_36m(penalties: Rows) -> Value:
    """Severe penalties that stand.

    0 where all are lighter. Missing where there is none.
    """
    return penalties.count(where=penalties.severity == "SEVERE")


@feature(
    source="administrative_penalty",
    months=36,
    unit="days",
    risk="falls",
    zh="最近行政处罚距今天数",
    lowers="近期受到行政处罚",
    raises="近期无行政处罚",
)
def days_since_penalty(penalties: Rows) -> Value:
    """Days since the newest penalty that stands.

    Missing where there was none in 36 months.
    """
    return penalties.age_days().min()


FEATURES = (*penalty_count, *fines_cny, severe_penalty_count_36m, days_since_penalty)
