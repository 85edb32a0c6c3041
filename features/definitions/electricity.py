"""Features from electricity."""

from features.feature import family, feature
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


@family(source="electricity", months=(12, 24), unit="ratio", risk="rises", zh="近{months}个月用电波动系数")
def kwh_volatility(metered: Rows) -> Value:
    """Standard deviation of monthly electricity over its mean.

    Missing with fewer than three months.
    """
    enough = metered.count() >= MONTHS_FOR_VOLATILITY
    return enough.ifelse(relative_spread(metered.kwh), None)


@feature(source="electricity", months=12, unit="share", risk="rises", zh="近12个月电费欠缴月数占比")
def unpaid_bill_share_12m(metered: Rows) -> Value:
    """Share of the months whose bill was not paid by its due day."""
    return share(metered.count(where=metered.unpaid_cny > 0), metered.unpaid_cny.count())


@feature(source="electricity", months=18, unit="share", risk="falls", zh="近6个月用电量同比增幅")
def kwh_growth_6m(metered: Rows) -> Value:
    """Electricity of the last six months against the same months of the year before, by month metered.

    Missing where none was metered then.
    """
    return growth(
        exact(metered.kwh).mean(where=metered.within(6)), exact(metered.kwh).mean(where=~metered.within(12))
    )


@feature(source="electricity", months=12, unit="kWh", zh="近12个月用电量")
def kwh_12m(metered: Rows) -> Value:
    """Electricity used."""
    return exact(metered.kwh).sum()


@feature(
    source="electricity",
    months=12,
    unit="share",
    risk="falls",
    zh="近12个月最低月用电量与月均之比",
    lowers="曾有月份用电骤降",
    raises="用电未骤降",
)
def lowest_month_over_mean_12m(metered: Rows) -> Value:
    """Electricity of the lowest month over the mean month; 0 where the meter once stood still.

    Missing where no electricity was used.
    """
    used = exact(metered.kwh)
    return share(used.min(), used.mean())


@family(
    source="electricity",
    months=(6, 12),
    unit="months",
    risk="rises",
    zh="近{months}个月零用电月数",
    lowers="存在停电或停工月份",
    raises="用电未中断",
)
def zero_kwh_months(metered: Rows) -> Value:
    """Months in which the meter stood still, as after a cut-off."""
    return metered.count(where=metered.kwh == 0)


@family(
    source="electricity",
    months=(3, 12, 24),
    unit="count",
    risk="rises",
    zh="近{months}个月电费欠缴次数",
    lowers="存在电费欠缴",
    raises="电费按时缴纳",
)
def unpaid_bill_count(metered: Rows) -> Value:
    """Bills not paid by their due day."""
    return metered.count(where=metered.unpaid_cny > 0)


FEATURES = (
    kwh_12m,
    kwh_growth_12m,
    kwh_growth_6m,
    kwh_growth_3m,
    kwh_trend_3m,
    *kwh_volatility,
    lowest_month_over_mean_12m,
    *zero_kwh_months,
    unpaid_bill_share_12m,
    *unpaid_bill_count,
)
