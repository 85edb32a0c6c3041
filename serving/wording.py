"""What officers read: the Chinese words for the names that answers carry."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from features.catalogue import load_catalogue, load_departments
from serving.access.roles import Role
from serving.policy import MEASURES
from serving.policy.facts import NAMES_ZH
from serving.policy.kinds import SlaStatus
from serving.policy.measures.central_bank_tools import TAGS as TOOLS
from serving.policy.measures.product_tags import TAGS as PRODUCTS
from serving.policy.measures.recommendation_list import STATUS_ZH
from serving.policy.money import WAN
from serving.purposes import BASES_ZH, PURPOSES_ZH

RESULTS = {"PASS": "符合", "FAIL": "不符合", "UNKNOWN": "待补充", "NOT_APPLICABLE": "不适用"}
GRADES = {"DEEP": "深绿", "MEDIUM": "中绿", "LIGHT": "浅绿", "NON": "非绿"}
NUMERALS = "零一二三四五六七八九十"
LABELS = {
    ("central_bank_tools", "PASS"): "备选",
    ("central_bank_tools", "NOT_APPLICABLE"): "无备选",
    ("platform_mandate", "NOT_APPLICABLE"): "信息",
    ("product_tags", "PASS"): "有标签",
    ("product_tags", "NOT_APPLICABLE"): "无标签",
    ("financing_environment", "PASS"): "无需核查",
}
"""What a result is called where the measure gives tags or information: nothing is met or refused there."""
BENEFICIARIES = {
    "ENTERPRISE": "企业受益",
    "BANK": "银行受益",
    "BORROWER": "借款人受益",
    "BANK_STAFF": "银行人员受益",
    "PLATFORM": "平台职责",
}
AMOUNTS = {
    "subsidy_estimate_cny": "可得贴息",
    "subsidy_before_cap_cny": "封顶前贴息",
    "cap_remaining_cny": "本年度剩余额度",
    "exempt_interest_cny": "免税利息",
    "taxable_interest_cny": "应税利息",
    "vat_cny": "应税部分增值税",
    "fee_cny": "担保费",
    "max_fee_cny": "担保费上限",
    "max_premium_subsidy_cny": "保费补助上限",
}
HEADLINES = ("subsidy_estimate_cny", "exempt_interest_cny", "max_premium_subsidy_cny")
WORDS = {
    "ENTERPRISE": "企业",
    "INDIVIDUAL_BUSINESS": "个体工商户",
    "FARMER_COOP": "农民专业合作社",
    "MICRO": "微型",
    "SMALL": "小型",
    "MEDIUM": "中型",
    "LARGE": "大型",
    "WORKING_CAPITAL": "流动资金贷款",
    "FIXED_ASSET": "固定资产贷款",
    "NORMAL": "正常",
    "SPECIAL_MENTION": "关注",
    "SUBSTANDARD": "次级",
    "DOUBTFUL": "可疑",
    "LOSS": "损失",
    "UNSECURED": "信用",
    "GUARANTEED": "保证",
    "MORTGAGED": "抵押",
    "PLEDGED": "质押",
    "IP_PLEDGED": "知识产权质押",
    "RURAL_RIGHT": "农村土地、集体建设用地或林权抵押",
    "LOAN": "一般贷款",
    "TRADE_FINANCE": "贸易融资",
    "BILL_DISCOUNT": "票据贴现",
    "LEASING": "金融（融资）租赁",
    "ACTIVE": "存续",
    "REVOKED": "吊销",
    "DEREGISTERED": "注销",
    "1Y": "1 年期",
    "5Y": "5 年期以上",
}
BEIJING = timezone(timedelta(hours=8))
ROLES = {Role.OFFICER: "信贷员", Role.REVIEWER: "风险审查员", Role.STAFF: "平台人员", Role.AUDITOR: "审计员"}
PURPOSES = {str(purpose): zh for purpose, zh in PURPOSES_ZH.items()}
BASES = {str(basis): zh for basis, zh in BASES_ZH.items()}
OUTCOMES = {"UPHELD": "异议成立，已更正", "REJECTED": "异议不成立"}
TITLES = {measure.key: measure.title_zh for measure in MEASURES}
TAGS = {tag.name: tag.zh for tag in (*TOOLS, *PRODUCTS)}
DECIDED = (SlaStatus.DECIDED_IN_TIME, SlaStatus.DECIDED_LATE)
CRITERION_MARKS = {"PASS": "yes", "FAIL": "no", "UNKNOWN": "open"}
TAGGED = {
    "central_bank_tools": "可作为所列工具的备选，由银行申请、人民银行认定，不构成承诺",
    "product_tags": "属于鼓励支持的主体或产品",
}
"""What stands beside tags, which the page shows as such."""
REVIEWED = "有疑似非法贷款中介参与的线索，请人工核查；该线索不作为拒贷依据"
DRAFT = "《关于加力支持小微企业融资的若干措施（征求意见稿）》"
LACKING = "，缺少："
"""Where a text begins to name what is missing, which the page shows in a column of its own."""


def measure_title(finding: Mapping[str, Any]) -> str:
    """The measure's short name."""
    return TITLES.get(finding["measure"], str(finding["measure"]))


def result_label(finding: Mapping[str, Any]) -> str:
    """What an officer calls the result."""
    if finding["details"].get("review") == "REQUIRED":
        return "人工核查"
    return LABELS.get((finding["measure"], finding["result"]), RESULTS[finding["result"]])


