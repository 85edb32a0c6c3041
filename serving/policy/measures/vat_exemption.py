# mypy: no-warn-return-any
# (a clause compares facts which its `needs` promise to be there)
"""Measure 3: VAT exemption of interest from small and micro firms and individual businesses; the bank gains.

Two rules stand behind it. Up to 100万 a household all interest is exempt, whatever the rate. Up to 1000万 the
rate is tested against the LPR × 150 %: by method 1 a loan above it is taxed wholly, by method 2 only the
slice above it is taxed.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from serving.policy.clause import Known, clause
from serving.policy.days import years_after
from serving.policy.kinds import EntityType, LprTenor, Result, SizeClass
from serving.policy.law import Law
from serving.policy.logic import Truth, Unknown, both, negation
from serving.policy.measure import Estimate, Measure
from serving.policy.money import percent, to_fen, yuan_in_words

DRAFT = "《关于加力支持小微企业融资的若干措施（征求意见稿）》措施三"
SMALL_RULE = "财政部 税务总局公告2023年第13号"
LARGE_RULE = "财政部 税务总局公告2023年第16号"
NOTICE_91 = "财税〔2018〕91号"
ALL_OR_NOTHING, SLICE = 1, 2
A_100W, B_1000W = "A_100W", "B_1000W"


@clause(cites=f"{DRAFT}；{SMALL_RULE}；{LARGE_RULE}", zh="免税政策在有效期内")
def rule_is_in_force(_: Known, law: Law) -> Truth:
    """On the day of the interest at least one of the two rules is in force."""
    return largest_line(law) is not None


@clause(cites=DRAFT, zh="借款人不是个体工商户", needs=("entity_type",))
def borrower_is_classed_by_size(loan: Known, _: Law) -> Truth:
    """Individual businesses are eligible whatever their size."""
    return loan.entity_type is not EntityType.INDIVIDUAL_BUSINESS


@clause(
    cites=DRAFT,
    zh="借款人为小型、微型企业或个体工商户",
    needs=("size_class",),
    when=borrower_is_classed_by_size,
)
def borrower_is_small_or_micro(loan: Known, _: Law) -> Truth:
    """The borrower is a small or micro enterprise, or an individual business."""
    return loan.size_class in (SizeClass.SMALL, SizeClass.MICRO)


@clause(cites=DRAFT, zh="有授信额度", needs=("has_credit_line",), when=rule_is_in_force)
def household_has_a_line(loan: Known, _: Law) -> Truth:
    """The household has a credit line, so the line is tested."""
    return loan.has_credit_line


@clause(cites=DRAFT, zh="没有授信额度", needs=("has_credit_line",), when=rule_is_in_force)
def household_has_no_line(loan: Known, _: Law) -> Truth:
    """The household has no credit line, so contract and balance are tested."""
    return not loan.has_credit_line


@clause(
    cites=DRAFT,
    zh="单户授信不超过 {0[vat_exempt_credit_line]}（含）",
    needs=("credit_line_cny",),
    when=household_has_a_line,
)
def credit_line_within_cap(loan: Known, law: Law) -> Truth:
    """The household's credit line is at most the cap, the cap itself included."""
    return loan.credit_line_cny <= largest_line(law)


@clause(
    cites=DRAFT,
    zh="无授信额度时单户贷款合同金额不超过 {0[vat_exempt_credit_line]}（含）",
    needs=("contract_amount_cny",),
    when=household_has_no_line,
)
def contract_within_cap(loan: Known, law: Law) -> Truth:
    """Without a line, the household's contracts are at most the cap, the cap itself included."""
    return loan.contract_amount_cny <= largest_line(law)


@clause(
    cites=DRAFT,
    zh="无授信额度时单户贷款余额不超过 {0[vat_exempt_credit_line]}（含）",
    needs=("loan_balance_cny",),
    when=household_has_no_line,
)
def balance_within_cap(loan: Known, law: Law) -> Truth:
    """Without a line, the household's balance too is at most the cap, the cap itself included."""
    return loan.loan_balance_cny <= largest_line(law)


