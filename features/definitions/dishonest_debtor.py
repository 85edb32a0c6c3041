"""Features from the list of dishonest debtors. A firm that was never on it has no value."""

from features.feature import family, feature
from features.rows import Rows, Value, flag


@feature(
    source="dishonest_debtor",
    unit="flag",
    risk="rises",
    zh="当前列入失信被执行人名单",
    lowers="当前为失信被执行人",
    raises="已退出失信被执行人名单",
)
def on_dishonest_list(entries: Rows) -> Value:
    """1 where an entry stands, 0 where all have ended.

    Missing where the firm never was on the list, or its entries were repaired.
    """
    return flag(entries.count(where=entries.standing(entries.delisted_date)) > 0)


@family(
    source="dishonest_debtor",
    months=(12, 36),
    unit="count",
    risk="rises",
    zh="近{months}个月列入失信被执行人次数",
    lowers="列入失信被执行人次数较多",
)
def dishonest_entry_count(entries: Rows) -> Value:
    """Entries published."""
    return entries.count()


@feature(
    source="dishonest_debtor",
    unit="days",
    risk="rises",
    zh="当前失信记录持续天数",
    lowers="失信记录持续时间偏长",
)
def days_on_dishonest_list(entries: Rows) -> Value:
    """Days since the oldest entry that stands.

    Missing where none stands.
    """
    return entries.filter(entries.standing(entries.delisted_date)).age_days().max()


FEATURES = (on_dishonest_list, *dishonest_entry_count, days_on_dishonest_list)
