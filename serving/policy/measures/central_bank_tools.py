# mypy: no-warn-return-any
# (a tag compares facts which `if_known` promises to be there)
"""Measure 5: for which tools of the central bank a loan may be a candidate; tags only, never a promise.

The bank applies, and the central bank decides by rules of its own: whether a bank may use a tool at all is
not judged here. PASS: at least one tag is carried. NOT_APPLICABLE: none is. UNKNOWN: none is yet, and facts
are missing. Tags that are still open stand in the details beside those that are carried, also of a PASS.
Which tools are open on a day is a dated parameter, whose version every finding names.
"""

from serving.policy.clause import Known, clause
from serving.policy.kinds import EntityType, ProductForm, Result, SizeClass
from serving.policy.law import Law
from serving.policy.logic import Truth, among, both, either, if_known, negation, once
from serving.policy.measure import Estimate, Measure
from serving.policy.tag import Tag, any_of, in_words, marker, tag, tagged

DRAFT = "《关于加力支持小微企业融资的若干措施（征求意见稿）》措施五"
NOTES = ("未核实银行是否具备工具使用资格",)
SMALL = (SizeClass.SMALL, SizeClass.MICRO)


@tag(cites=DRAFT, zh="支农支小再贷款")
def agri_small_relending(loan: Known, law: Law) -> Truth:
    """The borrower is a small or micro firm or an individual business, or the loan serves agriculture."""
    return both(_is_open("AGRI_SMALL_RELENDING", law), either(_is_small(loan, law), _is_sannong(loan)))


@tag(cites=DRAFT, zh="再贴现")
def rediscount(loan: Known, law: Law) -> Truth:
    """A bill of a small or micro firm, an individual business or agriculture is discounted."""
    is_bill = if_known(loan, ("product_form",), lambda: loan.product_form == ProductForm.BILL_DISCOUNT)
    eligible = either(_is_small(loan, law), _is_sannong(loan))
    return both(_is_open("REDISCOUNT", law), both(is_bill, eligible))


@tag(cites=DRAFT, zh="科技创新和技术改造再贷款")
def tech_relending(loan: Known, law: Law) -> Truth:
    """A technology-based firm borrows, or the loan pays for technical transformation or new equipment."""
    by_firm = if_known(loan, ("is_tech_sme",), lambda: loan.is_tech_sme)
    by_use = if_known(loan, ("is_equipment_renewal",), lambda: loan.is_equipment_renewal)
    return both(_is_open("TECH_RELENDING", law), either(by_firm, by_use))


@tag(cites=DRAFT, zh="普惠小微贷款支持工具")
def inclusive_small_support(loan: Known, law: Law) -> Truth:
    """An inclusive small loan: the borrower small, micro or an individual business, its line within a cap."""
    within = if_known(
        loan,
        ("credit_line_cny",),
        lambda: loan.credit_line_cny <= law.relending_inclusive_credit_line,
    )
    without_line = if_known(loan, ("has_credit_line",), lambda: negation(loan.has_credit_line))
    by_amount = if_known(
        loan,
        ("loan_amount_cny",),
        lambda: loan.loan_amount_cny <= law.relending_inclusive_credit_line,
    )
    small_enough = either(within, both(without_line, by_amount))
    return both(_is_open("INCLUSIVE_SMALL_SUPPORT", law), both(_is_small(loan, law), small_enough))


def _is_open(tool: str, law: Law) -> bool:
    return tool in law.relending_tools


def _is_small(loan: Known, law: Law) -> Truth:
    return once(loan, law, _small)


def _small(loan: Known, _: Law) -> Truth:
    """Small or micro by size; an individual business whatever its size."""
    by_kind = if_known(loan, ("entity_type",), lambda: loan.entity_type == EntityType.INDIVIDUAL_BUSINESS)
    return either(by_kind, if_known(loan, ("size_class",), lambda: among(loan.size_class, SMALL)))


def _is_sannong(loan: Known) -> Truth:
    return if_known(loan, ("is_sannong",), lambda: loan.is_sannong)


TAGS: tuple[Tag, ...] = (agri_small_relending, rediscount, tech_relending, inclusive_small_support)
marked = marker(TAGS)


@clause(cites=DRAFT, zh="支农支小再贷款、再贴现、科技创新和技术改造再贷款、普惠小微贷款支持工具所支持的贷款")
def some_tool_fits(loan: Known, law: Law) -> Truth:
    """The loan may be a candidate for at least one tool that is open on the day."""
    return any_of(marked(loan, law))


def marks(loan: Known, law: Law, _: Known) -> dict[str, Truth]:
    """Whether each tag is carried."""
    return marked(loan, law)


def estimate(loan: Known, law: Law, result: Result) -> Estimate:
    """No amount: the tags, and the version of the configuration that they rest on."""
    details = tagged(marks(loan, law, result)) | {"config_version": law.relending_config_version}
    if result is not Result.PASS:
        return Estimate(details=details, notes=NOTES)
    says = f"可作为以下工具的备选：{in_words(TAGS, details)}；由银行申请、人民银行认定，不构成承诺"
    return Estimate(details=details, says=says, notes=NOTES)


CENTRAL_BANK_TOOLS = Measure(
    key="central_bank_tools",
    number=5,
    title_zh="央行政策工具",
    authority_zh="中国人民银行湖州市分行",
    beneficiary="BANK",
    applies=(some_tool_fits,),
    clauses=(),
    estimate=estimate,
    marks=marks,
)
