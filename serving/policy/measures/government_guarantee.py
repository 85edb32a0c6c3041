# mypy: no-warn-return-any
# (a clause compares facts which its `needs` promise to be there)
"""Measure 6: government guarantee with a fee of at most 1 % and a premium subsidy of at most 1 % a year."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from serving.policy.clause import Known, clause
from serving.policy.kinds import EntityType, Result, SizeClass
from serving.policy.law import Law
from serving.policy.logic import Truth, Unknown, both, negation
from serving.policy.measure import Estimate, Measure
from serving.policy.money import percent, to_fen, yuan_in_words

DRAFT = "《关于加力支持小微企业融资的若干措施（征求意见稿）》措施六"
GUARANTEE_RULES = "财金〔2025〕11号"
SMALL_MICRO, SANNONG = "SMALL_MICRO", "SANNONG"
SMALL = (SizeClass.SMALL, SizeClass.MICRO)


@clause(cites=DRAFT, zh="政府性融资担保机构担保的贷款", needs=("guarantee_provider_is_government",))
def guarantor_is_a_government_body(loan: Known, _: Law) -> Truth:
    """The measure speaks of government guarantee bodies only."""
    return loan.guarantee_provider_is_government


@clause(cites=GUARANTEE_RULES, zh="借款人不是个体工商户、业务不属“三农”")
def size_decides(loan: Known, _: Law) -> Truth:
    """Individual businesses and agricultural business are eligible whatever their size."""
    return both(negation(is_individual(loan)), negation(is_sannong(loan)))


@clause(
    cites=f"{DRAFT}；{GUARANTEE_RULES}",
    zh="担保对象为小微企业、个体工商户或“三农”",
    needs=("size_class",),
    when=size_decides,
)
def borrower_is_small_micro_or_sannong(loan: Known, _: Law) -> Truth:
    """The borrower is small, micro or an individual business, or the business is agricultural."""
    return loan.size_class in SMALL


@clause(cites=DRAFT, zh="年担保费率不超过 {0[guarantee_fee_rate_cap]}（含）", needs=("guarantee_fee_rate",))
def fee_rate_within_cap(loan: Known, law: Law) -> Truth:
    """The yearly fee rate is at most the cap, the cap itself included."""
    return loan.guarantee_fee_rate <= law.guarantee_fee_rate_cap


@clause(
    cites=DRAFT,
    zh="保费补助比例不超过 {0[guarantee_premium_subsidy_rate_cap]}（含）",
    needs=("premium_subsidy_rate",),
    presumed="未提供保费补助比例，按上限估算",
)
def premium_subsidy_within_cap(loan: Known, law: Law) -> Truth:
    """The premium subsidy that is applied for is at most the cap, the cap itself included."""
    return loan.premium_subsidy_rate <= law.guarantee_premium_subsidy_rate_cap


def is_individual(loan: Known) -> Truth:
    """The borrower is an individual business."""
    return (
        Unknown(("entity_type",))
        if loan.entity_type is None
        else loan.entity_type is EntityType.INDIVIDUAL_BUSINESS
    )


def is_sannong(loan: Known) -> Truth:
    """Agricultural as stated; a farmers' cooperative always is."""
    if loan.entity_type is EntityType.FARMER_COOP:
        return True
    return Unknown(("is_sannong",)) if loan.is_sannong is None else loan.is_sannong


def estimate(loan: Known, law: Law, result: Result) -> Estimate:
    """The largest fee and the largest premium subsidy, and where the amount stands among the caps."""
    base = _yearly_base(loan, law)
    subsidy = (
        to_fen(Decimal(0)) if result is Result.FAIL else _times(base, law.guarantee_premium_subsidy_rate_cap)
    )
    amounts = {
        "fee_cny": _times(base, loan.guarantee_fee_rate),
        "max_fee_cny": _times(base, law.guarantee_fee_rate_cap),
        "max_premium_subsidy_cny": None if result is Result.UNKNOWN else subsidy,
    }
    details = _details(loan, law)
    return Estimate(
        amounts=amounts, details=details, says=_says(amounts, details, loan), notes=_notes(loan, result)
    )


def _yearly_base(loan: Known, law: Law) -> Fraction | None:
    """Guaranteed amount times the share of a year; a whole year where no days are known."""
    if loan.guaranteed_amount_cny is None:
        return None
    years = (
        Fraction(1) if loan.guarantee_days is None else Fraction(loan.guarantee_days, law.guarantee_day_count)
    )
    return Fraction(loan.guaranteed_amount_cny) * years


def _times(base: Fraction | None, rate: Decimal | None) -> Decimal | None:
    return None if base is None or rate is None else to_fen(base * Fraction(rate))


def _details(loan: Known, law: Law) -> dict[str, Any]:
    amount, rate = loan.guaranteed_amount_cny, loan.guarantee_fee_rate
    within = None if amount is None else amount <= law.guarantee_single_cap
    return {
        "guarantee_eligible_type": _eligible_type(loan),
        "fee_rate_ok": None if rate is None else rate <= law.guarantee_fee_rate_cap,
        "within_single_cap": within,
        "priority_band": None if amount is None else amount <= law.guarantee_priority_cap,
        "warning": "OUTSIDE_FOCUS" if within is False else None,
    }


def _eligible_type(loan: Known) -> str | None:
    if loan.size_class in SMALL or is_individual(loan) is True:
        return SMALL_MICRO
    return SANNONG if is_sannong(loan) is True else None


def _says(amounts: dict[str, Decimal | None], details: dict[str, Any], loan: Known) -> str:
    fee, subsidy = amounts["max_fee_cny"], amounts["max_premium_subsidy_cny"]
    rate = "" if loan.guarantee_fee_rate is None else f"，费率 {percent(loan.guarantee_fee_rate)} 符合要求"
    if fee is None or subsidy is None:
        return f"可享受政府性融资担保{rate}，担保金额未知"
    worth = f"担保费估算不超过 {yuan_in_words(fee)}，保费补助估算不超过 {yuan_in_words(subsidy)}"
    warning = "；提示：单户担保金额超出聚焦范围（不禁止）" if details["warning"] else ""
    return f"可享受政府性融资担保{rate}，{worth}{warning}"


def _notes(loan: Known, result: Result) -> tuple[str, ...]:
    yearly = loan.guarantee_days is None and loan.guaranteed_amount_cny is not None
    return ("担保费与保费补助按一年估算",) if yearly and result is not Result.FAIL else ()


GOVERNMENT_GUARANTEE = Measure(
    key="government_guarantee",
    number=6,
    title_zh="政府性融资担保",
    authority_zh="担保机构和财政部门",
    beneficiary="BORROWER",
    applies=(guarantor_is_a_government_body,),
    clauses=(borrower_is_small_micro_or_sannong, fee_rate_within_cap, premium_subsidy_within_cap),
    estimate=estimate,
)
