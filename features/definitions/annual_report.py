"""Features from annual reports. What the firm chose to hide is missing."""

from features.feature import feature
from features.rows import Rows, Value, flag, growth, share, year_and_before


@feature(source="annual_report", months=36, unit="persons", zh="年报从业人数")
def reported_employees(reports: Rows) -> Value:
    """Employees in the newest report.

    Missing where it hides them.
    """
    return reports.newest("employees")


@feature(source="annual_report", months=48, unit="share", risk="falls", zh="年报从业人数同比变化率")
def reported_employees_growth(reports: Rows) -> Value:
    """Employees in the newest report against the year before.

    Missing where either year has no report, or hides them.
    """
    return growth(*year_and_before(reports, reports.employees))


@feature(source="annual_report", months=36, unit="CNY", risk="falls", zh="年报营业总收入")
def reported_revenue_cny(reports: Rows) -> Value:
    """Revenue in the newest report.

    Missing where it hides it.
    """
    return reports.newest("revenue_cny")


@feature(
    source="annual_report",
    months=36,
    unit="share",
    risk="rises",
    zh="年报资产负债率",
    lowers="资产负债率偏高",
    raises="资产负债率较低",
)
def liabilities_over_assets(reports: Rows) -> Value:
    """Liabilities over assets in the newest report.

    Above 1 where the firm owes more than it owns. Missing where the report hides either.
    """
    return share(reports.newest("liabilities_cny"), reports.newest("assets_cny"))


@feature(source="annual_report", months=48, unit="share", zh="年报资产总额同比变化率")
def reported_assets_growth(reports: Rows) -> Value:
    """Assets in the newest report against the year before.

    Missing where either year has no report, or hides them.
    """
    return growth(*year_and_before(reports, reports.assets_cny))


@feature(
    source="annual_report",
    months=36,
    unit="flag",
    risk="rises",
    zh="最近年报逾期报送",
    lowers="最近年报逾期报送",
    raises="最近年报按时报送",
)
def report_filed_late(reports: Rows) -> Value:
    """1 where the newest report was filed after 30 June, else 0."""
    return flag(reports.newest("filed_late"))


@feature(
    source="annual_report",
    unit="years",
    risk="rises",
    zh="年报缺报年数",
    lowers="存在年报缺报",
    raises="年报连续报送",
)
def missed_report_years(reports: Rows) -> Value:
    """Years without a report between the first one known and the newest.

    0 where reports follow year by year. Missing where the firm never reported.
    """
    year = reports.event_date.year()
    return year.max() - year.min() + 1 - year.nunique()


@feature(source="annual_report", unit="days", risk="rises", zh="最近年报所属期末距今天数")
def days_since_reported_year(reports: Rows) -> Value:
    """Days since the end of the newest year reported; above 550 where the last report is overdue.

    Missing where the firm never reported.
    """
    return reports.age_days().min()


FEATURES = (
    reported_employees,
    reported_employees_growth,
    reported_revenue_cny,
    liabilities_over_assets,
    reported_assets_growth,
    report_filed_late,
    missed_report_years,
    days_since_reported_year,
)
