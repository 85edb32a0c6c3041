"""Features that decide a green grade before the model is asked, and the ecology bureau's licences.

Missing where the source has nothing on the firm: then nothing is known against it.
"""

from functools import reduce
from operator import or_

import ibis

from features.definitions.environment import environmental_penalty_count_36m
from features.feature import combined, feature
from features.green_bands import stated
from features.rows import Rows, Value, flag


@feature(
    source="administrative_penalty",
    months=36,
    unit="count",
    risk="rises",
    zh="近36个月严重环保处罚次数",
    lowers="存在严重环保处罚",
    raises="无严重环保处罚",
)
def severe_environmental_penalty_count_36m(penalties: Rows) -> Value:
    """Severe penalties by the ecology bureau that stand.

    0 where all of the bureau's are lighter. Missing where there is none.
    """
    ecological = penalties.filter(penalties.authority == "EEB")
    return ecological.count(where=ecological.severity == "SEVERE")


@feature(
    source="administrative_licence",
    unit="count",
    risk="rises",
    zh="近36个月提前终止的环保许可数",
    lowers="有环保许可被提前注销或撤销",
    raises="无环保许可被提前终止",
)
def ended_environmental_licence_count_36m(licences: Rows) -> Value:
    """Licences of the ecology bureau that were revoked or given up before their time in the last 36 months.

    0 where none was. Missing where none was ever granted. The source does not tell revoked from given up.
    """
    ecological = licences.filter(licences.authority == "EEB")
    lately = ecological.ended_date > ecological.as_of - ibis.interval(months=36)
    return ecological.count(where=~ecological.standing(ecological.ended_date) & lately)


@feature(source="administrative_licence", unit="days", zh="环保许可距到期天数")
def days_to_environmental_licence_expiry(licences: Rows) -> Value:
    """Days until the last of the ecology bureau's standing licences expires; below zero where it has.

    Missing where there is none, or none that expires.
    """
    standing = licences.filter(licences.authority == "EEB", licences.standing(licences.ended_date))
    return standing.expiry_date.max().delta(standing.as_of.max(), unit="day")


@combined(
    of=(ended_environmental_licence_count_36m, environmental_penalty_count_36m),
    unit="flag",
    risk="rises",
    zh="环保许可被终止且同期有环保处罚",
    lowers="环保许可被终止且同期受到环保处罚",
    raises="环保许可未被终止",
)
def revoked_environmental_permit(ended: Value, penalties: Value) -> Value:
    """1 where an environmental licence ended before its time and the ecology bureau penalised the firm.

    Both in 36 months: a licence that was given up without a penalty is no revoked one. 0 where none ended, or
    no penalty stands. Missing where a penalty stands and no environmental licence is known, and where neither
    is.
    """
    both = flag((ended > 0) & (penalties.fill_null(0) > 0))
    return (ended.notnull() | penalties.notnull()).ifelse(both, None)


@feature(
    source="registration",
    unit="flag",
    risk="rises",
    zh="所属行业不纳入绿色评价",
    lowers="所属行业不纳入绿色评价",
    raises="所属行业可纳入绿色评价",
)
def in_excluded_industry(registered: Rows) -> Value:
    """1 where the industry is excluded from green evaluation on the day, 0 where it is another.

    Missing where no industry is registered.
    """
    industry, day = registered.newest("industry"), registered.as_of.max()
    excluded = 0
    for since, codes in stated("excluded_industries").values:
        told = flag(reduce(or_, (industry.startswith(code) for code in codes)))
        excluded = (day >= since).ifelse(told, excluded)
    return industry.notnull().ifelse(excluded, None)


VETOES = (severe_environmental_penalty_count_36m, revoked_environmental_permit, in_excluded_industry)
"""What decides; the model does not learn from them."""

FEATURES = (ended_environmental_licence_count_36m, days_to_environmental_licence_expiry)
"""What the model may read beside the environmental sources."""
