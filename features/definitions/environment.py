"""Environmental features of the ecology bureau. `risk` is that of a lower grade, as in all green features."""

from features.feature import feature
from features.rows import Rows, Value

BEST_FIRST = ("A", "B", "C", "D", "E")


def place(letter: Value) -> Value:
    """A letter grade as its place, A being 1."""
    return letter.cases(*[(grade, place) for place, grade in enumerate(BEST_FIRST, start=1)], else_=None)


@feature(
    source="environment",
    months=24,
    unit="place",
    risk="rises",
    zh="环境信用等级",
    lowers="环境信用等级靠后",
    raises="环境信用等级靠前",
)
def env_credit_place(assessed: Rows) -> Value:
    """Environmental credit grade of the Zhejiang scheme, A as 1 to E as 5.

    Missing under any other scheme: grades of different schemes are never mixed.
    """
    zhejiang = assessed.filter(assessed.env_credit_scheme == "ZJ")
    return place(zhejiang.newest("env_credit_grade"))


@feature(source="environment", months=24, unit="code", zh="排污许可管理类别", kind="category")
def discharge_permit_class(assessed: Rows) -> Value:
    """Management class of the discharge permit.

    Missing where none is needed or none is known.
    """
    return assessed.newest("permit_class")


@feature(
    source="environment",
    months=24,
    unit="flag",
    risk="falls",
    zh="ISO14001认证",
    lowers="无有效ISO14001认证",
    raises="持有有效ISO14001认证",
)
def holds_iso14001(assessed: Rows) -> Value:
    """1 where the firm holds a valid ISO 14001 certificate, 0 where it is known not to."""
    return assessed.newest("iso14001").cast("int64")


@feature(
    source="administrative_penalty",
    months=36,
    unit="count",
    risk="rises",
    zh="近36个月环保处罚次数",
    lowers="存在环保处罚",
)
def environmental_penalty_count_36m(penalties: Rows) -> Value:
    """Penalties by the ecology bureau that stand."""
    return penalties.filter(penalties.authority == "EEB").record_id.nunique()


FEATURES = (
    env_credit_place,
    discharge_permit_class,
    holds_iso14001,
    environmental_penalty_count_36m,
)
