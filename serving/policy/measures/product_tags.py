# mypy: no-warn-return-any
# (a tag compares facts which `if_known` promises to be there)
"""Measure 9: tags of the products and firms that banks are encouraged to finance; no claim to anything.

PASS: at least one tag is carried. NOT_APPLICABLE: none is. UNKNOWN: none is yet, and facts are missing. Tags
that are still open stand in the details beside those that are carried, also of a PASS.
"""

from serving.policy.clause import Known, clause
from serving.policy.days import years_after
from serving.policy.kinds import EntityType, ProductForm, Result, SecurityKind
from serving.policy.law import Law
from serving.policy.logic import Truth, either, if_known, negation
from serving.policy.measure import Estimate, Measure
from serving.policy.tag import Tag, any_of, in_words, marker, tag, tagged

DRAFT = "《关于加力支持小微企业融资的若干措施（征求意见稿）》措施九"


@tag(cites=DRAFT, zh="首贷")
def first_loan(loan: Known, _: Law) -> Truth:
    """No bank lent to the firm before; the draft does not say whose records tell."""
    return if_known(loan, ("has_earlier_loan",), lambda: negation(loan.has_earlier_loan))


@tag(cites=DRAFT, zh="续贷")
def renewal(loan: Known, _: Law) -> Truth:
    """The loan renews an earlier one."""
    return if_known(loan, ("is_renewal",), lambda: loan.is_renewal)


@tag(cites=DRAFT, zh="信用贷")
def unsecured(loan: Known, _: Law) -> Truth:
    """On credit alone, without collateral or guarantor."""
    return _secured_by(loan, SecurityKind.UNSECURED)


@tag(cites=DRAFT, zh="中长期贷款")
def medium_long_term(loan: Known, law: Law) -> Truth:
    """The original term is longer than a parameter says, that term itself excluded."""
    return if_known(
        loan,
        ("start_date", "maturity_date"),
        lambda: loan.maturity_date > years_after(loan.start_date, law.product_long_loan_over_years),
    )


@tag(cites=DRAFT, zh="专精特新")
def srdi(loan: Known, _: Law) -> Truth:
    """The firm is recognised as specialised, refined, distinctive and innovative."""
    return if_known(loan, ("is_srdi",), lambda: loan.is_srdi)


@tag(cites=DRAFT, zh="战略性新兴产业")
def strategic_emerging(loan: Known, _: Law) -> Truth:
    """The firm's business is among the strategic emerging industries."""
    return if_known(loan, ("is_strategic_emerging",), lambda: loan.is_strategic_emerging)


@tag(cites=DRAFT, zh="知识产权质押")
def ip_pledge(loan: Known, _: Law) -> Truth:
    """Intellectual property secures the loan."""
    return _secured_by(loan, SecurityKind.IP_PLEDGED)


@tag(cites=DRAFT, zh="贸易融资")
def trade_finance(loan: Known, _: Law) -> Truth:
    """The loan finances trade."""
    return _in_the_form_of(loan, ProductForm.TRADE_FINANCE)


@tag(cites=DRAFT, zh="出口信用保险")
def export_insurance(loan: Known, _: Law) -> Truth:
    """Export credit insurance covers the trade."""
    return if_known(loan, ("has_export_insurance",), lambda: loan.has_export_insurance)


@tag(cites=DRAFT, zh="农村土地、集体建设用地或林权抵押")
def rural_land_right(loan: Known, _: Law) -> Truth:
    """A right to farm, to build on collective land or to a forest secures the loan."""
    return _secured_by(loan, SecurityKind.RURAL_RIGHT)


@tag(cites=DRAFT, zh="金融（融资）租赁")
def leasing(loan: Known, _: Law) -> Truth:
    """A leasing company finances equipment."""
    return _in_the_form_of(loan, ProductForm.LEASING)


@tag(cites=DRAFT, zh="新型农业经营主体")
def new_agricultural(loan: Known, _: Law) -> Truth:
    """The borrower is a new agricultural operator; a farmers' cooperative always is."""
    by_kind = if_known(loan, ("entity_type",), lambda: loan.entity_type == EntityType.FARMER_COOP)
    stated = if_known(loan, ("is_new_agricultural",), lambda: loan.is_new_agricultural)
    return either(by_kind, stated)


def _secured_by(loan: Known, kind: SecurityKind) -> Truth:
    return if_known(loan, ("main_security",), lambda: loan.main_security == kind)


def _in_the_form_of(loan: Known, form: ProductForm) -> Truth:
    return if_known(loan, ("product_form",), lambda: loan.product_form == form)


TAGS: tuple[Tag, ...] = (
    first_loan,
    renewal,
    unsecured,
    medium_long_term,
    srdi,
    strategic_emerging,
    ip_pledge,
    trade_finance,
    export_insurance,
    rural_land_right,
    leasing,
    new_agricultural,
)
marked = marker(TAGS)


@clause(cites=DRAFT, zh="首贷、续贷、信用贷、中长期贷款，以及鼓励支持的主体和产品")
def some_tag_is_carried(loan: Known, law: Law) -> Truth:
    """The firm or the loan carries at least one of the tags."""
    return any_of(marked(loan, law))


def marks(loan: Known, law: Law, _: Known) -> dict[str, Truth]:
    """Whether each tag is carried."""
    return marked(loan, law)


def estimate(loan: Known, law: Law, result: Result) -> Estimate:
    """No amount: the tags."""
    details = tagged(marks(loan, law, result))
    notes = ("首贷以人民银行征信系统记录为准",) if "FIRST_LOAN" in details["tags"] else ()
    says = f"适用标签：{in_words(TAGS, details)}" if result is Result.PASS else ""
    return Estimate(details=details, says=says, notes=notes)


PRODUCT_TAGS = Measure(
    key="product_tags",
    number=9,
    title_zh="产品与主体标签",
    authority_zh="贷款银行",
    beneficiary="BORROWER",
    applies=(some_tag_is_carried,),
    clauses=(),
    estimate=estimate,
    marks=marks,
)
