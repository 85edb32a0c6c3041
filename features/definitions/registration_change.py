"""Features from changes entered in the business register. A firm without any change has no value."""

from features.feature import family, feature
from features.rows import Rows, Value

WINDOWS = (12, 24)


@family(
    source="registration_change",
    months=WINDOWS,
    unit="count",
    risk="rises",
    zh="近{months}个月法定代表人变更次数",
    lowers="法定代表人变更较多",
    raises="法定代表人稳定",
)
def legal_representative_change_count(changes: Rows) -> Value:
    """Changes of the legal representative.

    0 where only other items changed. Missing where nothing changed.
    """
    return changes.count(where=changes.kind == "LEGAL_REPRESENTATIVE")


@family(
    source="registration_change",
    months=WINDOWS,
    unit="count",
    risk="rises",
    zh="近{months}个月股东变更次数",
    lowers="股东变更较多",
    raises="股东稳定",
)
def shareholder_change_count(changes: Rows) -> Value:
    """Changes of the shareholders.

    0 where only other items changed. Missing where nothing changed.
    """
    return changes.count(where=changes.kind == "SHAREHOLDER")


@family(
    source="registration_change",
    months=WINDOWS,
    unit="count",
    risk="rises",
    zh="近{months}个月住所变更次数",
    lowers="住所变更较多",
    raises="住所稳定",
)
def address_change_count(changes: Rows) -> Value:
    """Changes of the address.

    0 where only other items changed. Missing where nothing changed.
    """
    return changes.count(where=changes.kind == "ADDRESS")


@feature(
    source="registration_change",
    months=24,
    unit="count",
    risk="rises",
    zh="近24个月减资次数",
    lowers="存在减资",
    raises="未减资",
)
def capital_reduction_count_24m(changes: Rows) -> Value:
    """Reductions of the registered capital.

    0 where something else changed. Missing where nothing changed.
    """
    return changes.count(where=changes.capital_change_cny < 0)


@feature(source="registration_change", months=24, unit="CNY", risk="falls", zh="近24个月注册资本净增减额")
def capital_change_cny_24m(changes: Rows) -> Value:
    """Registered capital added less capital taken away.

    Missing where the capital did not change.
    """
    return changes.capital_change_cny.sum()


FEATURES = (
    *legal_representative_change_count,
    *shareholder_change_count,
    *address_change_count,
    capital_reduction_count_24m,
    capital_change_cny_24m,
)
