"""The closed lists of words that facts and findings use, by the glossary."""

from enum import StrEnum


class EntityType(StrEnum):
    """企业, 个体工商户, 农民专业合作社."""

    ENTERPRISE = "ENTERPRISE"
    INDIVIDUAL_BUSINESS = "INDIVIDUAL_BUSINESS"
    FARMER_COOP = "FARMER_COOP"


class SizeClass(StrEnum):
    """微型, 小型, 中型, 大型, in rising order."""

    MICRO = "MICRO"
    SMALL = "SMALL"
    MEDIUM = "MEDIUM"
    LARGE = "LARGE"


class GreenGrade(StrEnum):
    """非绿, 浅绿, 中绿, 深绿, in rising order."""

    NON = "NON"
    LIGHT = "LIGHT"
    MEDIUM = "MEDIUM"
    DEEP = "DEEP"


class GradeSource(StrEnum):
    """Whether a green grade was evaluated officially or predicted by a model."""

    OFFICIAL = "official"
    PREDICTED = "predicted"


class LoanKind(StrEnum):
    """流动资金贷款, 固定资产贷款."""

    WORKING_CAPITAL = "WORKING_CAPITAL"
    FIXED_ASSET = "FIXED_ASSET"


class RiskClass(StrEnum):
    """正常, 关注, 次级, 可疑, 损失: the five classes of a loan."""

    NORMAL = "NORMAL"
    SPECIAL_MENTION = "SPECIAL_MENTION"
    SUBSTANDARD = "SUBSTANDARD"
    DOUBTFUL = "DOUBTFUL"
    LOSS = "LOSS"


class LprTenor(StrEnum):
    """1年期, 5年期以上."""

    ONE_YEAR = "1Y"
    FIVE_YEARS = "5Y"


class Result(StrEnum):
    """What a measure gives. UNKNOWN is not FAIL: a fact is missing that could decide."""

    PASS = "PASS"  # noqa: S105 - a result, not a password
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    NOT_APPLICABLE = "NOT_APPLICABLE"


GREEN_IN_WORDS = {
    GreenGrade.NON: "非绿",
    GreenGrade.LIGHT: "浅绿",
    GreenGrade.MEDIUM: "中绿",
    GreenGrade.DEEP: "深绿",
}
