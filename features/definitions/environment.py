"""Environmental features: what the green model reads. `risk` here is that of a lower grade."""

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


@feature(source="environment", months=24, unit="ratio", risk="rises", zh="碳效值K")
def carbon_efficiency_k(assessed: Rows) -> Value:
    """Own carbon intensity over the industry's mean; 1 is the industry's mean."""
    return assessed.newest("carbon_eff_k")


@feature(source="environment", months=24, unit="t per 10k CNY", risk="rises", zh="单位增加值碳排放L")
def carbon_intensity(assessed: Rows) -> Value:
    """CO2 per value added."""
    return assessed.newest("carbon_intensity_l")


@feature(
    source="environment",
    months=24,
    unit="place",
    risk="rises",
    zh="亩均评价等级",
    lowers="亩均评价等级靠后",
    raises="亩均评价等级靠前",
)
def output_per_mu_place(assessed: Rows) -> Value:
    """Output-per-mu class, A as 1 to D as 4."""
    return place(assessed.newest("output_per_mu_class"))


@feature(source="environment", months=24, unit="tce per 10k CNY", risk="rises", zh="单位产值能耗")
def energy_per_output(assessed: Rows) -> Value:
    """Energy per output."""
    return assessed.newest("energy_per_output")


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
    zh="绿色工厂",
    lowers="未列入绿色工厂",
    raises="列入绿色工厂",
)
def is_green_factory(assessed: Rows) -> Value:
    """1 where the firm is listed as a green factory, 0 where it is known not to be."""
    return assessed.newest("green_factory").cast("int64")


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
    carbon_efficiency_k,
    carbon_intensity,
    output_per_mu_place,
    energy_per_output,
    discharge_permit_class,
    is_green_factory,
    holds_iso14001,
    environmental_penalty_count_36m,
)
