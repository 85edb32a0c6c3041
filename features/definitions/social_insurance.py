"""Features from social insurance contributions."""

from features.feature import family, feature
from features.rows import Rows, Value, growth, share


@feature(source="social_insurance", months=6, unit="persons", zh="最近参保人数")
def headcount_latest(insured: Rows) -> Value:
    """Insured employees in the last month paid for."""
    return insured.newest("headcount")


@family(
    source="social_insurance", months=(6, 12), unit="share", risk="falls", zh="近{months}个月参保人数变化率"
)
def headcount_growth(insured: Rows) -> Value:
    """Insured employees in the last month of the window against its first."""
    first = insured.headcount.argmin(insured.event_date)
    return growth(insured.newest("headcount"), first)


@feature(source="social_insurance", months=12, unit="share", risk="rises", zh="近12个月欠缴社保月数占比")
def unpaid_insurance_share_12m(insured: Rows) -> Value:
    """Share of the months whose contribution was not wholly paid by its deadline."""
    return share(insured.count(where=insured.unpaid_cny > 0), insured.unpaid_cny.count())


@feature(source="social_insurance", months=12, unit="CNY per person", zh="人均社保缴费")
def contribution_per_head_cny_12m(insured: Rows) -> Value:
    """Contribution due a person and month: a view of the level of wages.

    Missing where nobody was insured.
    """
    return share(insured.contribution_cny.sum(), insured.headcount.sum())


FEATURES = (headcount_latest, *headcount_growth, unpaid_insurance_share_12m, contribution_per_head_cny_12m)
