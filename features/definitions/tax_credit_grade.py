"""Features from the tax credit grade: A, B, C and D are on a scale, M is not."""

from features.feature import feature
from features.rows import Rows, Value, flag, year_and_before

BEST_FIRST = ("A", "B", "C", "D")


def place_of(grade: Value) -> Value:
    """A grade as its place, A being 1; missing for M, which marks firms too new to be placed."""
    return grade.cases(*[(letter, place) for place, letter in enumerate(BEST_FIRST, start=1)], else_=None)


@feature(
    source="tax_credit_grade",
    months=36,
    unit="place",
    risk="rises",
    zh="纳税信用等级",
    lowers="纳税信用等级靠后",
    raises="纳税信用等级靠前",
)
def tax_credit_place(graded: Rows) -> Value:
    """Newest tax credit grade, A as 1 to D as 4.

    Missing where the newest grade is M, and where there is none: individual businesses opt in.
    """
    return place_of(graded.newest("grade"))


@feature(source="tax_credit_grade", months=36, unit="flag", zh="纳税信用M级")
def tax_credit_is_m(graded: Rows) -> Value:
    """1 where the newest grade is M (new, or without revenue), 0 where it is another."""
    return flag(graded.newest("grade") == "M")


@feature(source="tax_credit_grade", months=36, unit="points", risk="falls", zh="纳税信用评价得分")
def tax_credit_score(graded: Rows) -> Value:
    """Points of the newest assessment.

    Missing where its grade was set directly.
    """
    return graded.newest("score")


@feature(
    source="tax_credit_grade",
    months=48,
    unit="places",
    risk="rises",
    zh="纳税信用等级较上年变化",
    lowers="纳税信用等级下降",
    raises="纳税信用等级提升",
)
def tax_credit_place_change(graded: Rows) -> Value:
    """Place of the newest grade less that of the year before; above 0 where it became worse.

    Missing where either year has no grade, or M.
    """
    now, before = year_and_before(graded, place_of(graded.grade))
    return now - before


@feature(source="tax_credit_grade", months=60, unit="count", risk="rises", zh="近5年纳税信用D级次数")
def tax_credit_d_count_60m(graded: Rows) -> Value:
    """Years graded D."""
    return graded.count(where=graded.grade == "D")


FEATURES = (
    tax_credit_place,
    tax_credit_is_m,
    tax_credit_score,
    tax_credit_place_change,
    tax_credit_d_count_60m,
)
