"""Features from the industrial carbon code: what the green model reads. `risk` is that of a lower grade."""

from features.feature import feature
from features.rows import Rows, Value, growth, year_and_before


@feature(source="carbon_code", months=24, unit="ratio", risk="rises", zh="碳效值K")
def carbon_efficiency_k(assessed: Rows) -> Value:
    """Own carbon intensity over the industry's mean; 1 is the industry's mean."""
    return assessed.newest("carbon_eff_k")


@feature(source="carbon_code", months=24, unit="t per 10k CNY", risk="rises", zh="单位增加值碳排放L")
def carbon_intensity(assessed: Rows) -> Value:
    """CO2 per value added."""
    return assessed.newest("carbon_intensity_l")


@feature(source="carbon_code", months=24, unit="tce per 10k CNY", risk="rises", zh="单位产值能耗")
def energy_per_output(assessed: Rows) -> Value:
    """Energy per output."""
    return assessed.newest("energy_per_output")


@feature(source="carbon_code", months=48, unit="share", risk="rises", zh="单位增加值碳排放同比变化率")
def carbon_intensity_growth(assessed: Rows) -> Value:
    """CO2 per value added in the newest year against the year before.

    Missing where either year is not known.
    """
    return growth(*year_and_before(assessed, assessed.carbon_intensity_l))


FEATURES = (carbon_efficiency_k, carbon_intensity, carbon_intensity_growth, energy_per_output)
