"""Features from the list of abnormal operations. A firm that was never listed has no value."""

from features.feature import family, feature
from features.rows import Rows, Value, flag


def listed_now(listings: Rows) -> Rows:
    """Listings that stand."""
    return listings.filter(listings.standing(listings.removed_date))


@feature(
    source="abnormal_operation",
    unit="flag",
    risk="rises",
    zh="当前列入经营异常名录",
    lowers="当前列入经营异常名录",
    raises="已移出经营异常名录",
)
def on_abnormal_list(listings: Rows) -> Value:
    """1 where a listing stands, 0 where all were removed.

    Missing where the firm never was listed.
    """
    return flag(listings.count(where=listings.standing(listings.removed_date)) > 0)


@family(
    source="abnormal_operation",
    months=(12, 36),
    unit="count",
    risk="rises",
    zh="近{months}个月列入经营异常名录次数",
    lowers="列入经营异常名录次数较多",
)
def abnormal_count(listings: Rows) -> Value:
    """Listings, removed or not."""
    return listings.count()


@feature(source="abnormal_operation", unit="days", risk="rises", zh="当前经营异常持续天数")
def days_on_abnormal_list(listings: Rows) -> Value:
    """Days since the oldest listing that stands.

    Missing where none stands. After three years the list of serious violations follows.
    """
    return listed_now(listings).age_days().max()


@feature(
    source="abnormal_operation",
    unit="flag",
    risk="rises",
    zh="登记住所无法联系",
    lowers="登记住所无法联系",
    raises="登记住所可联系",
)
def unreachable_at_address(listings: Rows) -> Value:
    """1 where a listing stands because the firm was not found at its address, else 0.

    Missing where the firm never was listed.
    """
    standing = listings.standing(listings.removed_date)
    return flag(listings.count(where=standing & (listings.reason == "UNREACHABLE_ADDRESS")) > 0)


FEATURES = (on_abnormal_list, *abnormal_count, days_on_abnormal_list, unreachable_at_address)
