"""Features from subsidies and awards. No direction is assumed: support goes to the strong and to the weak."""

from features.feature import family, feature
from features.rows import Rows, Value

WINDOWS = (12, 24)


@family(source="subsidy_award", months=WINDOWS, unit="count", zh="近{months}个月补助和荣誉次数")
def subsidy_award_count(awards: Rows) -> Value:
    """Subsidies, rewards and honours.

    Missing where there was none.
    """
    return awards.count()


@family(source="subsidy_award", months=WINDOWS, unit="CNY", zh="近{months}个月补助和奖励金额")
def subsidy_cny(awards: Rows) -> Value:
    """Amount of subsidies and rewards.

    Missing where none tells its amount.
    """
    return awards.amount_cny.sum()


@feature(source="subsidy_award", months=36, unit="days", zh="最近补助或荣誉距今天数")
def days_since_award(awards: Rows) -> Value:
    """Days since the newest subsidy, reward or honour.

    Missing where there was none in 36 months.
    """
    return awards.age_days().min()


@feature(source="subsidy_award", months=60, unit="count", zh="近5年省级以上荣誉次数")
def high_honour_count_60m(awards: Rows) -> Value:
    """Honours of the province or the state.

    0 where only others were given. Missing where none was.
    """
    high = awards.level.isin(["NATIONAL", "PROVINCIAL"])
    return awards.count(where=(awards.kind == "HONOUR") & high)


FEATURES = (*subsidy_award_count, *subsidy_cny, days_since_award, high_honour_count_60m)