def chips(finding: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Tags and criteria as `yes`, `no` or `open` with their Chinese names; those not carried are left out."""
    details = finding["details"]
    criteria = details.get("criteria", {}).values()
    told = [(CRITERION_MARKS[one["result"]], one["zh"]) for one in criteria]
    told += [("yes", TAGS.get(name, name)) for name in details.get("tags", ())]
    return told + [("open", TAGS.get(name, name)) for name in details.get("tags_unknown", {})]


def clock_line(finding: Mapping[str, Any]) -> str:
    """By which day the bank decides on a firm that was recommended to it; nothing where no clock runs now."""
    due, status = (finding["details"].get(name) for name in ("sla_due_date", "sla_status"))
    if not due or status in DECIDED:
        return ""
    return f"银行审批期限 {due}" + (f"（{STATUS_ZH[status]}）" if status else "")


def said(finding: Mapping[str, Any]) -> tuple[str, str]:
    """A finding's text without what the page says elsewhere, and who has the last word."""
    text, _, closing = finding["text_zh"].partition("；本结果为")
    last_word = closing.partition("，")[2]
    if finding["measure"] == "platform_mandate":
        return text.partition("，")[2], ""
    if finding["details"].get("review") == "REQUIRED":
        return REVIEWED, last_word
    if finding["details"].get("tags"):
        return TAGGED[finding["measure"]], last_word
    return text.partition(LACKING)[0] if finding["result"] == "UNKNOWN" else text, last_word


def cited(finding: Mapping[str, Any]) -> list[str]:
    """The clauses that a finding rests on, each once; the draft by its short name.

    >>> cited({"citations": [f"{DRAFT}措施三；财税〔2018〕91号", f"{DRAFT}措施三"]})
    ['征求意见稿措施三', '财税〔2018〕91号']
    """
    parts = [part for one in finding["citations"] for part in one.split("；")]
    return list(dict.fromkeys(part.replace(DRAFT, "征求意见稿") for part in parts))


def moment(text: str) -> str:
    """A moment in Beijing.

    >>> moment("2026-11-23T01:05:00.123+00:00")
    '2026-11-23 09:05'
    """
    return f"{datetime.fromisoformat(text).astimezone(BEIJING):%Y-%m-%d %H:%M}"


def numeral(number: int) -> str:
    """1 to 10 in Chinese.

    >>> numeral(2), numeral(10)
    ('二', '十')
    """
    return NUMERALS[number] if 0 <= number < len(NUMERALS) else str(number)


def fact_name(name: str) -> str:
    """A fact's Chinese name."""
    return NAMES_ZH.get(name, name)


def source_name(name: str) -> str:
    """A source's Chinese title."""
    source = load_catalogue().get(name)
    return source.zh if source else name


def department_name(code: str) -> str:
    """A department's Chinese name."""
    department = load_departments().get(code)
    return department.zh if department else code


def yuan(amount: str | Decimal) -> str:
    """An amount as a person writes it.

    >>> yuan("150000.00"), yuan("2293.15")
    ('150,000 元', '2,293.15 元')
    """
    text = f"{Decimal(amount):,.2f}".removesuffix(".00")
    return f"{text} 元"


def wan(amount: str | Decimal) -> str:
    """An amount in 万元.

    >>> wan("5000000.00"), wan("51428571.43")
    ('500 万元', '5,142.86 万元')
    """
    text = f"{Decimal(amount) / WAN:,.2f}".removesuffix(".00")
    return f"{text} 万元"


def percent(share: str | float | Decimal, digits: int = 2) -> str:
    """A share in per cent, without trailing zeros.

    >>> percent("0.042"), percent(0.046902), percent(0)
    ('4.2%', '4.69%', '0%')
    """
    text = f"{Decimal(str(share)) * 100:.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + "%"


def estimates(finding: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The amounts that an officer may tell, the one that matters first: those of a measure that is met.

    An amount of nothing, or one that says the same again, is left out behind the first.
    """
    if finding["result"] != "PASS":
        return []
    known = [(name, Decimal(amount)) for name, amount in finding["amounts"].items() if amount is not None]
    known.sort(key=lambda told: told[0] not in HEADLINES)
    first, rest = known[:1], known[1:]
    shown = first + [(name, amount) for name, amount in rest if amount not in {0, first[0][1]}]
    return [(AMOUNTS.get(name, name), yuan(amount)) for name, amount in shown]


def headline(findings: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The first amount of each measure that is met, where it is one that decides: what stands at the top."""
    told = [estimates(finding)[:1] for finding in findings if finding["result"] == "PASS"]
    names = {AMOUNTS[name] for name in HEADLINES}
    return [one for part in told for one in part if one[0] in names]


def subject_line(subject: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the platform knows of the firm itself, in short."""
    told: dict[str, str | None] = {
        "主体类型": WORDS.get(subject.get("entity_type", "")),
        "行业": subject.get("industry"),
        "从业人员": f"{subject['employees']:,} 人" if "employees" in subject else None,
        "营业收入": _revenue(subject),
    }
    return [(name, value) for name, value in told.items() if value]


def _revenue(subject: Mapping[str, Any]) -> str | None:
    if "revenue_cny" not in subject:
        return None
    months = subject.get("revenue_months")
    return wan(subject["revenue_cny"]) + (f"（{months} 个月）" if months else "")
