"""Features from VAT invoices. Void invoices never took effect; negative amounts are red-letter invoices."""

from features.feature import family, feature
from features.rows import Rows, Value, share

DAYS_A_MONTH = 365.25 / 12


def sales(invoices: Rows) -> Rows:
    """Invoices issued that took effect, red-letter ones among them."""
    return invoices.filter(invoices.direction == "sales", invoices.status == "valid")


def purchases(invoices: Rows) -> Rows:
    """Invoices received that took effect, red-letter ones among them."""
    return invoices.filter(invoices.direction == "purchase", invoices.status == "valid")


@family(
    source="vat_invoice",
    months=(3, 6, 12, 36),
    unit="CNY",
    risk="falls",
    zh="近{months}个月开票销售额",
    lowers="开票销售额偏低",
)
def invoiced_sales_cny(invoices: Rows) -> Value:
    """Sales invoiced, net of red-letter invoices."""
    return sales(invoices).amount_cny.sum()


@family(
    source="vat_invoice",
    months=(12, 36),
    unit="count",
    risk="falls",
    zh="近{months}个月销项发票数",
    lowers="销项发票较少",
    raises="销项发票较多",
)
def sales_invoice_count(invoices: Rows) -> Value:
    """Sales invoices that took effect, red-letter ones included."""
    return sales(invoices).count()


@family(
    source="vat_invoice",
    months=(3, 12, 36),
    unit="CNY",
    risk="falls",
    zh="近{months}个月进项金额",
    lowers="进项金额偏低",
)
def invoiced_purchases_cny(invoices: Rows) -> Value:
    """Purchases invoiced, net of red-letter invoices."""
    return purchases(invoices).amount_cny.sum()


@family(source="vat_invoice", months=(6, 12, 36), unit="months", risk="falls", zh="近{months}个月有开票月数")
def months_with_sales(invoices: Rows) -> Value:
    """Calendar months in which something was sold."""
    sold = sales(invoices)
    return sold.event_date.truncate("M").nunique()


@family(
    source="vat_invoice",
    months=(3, 12, 36),
    unit="share",
    risk="rises",
    zh="近{months}个月销项作废占比",
    lowers="作废发票占比偏高",
    raises="作废发票占比较低",
)
def void_share(invoices: Rows) -> Value:
    """Share of the sales invoices that were voided, by number."""
    issued = invoices.filter(invoices.direction == "sales")
    return share(issued.count(where=issued.status == "void"), issued.count())


@family(source="vat_invoice", months=(12, 36), unit="share", zh="近{months}个月红字发票占比")
def red_letter_share(invoices: Rows) -> Value:
    """Share of the valid sales invoices that are red-letter ones, by number.

    No direction is assumed: returns go with activity as well as with trouble.
    """
    sold = sales(invoices)
    return share(sold.count(where=sold.amount_cny < 0), sold.count())


@family(source="vat_invoice", months=(12, 36), unit="ratio", zh="近{months}个月进销比")
def purchases_over_sales(invoices: Rows) -> Value:
    """Purchases over sales, both net of red-letter invoices.

    Missing where sales do not exceed zero.
    """
    valid = invoices.filter(invoices.status == "valid")
    sold = valid.amount_cny.sum(where=valid.direction == "sales")
    bought = valid.amount_cny.sum(where=valid.direction == "purchase")
    return (sold > 0).ifelse(share(bought, sold), None)


@family(
    source="vat_invoice",
    months=(12, 36),
    unit="CNY",
    risk="falls",
    zh="近{months}个月销项税额减进项税额",
    lowers="开票净税额偏低",
    raises="开票净税额较高",
)
def net_vat_cny(invoices: Rows) -> Value:
    """VAT on sales less VAT on purchases: what the firm's added value owes.

    Negative where purchases were taxed more than sales.
    """
    valid = invoices.filter(invoices.status == "valid")
    on_sales = valid.tax_cny.sum(where=valid.direction == "sales").coalesce(0)
    return on_sales - valid.tax_cny.sum(where=valid.direction == "purchase").coalesce(0)


@feature(
    source="vat_invoice",
    months=36,
    unit="CNY",
    risk="falls",
    zh="近36个月单月最高开票销售额",
    lowers="单月开票峰值偏低",
    raises="单月开票峰值较高",
)
def peak_monthly_sales_cny_36m(invoices: Rows) -> Value:
    """Sales of the best calendar month."""
    sold = sales(invoices)
    return sold.by_month(amount=sold.amount_cny.sum()).amount.max()


@feature(
    source="vat_invoice",
    months=36,
    unit="CNY",
    risk="falls",
    zh="近36个月月度开票中位数",
    lowers="常态月开票额偏低",
    raises="常态月开票额较高",
)
def median_monthly_sales_cny_36m(invoices: Rows) -> Value:
    """Sales of the median calendar month among those with sales."""
    sold = sales(invoices)
    return sold.by_month(amount=sold.amount_cny.sum()).amount.cast("float64").median()


@feature(source="vat_invoice", months=None, unit="months", risk="falls", zh="开票历史月数")
def invoice_history_months(invoices: Rows) -> Value:
    """Months since the first sales invoice known."""
    return sales(invoices).age_days().max().cast("float64") / DAYS_A_MONTH


@feature(
    source="vat_invoice", months=12, unit="share", zh="近12个月红字发票金额占比", reason="red_letter_share"
)
def red_letter_amount_share_12m(invoices: Rows) -> Value:
    """Amount of the red-letter sales invoices over that of the others.

    Missing where nothing was sold. No direction is assumed, as for their number.
    """
    sold = sales(invoices)
    back = sold.amount_cny.sum(where=sold.amount_cny < 0).coalesce(0)
    return share(-back, sold.amount_cny.sum(where=sold.amount_cny > 0))


FEATURES = (
    red_letter_amount_share_12m,
    *net_vat_cny,
    peak_monthly_sales_cny_36m,
    median_monthly_sales_cny_36m,
    invoice_history_months,
    *invoiced_sales_cny,
    *sales_invoice_count,
    *invoiced_purchases_cny,
    *months_with_sales,
    *void_share,
    *red_letter_share,
    *purchases_over_sales,
)
