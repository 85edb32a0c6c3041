"""Features from the list of serious violations. A firm that was never listed has no value."""

from features.feature import feature
from features.rows import Rows, Value, flag


@feature(
    source="serious_violation",
    unit="flag",
    risk="rises",
    zh="当前列入严重违法失信名单",
    lowers="当前列入严重违法失信名单",
    raises="已移出严重违法失信名单",
)
def on_serious_violation_list(listings: Rows) -> Value:
    """1 where a listing stands, 0 where all were removed.

    Missing where the firm never was listed.
    """
    return flag(listings.count(where=listings.standing(listings.removed_date)) > 0)


@feature(
    source="serious_violation",
    months=60,
    unit="count",
    risk="rises",
    zh="近5年列入严重违法失信名单次数",
    lowers="曾列入严重违法失信名单",
)
def serious_violation_count_60m(listings: Rows) -> Value:
    """Listings, removed or not."""
    return listings.count()


FEATURES = (on_serious_violation_list, serious_violation_count_60m)