@clause(cites=SMALL_RULE, zh="单户规模超过 {0[vat_small_credit_line]}", when=rule_is_in_force)
def beyond_the_small_rule(loan: Known, law: Law) -> Truth:
    """The household is too large for the 100万 rule, so the 1000万 rule with its further tests is asked."""
    return negation(within(loan, law.vat_small_credit_line))


@clause(
    cites=LARGE_RULE,
    zh="银行上年度完成普惠型小微企业贷款增长目标",
    needs=("bank_inclusive_target_met",),
    when=beyond_the_small_rule,
)
def bank_met_the_inclusive_target(loan: Known, _: Law) -> Truth:
    """The lender met the regulator's growth target for small and micro loans of the year before."""
    return loan.bank_inclusive_target_met


@clause(
    cites=f"{LARGE_RULE}；{NOTICE_91}",
    zh="贷款年利率不超过 LPR 的 {0[vat_lpr_multiple]}（含，方法一）",
    needs=("annual_rate", "start_date", "maturity_date"),
    when=beyond_the_small_rule,
)
def rate_within_the_limit(loan: Known, law: Law) -> Truth:
    """The rate is at most LPR × 150 %, itself included; by method 2 a higher rate loses only its slice."""
    if loan.annual_rate <= limit_rate(loan, law):
        return True
    return Unknown(("vat_method",)) if loan.vat_method is None else loan.vat_method == SLICE


@clause(
    cites=f"{SMALL_RULE}第一条",
    zh="免税利息收入单独核算",
    needs=("exempt_interest_accounted_separately",),
    presumed="假定银行已单独核算免税利息收入",
)
def exempt_interest_is_accounted_separately(loan: Known, _: Law) -> Truth:
    """The lender accounts exempt interest separately."""
    return loan.exempt_interest_accounted_separately


def largest_line(law: Law) -> Decimal | None:
    """The wider of the two caps that are in force; None when neither is."""
    caps = [cap for cap in (law.vat_small_credit_line, law.vat_exempt_credit_line) if cap is not None]
    return max(caps, default=None)


def within(loan: Known, cap: Decimal | None) -> Truth:
    """Whether the household is within a cap: its line, or without one its contracts and its balance."""
    if cap is None:
        return False
    if loan.has_credit_line is None:
        return Unknown(("has_credit_line",))
    if loan.has_credit_line:
        return _at_most(loan, "credit_line_cny", cap)
    return both(_at_most(loan, "contract_amount_cny", cap), _at_most(loan, "loan_balance_cny", cap))


def _at_most(loan: Known, name: str, cap: Decimal) -> Truth:
    amount = getattr(loan, name)
    return Unknown((name,)) if amount is None else amount <= cap


def tenor_of(loan: Known, law: Law) -> LprTenor:
    """1Y up to one year, 5Y from five years, the lender's choice between (公告2020年第40号)."""
    if loan.maturity_date <= years_after(loan.start_date, 1):
        return LprTenor.ONE_YEAR
    if loan.maturity_date >= years_after(loan.start_date, 5):
        return LprTenor.FIVE_YEARS
    return loan.vat_lpr_tenor or LprTenor(law.vat_lpr_tenor_between)


def lpr_of(loan: Known, law: Law) -> Decimal:
    """The LPR the rate is tested against."""
    lpr_law = law.on(loan.start_date) if law.vat_lpr_day == "START_DATE" else law
    return lpr_law.lpr_1y if tenor_of(loan, law) is LprTenor.ONE_YEAR else lpr_law.lpr_5y


def limit_rate(loan: Known, law: Law) -> Decimal:
    """The highest rate whose interest is wholly exempt under the 1000万 rule."""
    return lpr_of(loan, law) * law.vat_lpr_multiple


def interest_of(loan: Known) -> Fraction | None:
    """Interest received, or that of one year at the loan's rate; None if unknown."""
    if loan.interest_cny is not None:
        return Fraction(loan.interest_cny)
    if loan.principal_cny is None or loan.annual_rate is None:
        return None
    return Fraction(loan.principal_cny) * Fraction(loan.annual_rate)


