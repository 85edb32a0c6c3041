"""Features from the industrial carbon code: what the green model reads. `risk` is that of a lower grade."""

from features.definitions.environment import SOME_YEARS
from features.feature import feature
from features.green_bands import stated
from features.rows import Rows, Value, exact, growth, year_and_before


def banded(value: Value, name: str, day: Value) -> Value:
    """The level of a value by the bands in force on the day, 1 being the best; missing where the value is.

    A bound and a value that are written alike are the same floating-point number, so a bound is in its band.
    """
    level = None
    for since, upper in stated(name).values:
        told = 1 + sum((value > float(one)).cast("int64") for one in upper)
        level = told if level is None else (day >= since).ifelse(told, level)
    return level


@feature(source="carbon_code", months=24, unit="ratio", risk="rises", zh="碳效值K")
def carbon_efficiency_k(assessed: Rows) -> Value:
    """Own carbon intensity over the industry's mean; 1 is the industry's mean."""
    return assessed.newest("carbon_eff_k")


@feature(
    source="carbon_code",
    months=24,
    unit="place",
    risk="rises",
    zh="碳效等级",
    reason="carbon_efficiency_k",
    lowers="碳效等级靠后",
    raises="碳效等级靠前",
)
def carbon_efficiency_place(assessed: Rows) -> Value:
    """Grade of carbon efficiency by the bands of the day, 1 best to 5 worst."""
    return banded(assessed.newest("carbon_eff_k"), "carbon_efficiency_grade", assessed.as_of.max())


@feature(source="carbon_code", months=SOME_YEARS, unit="ratio", risk="rises", zh="近四年碳效值K均值")
def carbon_efficiency_k_mean_48m(assessed: Rows) -> Value:
    """Mean of the yearly carbon efficiencies K."""
    return exact(assessed.carbon_eff_k).mean()


@feature(source="carbon_code", months=24, unit="t per 10k CNY", risk="rises", zh="单位增加值碳排放L")
def carbon_intensity(assessed: Rows) -> Value:
    """CO2 per value added."""
    return assessed.newest("carbon_intensity_l")


@feature(
    source="carbon_code",
    months=24,
    unit="place",
    risk="rises",
    zh="碳强度等级（1低碳、2中碳、3高碳）",
    reason="carbon_intensity",
    lowers="碳强度等级偏高",
    raises="碳强度等级较低",
)
def carbon_intensity_place(assessed: Rows) -> Value:
    """Level of carbon intensity by the bands of the day: 1 low, 2 middle, 3 high."""
    return banded(assessed.newest("carbon_intensity_l"), "carbon_intensity_level", assessed.as_of.max())


@feature(source="carbon_code", months=24, unit="tce per 10k CNY", risk="rises", zh="单位产值能耗")
def energy_per_output(assessed: Rows) -> Value:
    """Energy per output."""
    return assessed.newest("energy_per_output")


@feature(
    source="carbon_code", months=SOME_YEARS, unit="tce per 10k CNY", risk="rises", zh="近四年单位产值能耗均值"
)
def energy_per_output_mean_48m(assessed: Rows) -> Value:
    """Mean of the yearly energies per output."""
    return exact(assessed.energy_per_output).mean()


@feature(source="carbon_code", months=48, unit="share", risk="rises", zh="单位增加值碳排放同比变化率")
def carbon_intensity_growth(assessed: Rows) -> Value:
    """CO2 per value added in the newest year against the year before.

    Missing where either year is not known.
    """
    return growth(*year_and_before(assessed, assessed.carbon_intensity_l))


FEATURES = (
    carbon_efficiency_k,
    carbon_efficiency_place,
    carbon_efficiency_k_mean_48m,
    carbon_intensity,
    carbon_intensity_place,
    carbon_intensity_growth,
    energy_per_output,
    energy_per_output_mean_48m,
)
