"""Features from the business register."""

from features.feature import feature
from features.rows import Rows, Value

DAYS_A_MONTH = 365.25 / 12


@feature(source="registration", unit="months", risk="falls", zh="成立月数")
def firm_age_months(registered: Rows) -> Value:
    """Months since the firm was established.

    Missing where the register gives no day of establishment.
    """
    return registered.as_of.max().delta(registered.newest("established_date"), unit="day") / DAYS_A_MONTH


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
    registration_change_count_12m,
)