def estimate(loan: Known, law: Law, result: Result) -> Estimate:
    """Interest that is exempt and that is taxed, and the tax on the latter."""
    details = _details(loan, law)
    interest = interest_of(loan)
    amounts = _amounts(interest, _exempt(loan, interest, details, result), law)
    says = _says(amounts, details) if result is Result.PASS else ""
    return Estimate(amounts=amounts, details=details, says=says, notes=_notes(loan, law, result))


AMOUNTS = ("exempt_interest_cny", "taxable_interest_cny", "vat_cny")


def _amounts(interest: Fraction | None, exempt: Fraction | None, law: Law) -> dict[str, Decimal | None]:
    taxable = None if interest is None or exempt is None else interest - exempt
    rate = Fraction(law.vat_rate)
    # the interest is taken as tax-inclusive
    parts = (exempt, taxable, None if taxable is None else taxable * rate / (1 + rate))
    return {name: None if part is None else to_fen(part) for name, part in zip(AMOUNTS, parts, strict=True)}


def _exempt(
    loan: Known, interest: Fraction | None, details: dict[str, Any], result: Result
) -> Fraction | None:
    """The exempt part of the interest: nothing of a FAIL, unknown for an UNKNOWN, the slice by method 2."""
    if result is Result.FAIL:
        return Fraction(0)
    if result is Result.UNKNOWN or interest is None:
        return None
    limit = details.get("limit_rate")
    if limit is None or loan.annual_rate <= limit:
        return interest
    return interest * Fraction(limit) / Fraction(loan.annual_rate)


def _details(loan: Known, law: Law) -> dict[str, Any]:
    rule = sub_rule(loan, law)
    details = {"sub_rule": rule, "vat_method": loan.vat_method, "valid_to": _valid_to(rule, law)}
    return details | (_rate_test(loan, law) if rule == B_1000W else {})


def sub_rule(loan: Known, law: Law) -> str | None:
    """The rule whose size test the household meets: the 100万 one first; None if neither or not known."""
    small = within(loan, law.vat_small_credit_line)
    if small is True:
        return A_100W
    large = small is False and within(loan, law.vat_exempt_credit_line) is True
    return B_1000W if large else None


def _valid_to(rule: str | None, law: Law) -> date | None:
    return law.last_day("vat_small_credit_line" if rule == A_100W else "vat_exempt_credit_line")


def _rate_test(loan: Known, law: Law) -> dict[str, Any]:
    if loan.start_date is None or loan.maturity_date is None:
        return {}
    return {
        "limit_rate": limit_rate(loan, law),
        "lpr_used": lpr_of(loan, law),
        "lpr_tenor": tenor_of(loan, law),
    }


def _says(amounts: dict[str, Decimal | None], details: dict[str, Any]) -> str:
    exempt, taxable = amounts["exempt_interest_cny"], amounts["taxable_interest_cny"]
    worth = "利息金额未知" if exempt is None else f"估算免税利息 {yuan_in_words(exempt)}"
    part = "部分利息" if taxable else "利息收入"
    rule = "100 万元规则，不测利率" if details["sub_rule"] == A_100W else "1,000 万元规则"
    limit = f"，利率上限 {percent(details['limit_rate'])}" if "limit_rate" in details else ""
    return f"银行{part}可免征增值税，{worth}（{rule}{limit}）"


def _notes(loan: Known, law: Law, result: Result) -> tuple[str, ...]:
    if result is Result.FAIL:
        return ()
    estimated = result is Result.PASS and loan.interest_cny is None and interest_of(loan) is not None
    notes = {
        "按一年利息估算": estimated,
        "未提供贷款余额，按贷款金额估算": estimated and loan.loan_balance_cny is None,
        "待确认：增值税法施行后免税公告是否继续执行": law.vat_rule_status != "IN_FORCE",
    }
    return tuple(note for note, holds in notes.items() if holds)


VAT_EXEMPTION = Measure(
    key="vat_exemption",
    number=3,
    title_zh="贷款利息收入免征增值税",
    authority_zh="税务机关",
    beneficiary="BANK",
    clauses=(
        rule_is_in_force,
        borrower_is_small_or_micro,
        credit_line_within_cap,
        contract_within_cap,
        balance_within_cap,
        bank_met_the_inclusive_target,
        rate_within_the_limit,
        exempt_interest_is_accounted_separately,
    ),
    estimate=estimate,
)
