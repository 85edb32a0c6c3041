"""Features from the output-per-mu assessment: what the green model reads. `risk` is that of a lower grade."""

from features.definitions.environment import SOME_YEARS, place
from features.feature import feature
from features.rows import Rows, Value, flag


@feature(
    source="output_per_mu",
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


@feature(
    source="output_per_mu",
    months=24,
    unit="flag",
    risk="falls",
    zh="绿色工厂",
    lowers="未列入绿色工厂",
    raises="列入绿色工厂",
)
def is_green_factory(assessed: Rows) -> Value:
    """1 where the firm is listed as a green factory, 0 where it is known not to be."""
    return flag(assessed.newest("green_factory"))


@feature(source="output_per_mu", months=24, unit="CNY", risk="falls", zh="亩均税收")
def tax_per_mu_cny(assessed: Rows) -> Value:
    """Tax paid per mu of land in the newest assessment.

    Missing where it does not tell.
    """
    return assessed.newest("tax_per_mu_cny")


@feature(source="output_per_mu", months=SOME_YEARS, unit="place", risk="rises", zh="近四年亩均评价等级均值")
def output_per_mu_place_mean_48m(assessed: Rows) -> Value:
    """Mean of the yearly output-per-mu classes, A as 1 to D as 4."""
    return place(assessed.output_per_mu_class).mean()


FEATURES = (output_per_mu_place, output_per_mu_place_mean_48m, is_green_factory, tax_per_mu_cny)
