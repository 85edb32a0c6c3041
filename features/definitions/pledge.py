"""Features from pledges of movables and shares. A firm that never pledged anything has no value."""

from features.feature import feature
from features.rows import Rows, Value, exact


@feature(source="pledge", unit="count", zh="有效质押笔数")
def standing_pledge_count(pledges: Rows) -> Value:
    """Pledges that stand.

    0 where all were released.
    """
    return pledges.count(where=pledges.standing(pledges.released_date))


@feature(source="pledge", unit="CNY", zh="有效质押担保债权额")
def pledge_secured_cny(pledges: Rows) -> Value:
    """Claims that standing pledges secure.

    0 where all were released. Missing where no pledge tells its claim.
    """
    told = pledges.filter(pledges.secured_cny.notnull())
    return told.secured_cny.sum(where=told.standing(told.released_date)).coalesce(0)


@feature(source="pledge", unit="share", risk="rises", zh="股权出质比例")
def pledged_equity_share(pledges: Rows) -> Value:
    """Share of the firm's equity that is pledged, at most 1.

    0 where all was released. Missing where no equity ever was pledged.
    """
    equity = pledges.filter(pledges.kind == "EQUITY")
    pledged = exact(equity.equity_share).sum(where=equity.standing(equity.released_date))
    return pledged.coalesce(0).clip(upper=1)


@feature(source="pledge", months=12, unit="count", zh="近12个月新增质押笔数")
def pledge_count_12m(pledges: Rows) -> Value:
    """Pledges registered, released or not.

    Missing where none was.
    """
    return pledges.count()


FEATURES = (standing_pledge_count, pledge_secured_cny, pledged_equity_share, pledge_count_12m)
