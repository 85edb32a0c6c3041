"""What a firm uses for what it sells: read by the green model beside the environmental sources."""

from features.definitions.across_sources import SALES
from features.definitions.water_gas import water
from features.feature import combined, feature
from features.rows import Rows, Value, exact, share


@feature(source="water_gas", months=12, unit="m3", zh="近12个月用水量")
def water_m3_12m(metered: Rows) -> Value:
    """Water used.

    Missing where no water was metered.
    """
    return exact(water(metered).volume_m3).sum()


@combined(of=(water_m3_12m, SALES), unit="m3 per CNY", risk="rises", zh="近12个月单位开票销售额用水量")
def water_per_sales_12m(volume: Value, sales: Value) -> Value:
    """Water used per sales invoiced.

    Missing where no water was metered, and where nothing was sold.
    """
    return (sales > 0).ifelse(share(volume, sales), None)


FEATURES = (water_per_sales_12m,)
