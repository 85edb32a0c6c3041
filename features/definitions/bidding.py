"""Features from tenders won. A firm that never won one has no value."""

from features.feature import family, feature
from features.rows import Rows, Value, share


@family(
    source="bidding",
    months=(12, 24),
    unit="count",
    risk="falls",
    zh="近{months}个月中标次数",
    lowers="中标较少",
    raises="中标较多",
)
def tender_count(won: Rows) -> Value:
    """Tenders won."""
    return won.count()


@feature(source="bidding", months=36, unit="days", risk="rises", zh="最近中标距今天数")
def days_since_tender(won: Rows) -> Value:
    """Days since the newest tender was won.

    Missing where none was in 36 months.
    """
    return won.age_days().min()


@feature(source="bidding", months=36, unit="share", zh="近36个月省外中标占比")
def tender_share_outside_36m(won: Rows) -> Value:
    """Share of the tenders won in other provinces, among those that tell."""
    return share(won.count(where=~won.in_province), won.in_province.count())


FEATURES = (*tender_count, days_since_tender, tender_share_outside_36m)
