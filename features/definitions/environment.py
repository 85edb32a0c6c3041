"""Environmental features of the ecology bureau. `risk` is that of a lower grade, as in all green features.

Yearly assessments are told twice: as the newest, and as the mean of several years, of which chance has less.
"""

from features.feature import feature
from features.rows import Rows, Value

BEST_FIRST = ("A", "B", "C", "D", "E")
SOME_YEARS = 48
"""Months of the means: the newest yearly assessments that are known, up to four."""


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


@feature(source="environment", months=SOME_YEARS, unit="place", risk="rises", zh="近四年环境信用等级均值")
def env_credit_place_mean_48m(assessed: Rows) -> Value:
    """Mean of the yearly environmental credit grades of the Zhejiang scheme, A as 1 to E as 5.

    Missing under any other scheme.
    """
    zhejiang = assessed.filter(assessed.env_credit_scheme == "ZJ")
    return place(zhejiang.env_credit_grade).mean()


@feature(source="environment", months=24, unit="place", risk="rises", zh="环境信用等级（国家2013年试行办法）")
def env_credit_place_national(assessed: Rows) -> Value:
    """Environmental credit grade of the national scheme of 2013, A as 1.

    Missing under any other scheme.
    """
    national = assessed.filter(assessed.env_credit_scheme == "CN2013")
    return place(national.newest("env_credit_grade"))


@feature(source="environment", months=24, unit="place", risk="rises", zh="环境信用等级（江苏办法）")
def env_credit_place_jiangsu(assessed: Rows) -> Value:
    """Environmental credit grade of the Jiangsu scheme, A as 1.

    Missing under any other scheme.
    """
    jiangsu = assessed.filter(assessed.env_credit_scheme == "JS")
    return place(jiangsu.newest("env_credit_grade"))


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
    source="environment",
    months=SOME_YEARS,
    unit="share",
    risk="falls",
    zh="近四年持有ISO14001认证的年度占比",
)
def iso14001_share_48m(assessed: Rows) -> Value:
    """Share of the yearly assessments in which the firm held a valid ISO 14001 certificate."""
    return assessed.iso14001.cast("int64").mean()


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


@feature(
    source="administrative_penalty",
    months=36,
    unit="CNY",
    risk="rises",
    zh="近36个月环保罚款金额",
    lowers="环保罚款金额偏高",
)
def environmental_fines_cny_36m(penalties: Rows) -> Value:
    """Fines of the ecology bureau's penalties that stand.

    Missing where there is none, or none tells its fine.
    """
    return penalties.filter(penalties.authority == "EEB").fine_cny.sum()


@feature(
    source="administrative_penalty",
    months=36,
    unit="days",
    risk="falls",
    zh="最近环保处罚距今天数",
    lowers="近期受到环保处罚",
    raises="近期无环保处罚",
)
def days_since_environmental_penalty(penalties: Rows) -> Value:
    """Days since the ecology bureau's newest penalty that stands.

    Missing where there was none in 36 months.
    """
    return penalties.filter(penalties.authority == "EEB").age_days().min()


FEATURES = (
    env_credit_place,
    env_credit_place_mean_48m,
    env_credit_place_national,
    env_credit_place_jiangsu,
    discharge_permit_class,
    holds_iso14001,
    iso14001_share_48m,
    environmental_penalty_count_36m,
    environmental_fines_cny_36m,
    days_since_environmental_penalty,
)
