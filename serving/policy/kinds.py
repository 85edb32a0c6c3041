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


class RegistrationStatus(StrEnum):
    """存续, 吊销, 注销: standing in the register of market entities."""

    ACTIVE = "ACTIVE"
    REVOKED = "REVOKED"
    DEREGISTERED = "DEREGISTERED"


class SecurityKind(StrEnum):
    """信用, 保证, 抵押, 质押, 知识产权质押, 农村权利抵押: what mainly secures a loan.

    RURAL_RIGHT is 农村承包土地经营权, 集体经营性建设用地使用权 or 林权.
    """

    UNSECURED = "UNSECURED"
    GUARANTEED = "GUARANTEED"
    MORTGAGED = "MORTGAGED"
    PLEDGED = "PLEDGED"
    IP_PLEDGED = "IP_PLEDGED"
    RURAL_RIGHT = "RURAL_RIGHT"


class ProductForm(StrEnum):
    """一般贷款, 贸易融资, 票据贴现, 融资租赁: the form in which a firm is financed."""

    LOAN = "LOAN"
    TRADE_FINANCE = "TRADE_FINANCE"
    BILL_DISCOUNT = "BILL_DISCOUNT"
    LEASING = "LEASING"


class SlaStatus(StrEnum):
    """Where a bank's decision on a recommended firm stands against its last day."""

    ON_TRACK = "ON_TRACK"
    DUE_TODAY = "DUE_TODAY"
    OVERDUE = "OVERDUE"
    DECIDED_IN_TIME = "DECIDED_IN_TIME"
    DECIDED_LATE = "DECIDED_LATE"


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
