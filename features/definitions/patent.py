"""Features from patents. A firm without any patent has no value."""

from features.feature import feature
from features.rows import Rows, Value, share


@feature(source="patent", unit="count", risk="falls", zh="有效专利数")
def valid_patent_count(patents: Rows) -> Value:
    """Patents that are valid.

    0 where all lapsed.
    """
    return patents.count(where=patents.standing(patents.ended_date))


@feature(source="patent", unit="count", risk="falls", zh="有效发明专利数")
def valid_invention_count(patents: Rows) -> Value:
    """Invention patents that are valid.

    0 where all lapsed, or all are of other kinds.
    """
    valid = patents.standing(patents.ended_date)
    return patents.count(where=valid & (patents.kind == "INVENTION"))


@feature(source="patent", months=36, unit="count", risk="falls", zh="近36个月授权专利数")
def patent_count_36m(patents: Rows) -> Value:
    """Patents granted, valid or not.

    Missing where none was.
    """
    return patents.count()


@feature(source="patent", unit="share", zh="失效专利占比")
def lapsed_patent_share(patents: Rows) -> Value:
    """Share of the patents ever granted that lapsed.

    No direction is assumed: giving up old patents is ordinary.
    """
    return share(patents.count(where=~patents.standing(patents.ended_date)), patents.count())


FEATURES = (valid_patent_count, valid_invention_count, patent_count_36m, lapsed_patent_share)
