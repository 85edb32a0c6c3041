"""Features from social insurance contributions."""

from features.feature import family, feature
from features.rows import Rows, Value, growth, share


@feature(source="social_insurance", months=6, unit="persons", zh="最近参保人数")
def headcount_latest(insured: Rows) -> Value:
    """Insured employees in the last month paid for."""
    return insured.newest("headcount")


@family(
    source="social_insurance",
    months=(3, 6, 12),
    unit="share",
    risk="falls",
    zh="近{months}个月参保人数变化率",
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


@family(
    source="social_insurance",
    months=(6, 24),
    unit="share",
    risk="rises",
    zh="近{months}个月参保人数较峰值降幅",
    lowers="参保人数较峰值明显下降",
    raises="参保人数接近峰值",
)
def headcount_drop_from_peak(insured: Rows) -> Value:
    """Fall of insured employees from the window's best month to its last, as a share of the best.

    0 where the last month is the best. Missing where nobody was insured.
    """
    return 1 - share(insured.newest("headcount"), insured.headcount.max())


@family(
    source="social_insurance",
    months=(3, 12, 24),
    unit="months",
    risk="rises",
    zh="近{months}个月社保欠缴月数",
    lowers="存在社保欠缴",
    raises="社保按时缴纳",
)
def insurance_arrears_months(insured: Rows) -> Value:
    """Months whose contribution was not wholly paid by its deadline."""
    return insured.count(where=insured.unpaid_cny > 0)


@feature(source="social_insurance", months=15, unit="share", risk="falls", zh="近3个月参保人数同比变化率")
def headcount_change_on_year_3m(insured: Rows) -> Value:
    """Mean of insured employees in the last three months against the same months of the year before.

    Missing where nobody was insured then.
    """
    people = insured.headcount
    return growth(people.mean(where=insured.within(3)), people.mean(where=~insured.within(12)))


@feature(source="social_insurance", months=12, unit="months", risk="falls", zh="近12个月参保月数")
def months_insured_12m(insured: Rows) -> Value:
    """Months for which there is a record."""
    return insured.event_date.nunique()


FEATURES = (
    headcount_latest,
    *headcount_growth,
    headcount_change_on_year_3m,
    *headcount_drop_from_peak,
    unpaid_insurance_share_12m,
    *insurance_arrears_months,
    months_insured_12m,
    contribution_per_head_cny_12m,
)
