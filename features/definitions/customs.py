"""Features from customs. No record is not zero exports: the firm may not be registered."""

from features.feature import family, feature
from features.rows import Rows, Value, growth, share

BEST_FIRST = ("ADVANCED_CERTIFIED", "CERTIFIED", "REGULAR", "DISHONEST", "SERIOUSLY_DISHONEST")


def exports(declared: Rows) -> Rows:
    """Months of exports."""
    return declared.filter(declared.direction == "EXPORT")


@family(source="customs", months=(3, 12), unit="CNY", risk="falls", zh="近{months}个月出口额")
def export_value_cny(declared: Rows) -> Value:
    """Exports declared."""
    return exports(declared).value_cny.sum()


@feature(source="customs", months=24, unit="share", risk="falls", zh="近12个月出口额同比增幅")
def export_growth_12m(declared: Rows) -> Value:
    """Exports of the last twelve months against the twelve before.

    -1 means that exports ceased. Missing where there were none before.
    """
    sold = exports(declared)
    recent = sold.within(12)
    return growth(sold.value_cny.sum(where=recent).coalesce(0), sold.value_cny.sum(where=~recent))


@feature(source="customs", months=15, unit="share", risk="falls", zh="近3个月出口额同比增幅")
def export_growth_3m(declared: Rows) -> Value:
    """Exports of the last three months against the same months of the year before, by month declared.

    Missing where there were none then.
    """
    sold = exports(declared)
    value = sold.value_cny
    return growth(value.mean(where=sold.within(3)), value.mean(where=~sold.within(12)))


@feature(source="customs", months=12, unit="CNY", zh="近12个月进口额")
def import_value_cny_12m(declared: Rows) -> Value:
    """Imports declared."""
    return declared.filter(declared.direction == "IMPORT").value_cny.sum()


@feature(source="customs", months=12, unit="months", risk="falls", zh="近12个月有出口月数")
def months_with_exports_12m(declared: Rows) -> Value:
    """Months in which something was exported."""
    sold = exports(declared)
    return sold.filter(sold.value_cny > 0).event_date.nunique()


@feature(source="customs", months=12, unit="share", zh="出口占进出口比重")
def export_share_of_trade_12m(declared: Rows) -> Value:
    """Share of exports in exports and imports.

    Missing where nothing was traded.
    """
    out = declared.value_cny.sum(where=declared.direction == "EXPORT").coalesce(0)
    return share(out, declared.value_cny.sum())


@feature(
    source="customs",
    months=12,
    unit="place",
    risk="rises",
    zh="海关信用等级",
    lowers="海关信用等级靠后",
    raises="海关信用等级靠前",
)
def customs_credit_place(declared: Rows) -> Value:
    """Newest customs credit class, advanced certified as 1 to seriously dishonest as 5."""
    newest = declared.newest("credit_class")
    return newest.cases(*[(one, place) for place, one in enumerate(BEST_FIRST, start=1)], else_=None)


FEATURES = (
    *export_value_cny,
    export_growth_12m,
    export_growth_3m,
    import_value_cny_12m,
    months_with_exports_12m,
    export_share_of_trade_12m,
    customs_credit_place,
)
