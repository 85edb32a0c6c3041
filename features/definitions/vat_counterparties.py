"""Features from whom a firm sells to and buys from, by its VAT invoices."""

from features.definitions.vat_invoice import purchases, sales
from features.feature import family, feature
from features.rows import Rows, Value, share


@feature(
    source="vat_invoice",
    months=12,
    unit="share",
    risk="rises",
    zh="近12个月最大买方销售占比",
    lowers="客户集中度偏高",
    raises="客户较分散",
)
def largest_buyer_share_12m(invoices: Rows) -> Value:
    """Share of invoiced sales that went to the firm's largest buyer.

    1.0 means a single buyer. Missing where the firm issued no valid sales invoice in the window: no sales
    is not the same as no concentration.
    """
    by_buyer = sales(invoices).group_by("counterparty").agg(amount=sales(invoices).amount_cny.sum())
    bought = by_buyer.filter(by_buyer.amount > 0)
    return share(bought.amount.max(), bought.amount.sum())


@feature(source="vat_invoice", months=12, unit="share", zh="近12个月最大供应商采购占比")
def largest_supplier_share_12m(invoices: Rows) -> Value:
    """Share of invoiced purchases that came from the firm's largest supplier.

    Missing where nothing was bought in the window.
    """
    by_supplier = (
        purchases(invoices).group_by("counterparty").agg(amount=purchases(invoices).amount_cny.sum())
    )
    supplied = by_supplier.filter(by_supplier.amount > 0)
    return share(supplied.amount.max(), supplied.amount.sum())


@family(
    source="vat_invoice",
    months=(12, 36),
    unit="count",
    risk="falls",
    zh="近{months}个月买方数量",
    lowers="客户数量较少",
    raises="客户数量较多",
)
def buyer_count(invoices: Rows) -> Value:
    """Different buyers."""
    return sales(invoices).counterparty.nunique()


@family(
    source="vat_invoice",
    months=(12, 36),
    unit="count",
    risk="falls",
    zh="近{months}个月供应商数量",
    lowers="供应商数量较少",
    raises="供应商数量较多",
)
def supplier_count(invoices: Rows) -> Value:
    """Different suppliers."""
    return purchases(invoices).counterparty.nunique()


@feature(
    source="vat_invoice",
    months=24,
    unit="share",
    risk="rises",
    zh="流失客户占比",
    lowers="老客户流失偏多",
    raises="老客户流失较少",
)
def lost_buyer_share_12m(invoices: Rows) -> Value:
    """Share of the buyers of the twelve months before that bought nothing in the last twelve.

    Missing where there were no buyers before.
    """
    sold = sales(invoices)
    by_buyer = sold.group_by("counterparty").agg(before=(~sold.within(12)).any(), since=sold.within(12).any())
    return share(
        by_buyer.count(where=by_buyer.before & ~by_buyer.since), by_buyer.count(where=by_buyer.before)
    )


@family(
    source="vat_invoice",
    months=(12, 36),
    unit="count",
    risk="falls",
    zh="近{months}个月重复购买客户数",
    lowers="回头客户较少",
    raises="回头客户较多",
)
def repeat_buyer_count(invoices: Rows) -> Value:
    """Buyers that bought in at least two different months."""
    sold = sales(invoices)
    by_buyer = sold.group_by("counterparty").agg(months=sold.event_date.truncate("M").nunique())
    return by_buyer.count(where=by_buyer.months > 1)


FEATURES = (
    *repeat_buyer_count,
    largest_buyer_share_12m,
    largest_supplier_share_12m,
    *buyer_count,
    *supplier_count,
    lost_buyer_share_12m,
)
