"""Features from the course of a firm's VAT invoices over time: growth, trend, volatility, silence."""

from features.definitions.vat_invoice import purchases, sales
from features.feature import family, feature
from features.rows import Rows, Value, growth, longest_gap_days, relative_spread

MONTHS_FOR_VOLATILITY = 3
"""Fewer months with sales than this say nothing about volatility."""


@feature(source="vat_invoice", months=24, unit="share", risk="falls", zh="开票销售额同比增幅")
def invoiced_sales_growth_12m(invoices: Rows) -> Value:
    """Sales of the last twelve months against the twelve before.

    -1 means that sales ceased. Missing where there were none before.
    """
    sold = sales(invoices)
    recent = sold.within(12)
    return growth(sold.amount_cny.sum(where=recent), sold.amount_cny.sum(where=~recent))


@feature(source="vat_invoice", months=15, unit="share", risk="falls", zh="近3个月开票销售额同比增幅")
def invoiced_sales_growth_3m(invoices: Rows) -> Value:
    """Sales of the last three months against the same months of the year before.

    Missing where there were none then.
    """
    sold = sales(invoices)
    return growth(sold.amount_cny.sum(where=sold.within(3)), sold.amount_cny.sum(where=~sold.within(12)))


@feature(source="vat_invoice", months=6, unit="share", risk="falls", zh="近3个月开票销售额环比增幅")
def invoiced_sales_trend_3m(invoices: Rows) -> Value:
    """Sales of the last three months against the three before.

    Missing where there were none before.
    """
    sold = sales(invoices)
    recent = sold.within(3)
    return growth(sold.amount_cny.sum(where=recent), sold.amount_cny.sum(where=~recent))


@family(
    source="vat_invoice", months=(12, 24), unit="ratio", risk="rises", zh="近{months}个月月度开票波动系数"
)
def invoiced_sales_volatility(invoices: Rows) -> Value:
    """Standard deviation of monthly sales over their mean, over months with sales.

    Missing with fewer than three such months, and where red-letter invoices outweigh sales.
    """
    monthly = sales(invoices).by_month(amount=sales(invoices).amount_cny.sum())
    enough = monthly.count() >= MONTHS_FOR_VOLATILITY
    return enough.ifelse(relative_spread(monthly.amount), None)


@feature(source="vat_invoice", months=18, unit="share", risk="falls", zh="近6个月开票销售额同比增幅")
def invoiced_sales_growth_6m(invoices: Rows) -> Value:
    """Sales of the last six months against the same months of the year before.

    Missing where there were none then.
    """
    sold = sales(invoices)
    return growth(sold.amount_cny.sum(where=sold.within(6)), sold.amount_cny.sum(where=~sold.within(12)))


@feature(source="vat_invoice", months=24, unit="share", risk="falls", zh="进项金额同比增幅")
def invoiced_purchases_growth_12m(invoices: Rows) -> Value:
    """Purchases of the last twelve months against the twelve before.

    Missing where there were none before.
    """
    bought = purchases(invoices)
    recent = bought.within(12)
    return growth(bought.amount_cny.sum(where=recent), bought.amount_cny.sum(where=~recent))


@feature(
    source="vat_invoice",
    months=12,
    unit="days",
    risk="rises",
    zh="近12个月最长开票间隔天数",
    lowers="开票中断时间偏长",
    raises="开票较连续",
)
def longest_sales_gap_days_12m(invoices: Rows) -> Value:
    """Days of the longest time without a sales invoice, the time since the last one included.

    Silences within one calendar month are not seen. Missing where nothing was sold.
    """
    return longest_gap_days(sales(invoices))


@feature(source="vat_invoice", months=24, unit="days", risk="rises", zh="最近一次开票距今天数")
def days_since_last_sale(invoices: Rows) -> Value:
    """Days since the last sales invoice.

    Missing where there was none in 24 months.
    """
    return sales(invoices).age_days().min()


@feature(source="vat_invoice", months=24, unit="days", risk="rises", zh="最近一次进项距今天数")
def days_since_last_purchase(invoices: Rows) -> Value:
    """Days since the last purchase invoice.

    Missing where there was none in 24 months.
    """
    return purchases(invoices).age_days().min()


FEATURES = (
    invoiced_sales_growth_12m,
    invoiced_sales_growth_6m,
    invoiced_sales_growth_3m,
    invoiced_sales_trend_3m,
    invoiced_purchases_growth_12m,
    *invoiced_sales_volatility,
    longest_sales_gap_days_12m,
    days_since_last_sale,
    days_since_last_purchase,
)
