"""Features from the business register."""

from features.feature import feature
from features.rows import Rows, Value, flag

DAYS_A_MONTH = 365.25 / 12


@feature(source="registration", unit="months", risk="falls", zh="成立月数")
def firm_age_months(registered: Rows) -> Value:
    """Months since the firm was established.

    Missing where the register gives no day of establishment.
    """
    return (
        registered.as_of.max().delta(registered.newest("established_date"), unit="day").cast("float64")
        / DAYS_A_MONTH
    )


@feature(source="registration", unit="CNY", zh="注册资本")
def registered_capital_cny(registered: Rows) -> Value:
    """Registered capital.

    Missing where none is registered, as for most individual businesses.
    """
    return registered.newest("registered_capital_cny")


@feature(
    source="registration",
    unit="code",
    zh="行业大类",
    lowers="所属行业平均风险偏高",
    raises="所属行业平均风险较低",
    kind="category",
)
def industry_division(registered: Rows) -> Value:
    """Division of the industry: GB/T 4754-2017 section letter and two digits."""
    return registered.newest("industry").substr(0, 3)


@feature(
    source="registration",
    unit="code",
    zh="主体类型",
    lowers="该类主体平均风险偏高",
    raises="该类主体平均风险较低",
    kind="category",
)
def entity_type(registered: Rows) -> Value:
    """Kind of market entity: enterprise, individual business or farmers' cooperative."""
    return registered.newest("entity_type")


@feature(
    source="registration",
    unit="code",
    zh="所在区县",
    lowers="所在区县平均风险偏高",
    raises="所在区县平均风险较低",
    kind="category",
)
def district(registered: Rows) -> Value:
    """District: its GB/T 2260 code."""
    return registered.newest("district")


@feature(
    source="registration",
    unit="flag",
    risk="rises",
    zh="登记状态非存续",
    lowers="登记状态为吊销或注销",
    raises="登记状态为存续",
)
def not_active(registered: Rows) -> Value:
    """1 where the registration was revoked or ended, 0 where it is active."""
    return flag(registered.newest("status") != "ACTIVE")


@feature(
    source="registration",
    months=12,
    unit="count",
    risk="rises",
    zh="近12个月登记变更次数",
    lowers="近12个月登记变更较多",
)
def registration_change_count_12m(registered: Rows) -> Value:
    """Versions of the registration that took effect in the window.

    Missing where nothing changed.
    """
    return registered.record_id.nunique()


FEATURES = (
    firm_age_months,
    registered_capital_cny,
    industry_division,
    entity_type,
    district,
    not_active,
    registration_change_count_12m,
)
