"""Features from tax arrears. A firm that never owed tax has no value."""

from features.feature import family, feature
from features.rows import Rows, Value


@feature(
    source="tax_arrears",
    unit="CNY",
    risk="rises",
    zh="未清缴欠税金额",
    lowers="存在未清缴欠税",
    raises="欠税已清缴",
)
def open_tax_arrears_cny(arrears: Rows) -> Value:
    """Tax owed and not settled, without late fees.

    0 where all was settled. Missing where no tax was ever owed.
    """
    owed = arrears.standing(arrears.settled_date)
    return arrears.amount_cny.sum(where=owed).coalesce(0)


@feature(
    source="tax_arrears",
    unit="count",
    risk="rises",
    zh="未清缴欠税笔数",
    lowers="存在未清缴欠税",
    raises="欠税已清缴",
)
def open_tax_arrears_count(arrears: Rows) -> Value:
    """Arrears not settled.

    0 where all were settled. Missing where no tax was ever owed.
    """
    return arrears.count(where=arrears.standing(arrears.settled_date))


@family(
    source="tax_arrears",
    months=(12, 24),
    unit="count",
    risk="rises",
    zh="近{months}个月欠税笔数",
    lowers="欠税笔数较多",
)
def tax_arrears_count(arrears: Rows) -> Value:
    """Arrears that fell due, settled or not.

    Missing where none did.
    """
    return arrears.count()


@feature(source="tax_arrears", unit="days", risk="rises", zh="最早未清缴欠税持续天数")
def oldest_open_arrears_days(arrears: Rows) -> Value:
    """Days since the oldest arrear not settled fell due.

    Missing where nothing is owed.
    """
    return arrears.filter(arrears.standing(arrears.settled_date)).age_days().max()


@feature(source="tax_arrears", months=24, unit="CNY", risk="rises", zh="近24个月滞纳金")
def late_fees_cny_24m(arrears: Rows) -> Value:
    """Late fees on tax that fell due in the window.

    Missing where no arrear tells its late fee.
    """
    return arrears.late_fee_cny.sum()


FEATURES = (
    open_tax_arrears_cny,
    open_tax_arrears_count,
    *tax_arrears_count,
    oldest_open_arrears_days,
    late_fees_cny_24m,
)
