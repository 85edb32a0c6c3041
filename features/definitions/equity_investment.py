"""Features from equity investments. A firm that never invested in another has no value."""

from features.feature import feature
from features.rows import Rows, Value, share

MAJORITY = 0.5
"""Above this share the firm controls the other alone."""


@feature(source="equity_investment", unit="count", zh="存续对外投资企业数")
def held_investment_count(investments: Rows) -> Value:
    """Firms invested in that still run.

    0 where all closed.
    """
    return investments.count(where=investments.standing(investments.ended_date))


@feature(source="equity_investment", unit="share", risk="rises", zh="被投资企业停业占比")
def closed_investment_share(investments: Rows) -> Value:
    """Share of the firms invested in that closed."""
    return share(investments.count(where=~investments.standing(investments.ended_date)), investments.count())


@feature(source="equity_investment", months=36, unit="count", zh="近36个月对外投资次数")
def investment_count_36m(investments: Rows) -> Value:
    """Investments made.

    Missing where none was.
    """
    return investments.count()


@feature(source="equity_investment", unit="count", zh="控股对外投资企业数")
def controlled_investment_count(investments: Rows) -> Value:
    """Running firms of which more than half is held.

    0 where there is none. Missing where no investment tells its share.
    """
    told = investments.filter(investments.share.notnull())
    return told.count(where=told.standing(told.ended_date) & (told.share > MAJORITY))


FEATURES = (
    held_investment_count,
    closed_investment_share,
    investment_count_36m,
    controlled_investment_count,
)
