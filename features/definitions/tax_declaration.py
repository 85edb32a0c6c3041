"""Features from tax declarations."""

from features.feature import feature
from features.rows import Rows, Value, growth, share


@feature(source="tax_declaration", months=12, unit="CNY", zh="近12个月申报营业收入")
def declared_revenue_cny_12m(declared: Rows) -> Value:
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


@feature(source="tax_declaration", months=12, unit="share", risk="rises", zh="近12个月欠税月数占比")
def arrears_month_share_12m(declared: Rows) -> Value:
    """Share of the months declared that ended with tax in arrears."""
    return share(declared.count(where=declared.arrears_cny > 0), declared.arrears_cny.count())


@feature(source="tax_declaration", months=12, unit="share", zh="税负率")
def tax_over_revenue_12m(declared: Rows) -> Value:
    """Taxes paid over revenue declared.

    Missing where no revenue was declared.
    """
    return share(declared.tax_paid_cny.sum(), declared.revenue_cny.sum())


FEATURES = (
    declared_revenue_cny_12m,
    declared_revenue_growth_12m,
    declared_revenue_trend_3m,
    months_declared_12m,
    late_filing_days_12m,
    arrears_month_share_12m,
    tax_over_revenue_12m,
)
