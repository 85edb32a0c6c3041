"""Features from the register of real estate. A firm that the register does not know has no value."""

from features.feature import feature
from features.rows import Rows, Value, exact, share


def standing(rights: Rows, kind: str) -> Value:
    """Whether a right of that kind stands."""
    return (rights.right == kind) & rights.standing(rights.ended_date)


@feature(source="real_estate", unit="m2", risk="falls", zh="自有不动产面积")
def owned_area_m2(rights: Rows) -> Value:
    """Area that the firm owns.

    0 where it owns no more. Missing where no ownership ever was registered.
    """
    owned = rights.filter(rights.right == "OWNERSHIP")
    return exact(owned.area_m2).sum(where=owned.standing(owned.ended_date)).coalesce(0)


@feature(source="real_estate", unit="CNY", zh="不动产抵押担保债权额")
def mortgage_secured_cny(rights: Rows) -> Value:
    """Claims that mortgages secure.

    0 where all were released. Missing where there never was a mortgage. No direction is assumed: it shows
    debt, and that a lender looked.
    """
    mortgages = rights.filter(rights.right == "MORTGAGE")
    return mortgages.secured_cny.sum(where=mortgages.standing(mortgages.ended_date)).coalesce(0)


@feature(source="real_estate", unit="share", risk="rises", zh="不动产抵押面积占比")
def mortgaged_area_share(rights: Rows) -> Value:
    """Mortgaged area over owned area.

    Above 1 where an area carries several mortgages. Missing where nothing is owned.
    """
    area = exact(rights.area_m2)
    mortgaged = area.sum(where=standing(rights, "MORTGAGE")).coalesce(0)
    return share(mortgaged, area.sum(where=standing(rights, "OWNERSHIP")))


@feature(
    source="real_estate",
    unit="count",
    risk="rises",
    zh="未解除的不动产查封数",
    lowers="不动产被查封",
    raises="无不动产查封",
)
def standing_seizure_count(rights: Rows) -> Value:
    """Seizures that stand."""
    return rights.count(where=standing(rights, "SEIZURE"))


@feature(source="real_estate", months=36, unit="count", risk="rises", zh="近36个月不动产查封次数")
def seizure_count_36m(rights: Rows) -> Value:
    """Seizures registered, lifted or not.

    0 where only other rights were registered. Missing where nothing was.
    """
    return rights.count(where=rights.right == "SEIZURE")


FEATURES = (
    owned_area_m2,
    mortgage_secured_cny,
    mortgaged_area_share,
    standing_seizure_count,
    seizure_count_36m,
)
