# mypy: no-warn-return-any
# (a clause compares facts which its `needs` promise to be there)
"""Measure 6: government guarantee with a fee of at most 1 % and a premium subsidy of at most 1 % a year."""

from decimal import Decimal
from operator import mul
from typing import Any

from serving.policy.clause import Known, clause
from serving.policy.kinds import EntityType, Result, SizeClass
from serving.policy.law import Law
from serving.policy.logic import (
    Truth,
    among,
    both,
    certainly,
    choose,
    either,
    if_known,
    known,
    negation,
    told,
    with_all,
)
from serving.policy.measure import Estimate, Measure
from serving.policy.money import NOTHING, exact, in_fen, part_of_one, percent, yuan_in_words

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
    return among(loan.size_class, SMALL)


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
    return if_known(loan, ("entity_type",), lambda: loan.entity_type == EntityType.INDIVIDUAL_BUSINESS)


def is_sannong(loan: Known) -> Truth:
    """Agricultural as stated; a farmers' cooperative always is."""
    return choose(
        loan.entity_type == EntityType.FARMER_COOP,
        True,
        lambda: if_known(loan, ("is_sannong",), lambda: loan.is_sannong),
    )


def amounts(loan: Known, law: Law, result: Known) -> dict[str, Any]:
    """The fee, the largest fee and the largest premium subsidy; exact yuan, None where unknown."""
    base = _yearly_base(loan, law)
    granted = choose(
        result == Result.UNKNOWN,
        None,
        lambda: _times(base, law.made_of("guarantee_premium_subsidy_rate_cap", exact)),
    )
    return {
        "fee_cny": _times(base, loan.guarantee_fee_rate),
        "max_fee_cny": _times(base, law.made_of("guarantee_fee_rate_cap", exact)),
        "max_premium_subsidy_cny": choose(result == Result.FAIL, NOTHING, granted),
    }


def _yearly_base(loan: Known, law: Law) -> Any:
    """Guaranteed amount times the share of a year; a whole year where no days are known."""
    years = choose(
        known(loan, "guarantee_days"),
        lambda: exact(loan.guarantee_days) * law.made_of("guarantee_day_count", part_of_one),
        1,
    )
    return with_all(mul, exact(loan.guaranteed_amount_cny), years)


def _times(base: Any, rate: Any) -> Any:
    return with_all(mul, base, exact(rate))


def marks(loan: Known, law: Law, _: Known) -> dict[str, Any]:
    """Who is eligible as what, and where rate and amount stand among the caps."""
    fee, amount = ("guarantee_fee_rate",), ("guaranteed_amount_cny",)
    within = if_known(loan, amount, lambda: loan.guaranteed_amount_cny <= law.guarantee_single_cap)
    return {
        "guarantee_eligible_type": _eligible_type(loan),
        "fee_rate_ok": if_known(loan, fee, lambda: loan.guarantee_fee_rate <= law.guarantee_fee_rate_cap),
        "within_single_cap": within,
        "priority_band": if_known(
            loan, amount, lambda: loan.guaranteed_amount_cny <= law.guarantee_priority_cap
        ),
        "warning": choose(certainly(negation(within)), "OUTSIDE_FOCUS", None),
    }


def _eligible_type(loan: Known) -> Any:
    small = either(among(loan.size_class, SMALL), certainly(is_individual(loan)))
    return choose(small, SMALL_MICRO, lambda: choose(certainly(is_sannong(loan)), SANNONG, None))


def estimate(loan: Known, law: Law, result: Result) -> Estimate:
    """The largest fee and the largest premium subsidy, and where the amount stands among the caps."""
    worth, details = in_fen(amounts(loan, law, result)), told(marks(loan, law, result))
    says = _says(worth, details, loan) if result is Result.PASS else ""
    return Estimate(amounts=worth, details=details, says=says, notes=_notes(loan, result))


def _says(worth: dict[str, Decimal | None], details: dict[str, Any], loan: Known) -> str:
    fee, subsidy = worth["max_fee_cny"], worth["max_premium_subsidy_cny"]
    rate = "" if loan.guarantee_fee_rate is None else f"，费率 {percent(loan.guarantee_fee_rate)} 符合要求"
    if fee is None or subsidy is None:
        return f"可享受政府性融资担保{rate}，担保金额未知"
    told_worth = f"担保费估算不超过 {yuan_in_words(fee)}，保费补助估算不超过 {yuan_in_words(subsidy)}"
    warning = "；提示：单户担保金额超出聚焦范围（不禁止）" if details["warning"] else ""
    return f"可享受政府性融资担保{rate}，{told_worth}{warning}"


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
    amounts=amounts,
    marks=marks,
)
