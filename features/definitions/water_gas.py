"""Features from water and gas. Firms without a gas meter have no value for gas, not zero."""

from features.feature import family, feature
from features.rows import Rows, Value, exact, growth, share


def water(metered: Rows) -> Rows:
    """Months of the water meter."""
    return metered.filter(metered.utility == "WATER")


def gas(metered: Rows) -> Rows:
    """Months of the gas meter."""
    return metered.filter(metered.utility == "GAS")


@feature(source="water_gas", months=24, unit="share", risk="falls", zh="近12个月用水量同比增幅")
def water_growth_12m(metered: Rows) -> Value:
    """Water of the last twelve months against the twelve before, by month metered.

    Missing where none was metered before.
    """
    return _mean_growth(water(metered), 12)


@feature(source="water_gas", months=6, unit="share", risk="falls", zh="近3个月用水量环比增幅")
def water_trend_3m(metered: Rows) -> Value:
    """Water of the last three months against the three before, by month metered.

    Missing where none was metered before.
    """
    return _mean_growth(water(metered), 3)


@feature(source="water_gas", months=24, unit="share", risk="falls", zh="近12个月用气量同比增幅")
def gas_growth_12m(metered: Rows) -> Value:
    """Gas of the last twelve months against the twelve before, by month metered.

    Missing where none was metered before.
    """
    return _mean_growth(gas(metered), 12)


@feature(source="water_gas", months=6, unit="share", risk="falls", zh="近3个月用气量环比增幅")
def gas_trend_3m(metered: Rows) -> Value:
    """Gas of the last three months against the three before, by month metered.

    Missing where none was metered before.
    """
    return _mean_growth(gas(metered), 3)


def _mean_growth(months: Rows, recent_months: int) -> Value:
    recent = months.within(recent_months)
    volume = exact(months.volume_m3)
    return growth(volume.mean(where=recent), volume.mean(where=~recent))


@feature(source="water_gas", months=12, unit="months", risk="rises", zh="近12个月零用水月数")
def zero_water_months_12m(metered: Rows) -> Value:
    """Months in which the water meter stood still.

    Missing where no water was metered.
    """
    used = water(metered)
    return used.count(where=used.volume_m3 == 0)


@family(
    source="water_gas",
    months=(6, 12),
    unit="share",
    risk="rises",
    zh="近{months}个月水气费欠缴账单占比",
    lowers="水气费欠缴偏多",
    raises="水气费按时缴纳",
)
def unpaid_utility_share(metered: Rows) -> Value:
    """Share of the bills for water and gas that were not paid by their deadline."""
    return share(metered.count(where=metered.unpaid_cny > 0), metered.unpaid_cny.count())


FEATURES = (
    water_growth_12m,
    water_trend_3m,
    gas_growth_12m,
    gas_trend_3m,
    zero_water_months_12m,
    *unpaid_utility_share,
)
