"""Features from tax declarations."""

from features.feature import family, feature
from features.rows import Rows, Value, growth, relative_spread, share

MONTHS_FOR_VOLATILITY = 3


@family(source="tax_declaration", months=(3, 12, 24), unit="CNY", zh="近{months}个月申报营业收入")
def declared_revenue_cny(declared: Rows) -> Value:
    """Revenue declared."""
    return declared.revenue_cny.sum()


@feature(source="tax_declaration", months=24, unit="share", risk="falls", zh="申报收入同比增幅")
def declared_revenue_growth_12m(declared: Rows) -> Value:
    """Revenue declared for the last twelve months against the twelve before.

    Missing where none was declared before.
    """
    recent = declared.within(12)
    return growth(declared.revenue_cny.sum(where=recent), declared.revenue_cny.sum(where=~recent))


@feature(source="tax_declaration", months=6, unit="share", risk="falls", zh="近3个月申报收入环比增幅")
def declared_revenue_trend_3m(declared: Rows) -> Value:
    """Revenue declared a month in the last three months against the three before.

    By month declared, because the last month is often still to come. Missing where none was declared before.
    """
    recent = declared.within(3)
    return growth(declared.revenue_cny.mean(where=recent), declared.revenue_cny.mean(where=~recent))


@feature(source="tax_declaration", months=12, unit="count", risk="falls", zh="近12个月申报月数")
def months_declared_12m(declared: Rows) -> Value:
    """Months declared."""
    return declared.event_date.nunique()


@feature(source="tax_declaration", months=12, unit="days", risk="rises", zh="近12个月逾期申报天数合计")
def late_filing_days_12m(declared: Rows) -> Value:
    """Days by which declarations missed their deadlines, added up.

    0 means always in time.
    """
    return declared.late_days.sum()


@feature(source="tax_declaration", months=12, unit="count", risk="rises", zh="近12个月逾期申报次数")
def late_filing_count_12m(declared: Rows) -> Value:
    """Declarations that missed their deadlines.

    0 means always in time.
    """
    return declared.count(where=declared.late_days > 0)


@family(source="tax_declaration", months=(6, 12), unit="share", risk="rises", zh="近{months}个月欠税月数占比")
def arrears_month_share(declared: Rows) -> Value:
    """Share of the months declared that ended with tax in arrears."""
    return share(declared.count(where=declared.arrears_cny > 0), declared.arrears_cny.count())


@feature(source="tax_declaration", months=12, unit="share", zh="税负率")
def tax_over_revenue_12m(declared: Rows) -> Value:
    """Taxes paid over revenue declared.

    Missing where no revenue was declared.
    """
    return share(declared.tax_paid_cny.sum(), declared.revenue_cny.sum())


@feature(source="tax_declaration", months=15, unit="share", risk="falls", zh="近3个月申报收入同比增幅")
def declared_revenue_growth_3m(declared: Rows) -> Value:
    """Revenue declared a month in the last three months against the same months of the year before.

    By month declared, because the last month is often still to come. Missing where none was declared then.
    """
    return growth(
        declared.revenue_cny.mean(where=declared.within(3)),
        declared.revenue_cny.mean(where=~declared.within(12)),
    )


@feature(source="tax_declaration", months=12, unit="ratio", risk="rises", zh="近12个月申报收入波动系数")
def declared_revenue_volatility_12m(declared: Rows) -> Value:
    """Standard deviation of the revenue declared a month over its mean.

    Missing with fewer than three months declared, and where no revenue was.
    """
    enough = declared.count() >= MONTHS_FOR_VOLATILITY
    return enough.ifelse(relative_spread(declared.revenue_cny), None)


@family(
    source="tax_declaration",
    months=(6, 12),
    unit="months",
    risk="rises",
    zh="近{months}个月零申报月数",
    lowers="零申报较多",
    raises="零申报较少",
)
def zero_revenue_months(declared: Rows) -> Value:
    """Months for which no revenue was declared: a declaration of zero, not a missing one."""
    return declared.count(where=declared.revenue_cny == 0)


@feature(source="tax_declaration", months=12, unit="CNY", risk="falls", zh="近12个月实缴税额")
def tax_paid_cny_12m(declared: Rows) -> Value:
    """Taxes paid.

    Missing where no declaration tells.
    """
    return declared.tax_paid_cny.sum()


@feature(source="tax_declaration", months=24, unit="share", risk="falls", zh="实缴税额同比增幅")
def tax_paid_growth_12m(declared: Rows) -> Value:
    """Taxes paid for the last twelve months against the twelve before.

    Missing where none were paid before.
    """
    recent = declared.within(12)
    return growth(declared.tax_paid_cny.sum(where=recent), declared.tax_paid_cny.sum(where=~recent))


@feature(source="tax_declaration", months=6, unit="CNY", risk="rises", zh="最近申报欠税余额")
def arrears_latest_cny(declared: Rows) -> Value:
    """Tax in arrears at the end of the last month declared."""
    return declared.newest("arrears_cny")


FEATURES = (
    *declared_revenue_cny,
    declared_revenue_growth_12m,
    declared_revenue_trend_3m,
    months_declared_12m,
    late_filing_days_12m,
    *arrears_month_share,
    late_filing_count_12m,
    declared_revenue_growth_3m,
    declared_revenue_volatility_12m,
    *zero_revenue_months,
    tax_paid_cny_12m,
    tax_paid_growth_12m,
    arrears_latest_cny,
    tax_over_revenue_12m,
)
