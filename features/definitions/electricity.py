"""Features from electricity."""

from features.feature import feature
from features.rows import Rows, Value, exact, growth, relative_spread, share

MONTHS_FOR_VOLATILITY = 3


@feature(source="electricity", months=24, unit="share", risk="falls", zh="近12个月用电量同比增幅")
def kwh_growth_12m(metered: Rows) -> Value:
    """Electricity of the last twelve months against the twelve before, by month metered.

    Missing where none was metered before.
    """
    recent = metered.within(12)
    return growth(exact(metered.kwh).mean(where=recent), exact(metered.kwh).mean(where=~recent))


@feature(source="electricity", months=15, unit="share", risk="falls", zh="近3个月用电量同比增幅")
def kwh_growth_3m(metered: Rows) -> Value:
    """Electricity of the last three months against the same months of the year before, by month metered.

    Missing where none was metered then.
    """
    return growth(
        exact(metered.kwh).mean(where=metered.within(3)), exact(metered.kwh).mean(where=~metered.within(12))
    )


@feature(source="electricity", months=6, unit="share", risk="falls", zh="近3个月用电量环比增幅")
def kwh_trend_3m(metered: Rows) -> Value:
    """Electricity of the last three months against the three before, by month metered."""
    recent = metered.within(3)
    return growth(exact(metered.kwh).mean(where=recent), exact(metered.kwh).mean(where=~recent))


@feature(source="electricity", months=12, unit="ratio", risk="rises", zh="近12个月用电波动系数")
def kwh_volatility_12m(metered: Rows) -> Value:
    """Standard deviation of monthly electricity over its mean.

    Missing with fewer than three months.
    """
    enough = metered.count() >= MONTHS_FOR_VOLATILITY
    return enough.ifelse(relative_spread(metered.kwh), None)


@feature(source="electricity", months=12, unit="share", risk="rises", zh="近12个月电费欠缴月数占比")
def unpaid_bill_share_12m(metered: Rows) -> Value:
    """Share of the months whose bill was not paid by its due day."""
    return share(metered.count(where=metered.unpaid_cny > 0), metered.unpaid_cny.count())


FEATURES = (kwh_growth_12m, kwh_growth_3m, kwh_trend_3m, kwh_volatility_12m, unpaid_bill_share_12m)
