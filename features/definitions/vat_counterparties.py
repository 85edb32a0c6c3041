"""Features from whom a firm sells to and buys from, by its VAT invoices."""

from features.definitions.vat_invoice import purchases, sales
from features.feature import family, feature
from features.rows import Rows, Value, herfindahl, share, share_of_largest

FEW = 5
"""So many are the few whose share is told together."""


def by_buyer(invoices: Rows) -> Rows:
    """What every buyer bought, net of red-letter invoices; those that returned it all left out."""
    sold = sales(invoices)
    bought = sold.group_by("counterparty").agg(amount=sold.amount_cny.sum())
    return bought.filter(bought.amount > 0)


def by_supplier(invoices: Rows) -> Rows:
    """What every supplier sold, net of red-letter invoices; those that took it all back left out."""
    bought = purchases(invoices)
    sold = bought.group_by("counterparty").agg(amount=bought.amount_cny.sum())
    return sold.filter(sold.amount > 0)


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
    bought = by_buyer(invoices)
    return share(bought.amount.max(), bought.amount.sum())


@feature(source="vat_invoice", months=12, unit="share", zh="近12个月最大供应商采购占比")
def largest_supplier_share_12m(invoices: Rows) -> Value:
    """Share of invoiced purchases that came from the firm's largest supplier.

    Missing where nothing was bought in the window.
    """
    supplied = by_supplier(invoices)
    return share(supplied.amount.max(), supplied.amount.sum())


@feature(source="vat_invoice", months=12, unit="share", risk="rises", zh="近12个月前五大买方销售占比")
def top_buyers_share_12m(invoices: Rows) -> Value:
    """Share of invoiced sales that went to the five largest buyers.

    1.0 means five buyers or fewer. Missing where nothing was sold in the window.
    """
    return share_of_largest(by_buyer(invoices).amount, FEW)


@feature(source="vat_invoice", months=12, unit="share", zh="近12个月前五大供应商采购占比")
def top_suppliers_share_12m(invoices: Rows) -> Value:
    """Share of invoiced purchases that came from the five largest suppliers.

    1.0 means five suppliers or fewer. Missing where nothing was bought in the window.
    """
    return share_of_largest(by_supplier(invoices).amount, FEW)


@family(
    source="vat_invoice",
    months=(6, 12),
    unit="ratio",
    risk="rises",
    zh="近{months}个月客户集中度（赫芬达尔指数）",
    lowers="客户集中度偏高",
    raises="客户较分散",
)
def buyer_herfindahl(invoices: Rows) -> Value:
    """Sum of the squared shares of buyers in invoiced sales.

    1.0 means a single buyer. Missing where nothing was sold in the window.
    """
    return herfindahl(by_buyer(invoices).amount)


@feature(source="vat_invoice", months=12, unit="ratio", zh="近12个月供应商集中度（赫芬达尔指数）")
def supplier_herfindahl_12m(invoices: Rows) -> Value:
    """Sum of the squared shares of suppliers in invoiced purchases.

    1.0 means a single supplier. Missing where nothing was bought in the window.
    """
    return herfindahl(by_supplier(invoices).amount)


@family(
    source="vat_invoice",
    months=(3, 12, 36),
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
    return _lost_share(sales(invoices))


@feature(source="vat_invoice", months=24, unit="share", zh="流失供应商占比")
def lost_supplier_share_12m(invoices: Rows) -> Value:
    """Share of the suppliers of the twelve months before that sold nothing in the last twelve.

    Missing where there were no suppliers before.
    """
    return _lost_share(purchases(invoices))


def _lost_share(traded: Rows) -> Value:
    party = traded.group_by("counterparty").agg(
        before=(~traded.within(12)).any(), since=traded.within(12).any()
    )
    return share(party.count(where=party.before & ~party.since), party.count(where=party.before))


@feature(source="vat_invoice", months=24, unit="share", zh="近12个月新客户销售占比")
def new_buyer_share_12m(invoices: Rows) -> Value:
    """Share of the last twelve months' sales that went to buyers of whom the twelve before know nothing.

    Missing where nothing was sold in the last twelve months; 1.0 for a firm that only began to sell.
    """
    return _new_share(sales(invoices))


@feature(source="vat_invoice", months=24, unit="share", zh="近12个月新供应商采购占比")
def new_supplier_share_12m(invoices: Rows) -> Value:
    """Share of the last twelve months' purchases from suppliers of whom the twelve before know nothing.

    Missing where nothing was bought in the last twelve months.
    """
    return _new_share(purchases(invoices))


def _new_share(traded: Rows) -> Value:
    recent = traded.within(12)
    party = traded.group_by("counterparty").agg(
        amount=traded.amount_cny.sum(where=recent), before=(~recent).any()
    )
    there = party.filter(party.amount > 0)
    return share(there.amount.sum(where=~there.before).coalesce(0), there.amount.sum())


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
    buyers = sold.group_by("counterparty").agg(first=sold.event_date.min(), last=sold.event_date.max())
    return buyers.count(where=buyers.first.truncate("M") < buyers.last.truncate("M"))


FEATURES = (
    *repeat_buyer_count,
    largest_buyer_share_12m,
    largest_supplier_share_12m,
    *buyer_count,
    *supplier_count,
    lost_buyer_share_12m,
    lost_supplier_share_12m,
    new_buyer_share_12m,
    new_supplier_share_12m,
    top_buyers_share_12m,
    top_suppliers_share_12m,
    *buyer_herfindahl,
    supplier_herfindahl_12m,
)
