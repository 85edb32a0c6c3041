"""Features that hold two sources against each other: what one office hears against what another measures."""

from features.definitions.annual_report import reported_employees
from features.definitions.court_enforcement import enforced_amount_cny
from features.definitions.court_judgment import defendant_amount_cny_24m
from features.definitions.customs import export_value_cny
from features.definitions.electricity import kwh_12m
from features.definitions.housing_fund import fund_headcount_latest
from features.definitions.social_insurance import headcount_latest
from features.definitions.tax_arrears import open_tax_arrears_cny
from features.definitions.tax_declaration import declared_revenue_cny, tax_paid_cny_12m
from features.definitions.vat_invoice import invoiced_sales_cny, net_vat_cny
from features.feature import Feature, combined
from features.rows import Value, share


def _of(family: tuple[Feature, ...], months: int) -> Feature:
    return next(one for one in family if one.months == months)


SALES = _of(invoiced_sales_cny, 12)


def _over(part: Value, whole: Value) -> Value:
    """`part` over a whole above zero: red-letter invoices may outweigh sales, and then nothing is said."""
    return (whole > 0).ifelse(share(part, whole), None)


@combined(of=(kwh_12m, SALES), unit="kWh per CNY", zh="近12个月单位开票销售额用电量")
def electricity_per_sales_12m(kwh: Value, sales: Value) -> Value:
    """Electricity used per sales invoiced.

    Near 0 where much is invoiced and nothing runs. Missing where either is, and where nothing was sold.
    """
    return _over(kwh, sales)


@combined(
    of=(SALES, _of(declared_revenue_cny, 12)),
    unit="share",
    zh="近12个月开票与申报收入差异",
    lowers="开票与申报收入差异偏大",
    raises="开票与申报收入基本一致",
)
def invoiced_over_declared_gap_12m(sales: Value, revenue: Value) -> Value:
    """Sales invoiced over revenue declared, less one.

    Above 0 where more was invoiced than declared. No direction is assumed: some trades sell much without
    invoices. Missing where either is, and where no revenue was declared.
    """
    return _over(sales, revenue) - 1


@combined(
    of=(_of(enforced_amount_cny, 12), SALES),
    unit="share",
    risk="rises",
    zh="近12个月被执行金额与销售额之比",
    lowers="被执行金额相对销售额偏高",
)
def enforced_over_sales_12m(enforced: Value, sales: Value) -> Value:
    """Amount enforced over sales invoiced.

    Missing where nothing is enforced, and where nothing was sold.
    """
    return _over(enforced, sales)


@combined(
    of=(defendant_amount_cny_24m, SALES),
    unit="share",
    risk="rises",
    zh="近24个月作为被告涉案金额与年销售额之比",
    lowers="作为被告的涉案金额相对销售额偏高",
)
def defendant_amount_over_sales(disputed: Value, sales: Value) -> Value:
    """Amount in dispute as defendant in 24 months over the sales of the last twelve.

    Missing where there was no such judgment, and where nothing was sold.
    """
    return _over(disputed, sales)


@combined(
    of=(open_tax_arrears_cny, SALES),
    unit="share",
    risk="rises",
    zh="未清缴欠税与年销售额之比",
    lowers="欠税相对销售额偏高",
)
def tax_arrears_over_sales(owed: Value, sales: Value) -> Value:
    """Tax owed and not settled over the sales of the last twelve months.

    0 where all was settled. Missing where no tax was ever owed, and where nothing was sold.
    """
    return _over(owed, sales)


@combined(of=(_of(export_value_cny, 12), SALES), unit="share", zh="近12个月出口额与开票销售额之比")
def exports_over_sales_12m(exported: Value, sales: Value) -> Value:
    """Exports declared over sales invoiced.

    Above 1 where exports were not all invoiced in the window. Missing where either is.
    """
    return _over(exported, sales)


@combined(of=(fund_headcount_latest, headcount_latest), unit="share", zh="公积金缴存人数与参保人数之比")
def fund_over_insured_headcount(in_fund: Value, insured: Value) -> Value:
    """Employees paid for in the housing fund over insured employees.

    Missing where either is not known, and where nobody is insured.
    """
    return _over(in_fund, insured)


@combined(of=(headcount_latest, reported_employees), unit="share", zh="参保人数与年报从业人数之比")
def insured_over_reported_headcount(insured: Value, reported: Value) -> Value:
    """Insured employees over those of the newest annual report.

    Missing where either is not known, and where the report says nobody.
    """
    return _over(insured, reported)


@combined(of=(tax_paid_cny_12m, _of(net_vat_cny, 12)), unit="ratio", zh="近12个月实缴税额与开票净税额之比")
def tax_paid_over_net_vat_12m(paid: Value, owed: Value) -> Value:
    """All taxes paid over the VAT that invoices say is owed.

    Missing where either is, and where invoices say that nothing is owed.
    """
    return _over(paid, owed)


FEATURES = (
    electricity_per_sales_12m,
    invoiced_over_declared_gap_12m,
    enforced_over_sales_12m,
    defendant_amount_over_sales,
    tax_arrears_over_sales,
    exports_over_sales_12m,
    fund_over_insured_headcount,
    insured_over_reported_headcount,
    tax_paid_over_net_vat_12m,
)
