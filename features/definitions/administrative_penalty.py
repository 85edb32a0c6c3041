"""Features from administrative penalties. Repaired ones are withdrawn and so no longer counted."""

from features.feature import feature
from features.rows import Rows, Value


@feature(
    source="administrative_penalty",
    months=24,
    unit="count",
    risk="rises",
    zh="近24个月行政处罚次数",
    lowers="存在行政处罚",
)
def penalty_count_24m(penalties: Rows) -> Value:
    """Penalties that stand."""
    return penalties.record_id.nunique()


@feature(
    source="administrative_penalty",
    months=24,
    unit="CNY",
    risk="rises",
    zh="近24个月罚款金额",
    lowers="罚款金额偏高",
)
def fines_cny_24m(penalties: Rows) -> Value:
    """Fines of the penalties that stand.

    Missing where no penalty tells its fine.
    """
    return penalties.fine_cny.sum()


FEATURES = (penalty_count_24m, fines_cny_24m)
