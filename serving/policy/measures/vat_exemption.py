# mypy: no-warn-return-any
# (a clause compares facts which its `needs` promise to be there)
"""Measure 3: VAT exemption of interest from small and micro firms and individual businesses; the bank gains.

Two rules stand behind it. Up to 100万 a household all interest is exempt, whatever the rate. Up to 1000万 the
rate is tested against the LPR × 150 %: by method 1 a loan above it is taxed wholly, by method 2 only the
slice above it is taxed.
"""

from decimal import Decimal
from fractions import Fraction
from operator import mul
from typing import Any

from serving.policy.clause import Known, clause
from serving.policy.kinds import EntityType, Result, SizeClass
from serving.policy.law import Law
from serving.policy.logic import Truth, among, choose, if_known, known, negation, with_all
from serving.policy.measure import Estimate, Measure
from serving.policy.money import NOTHING, exact, in_fen, percent, yuan_in_words
from serving.policy.vat_rules import (
    A_100W,
    is_rate_tested,
    largest_line,
    limit_rate,
    lpr_of,
    sub_rule,
    tenor_of,
    within,
)

DRAFT = "《关于加力支持小微企业融资的若干措施（征求意见稿）》措施三"
SMALL_RULE = "财政部 税务总局公告2023年第13号"
LARGE_RULE = "财政部 税务总局公告2023年第16号"
NOTICE_91 = "财税〔2018〕91号"
ALL_OR_NOTHING, SLICE = 1, 2


@clause(cites=f"{DRAFT}；{SMALL_RULE}；{LARGE_RULE}", zh="免税政策在有效期内")
def rule_is_in_force(_: Known, law: Law) -> Truth:
    """On the day of the interest at least one of the two rules is in force."""
    return largest_line(law) is not None


@clause(cites=DRAFT, zh="借款人不是个体工商户", needs=("entity_type",))
def borrower_is_classed_by_size(loan: Known, _: Law) -> Truth:
    """Individual businesses are eligible whatever their size."""
    return loan.entity_type != EntityType.INDIVIDUAL_BUSINESS


@clause(
    cites=DRAFT,
    zh="借款人为小型、微型企业或个体工商户",
    needs=("size_class",),
    when=borrower_is_classed_by_size,
)
def borrower_is_small_or_micro(loan: Known, _: Law) -> Truth:
    """The borrower is a small or micro enterprise, or an individual business."""
    return among(loan.size_class, (SizeClass.SMALL, SizeClass.MICRO))


@clause(cites=DRAFT, zh="有授信额度", needs=("has_credit_line",), when=rule_is_in_force)
def household_has_a_line(loan: Known, _: Law) -> Truth:
    """The household has a credit line, so the line is tested."""
    return loan.has_credit_line


@clause(cites=DRAFT, zh="没有授信额度", needs=("has_credit_line",), when=rule_is_in_force)
def household_has_no_line(loan: Known, _: Law) -> Truth:
    """The household has no credit line, so contract and balance are tested."""
    return negation(loan.has_credit_line)


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
    return choose(
        loan.annual_rate <= limit_rate(loan, law),
        True,
        lambda: if_known(loan, ("vat_method",), lambda: loan.vat_method == SLICE),
    )


@clause(
    cites=f"{SMALL_RULE}第一条",
    zh="免税利息收入单独核算",
    needs=("exempt_interest_accounted_separately",),
    presumed="假定银行已单独核算免税利息收入",
)
def exempt_interest_is_accounted_separately(loan: Known, _: Law) -> Truth:
    """The lender accounts exempt interest separately."""
    return loan.exempt_interest_accounted_separately


def interest_of(loan: Known) -> Any:
    """Interest received, or that of one year at the loan's rate; exact yuan, None if unknown."""
    return choose(
        known(loan, "interest_cny"),
        lambda: exact(loan.interest_cny),
        lambda: with_all(mul, exact(loan.principal_cny), exact(loan.annual_rate)),
    )


def amounts(loan: Known, law: Law, result: Known) -> dict[str, Any]:
    """Interest that is exempt, that is taxed, and the tax on it; exact yuan, None where unknown."""
    return _amounts(loan, law, result, sub_rule(loan, law))


def _amounts(loan: Known, law: Law, result: Known, rule: Any) -> dict[str, Any]:
    """Nothing is exempt of a FAIL, an UNKNOWN leaves it open; by method 2 only the slice is taxed."""
    interest = interest_of(loan)
    sliced = choose(result == Result.PASS, lambda: _is_above_the_limit(loan, law, rule), False)
    tax = law.made_of("vat_rate", _share_of_tax)
    exempt = choose(sliced, lambda: _share(interest, limit_rate(loan, law), loan), interest)
    taxable = choose(
        sliced,
        lambda: _share(interest, loan.annual_rate - limit_rate(loan, law), loan),
        lambda: with_all(lambda whole: whole * 0, interest),
    )
    return {
        "exempt_interest_cny": _by_result(result, NOTHING, exempt),
        "taxable_interest_cny": _by_result(result, interest, taxable),
        "vat_cny": _by_result(
            result, lambda: with_all(mul, interest, tax), lambda: with_all(mul, taxable, tax)
        ),
    }


def _is_above_the_limit(loan: Known, law: Law, rule: Any) -> Truth:
    tested = is_rate_tested(loan, rule)
    return choose(tested, lambda: loan.annual_rate > limit_rate(loan, law), False)


def _share(interest: Any, rate: Any, loan: Known) -> Any:
    """The part of the interest that a part of the rate earns."""
    return with_all(lambda whole: whole * exact(rate) / exact(loan.annual_rate), interest)


def _by_result(result: Known, of_a_fail: Any, of_a_pass: Any) -> Any:
    return choose(result == Result.FAIL, of_a_fail, choose(result == Result.PASS, of_a_pass, None))


def _share_of_tax(rate: Decimal) -> Fraction:
    """The part of an interest that is tax: the interest is taken as tax-inclusive."""
    return Fraction(rate) / (1 + Fraction(rate))


def marks(loan: Known, law: Law, _: Known) -> dict[str, Any]:
    """The rule that exempts, until when, and its test of the rate."""
    rule = sub_rule(loan, law)
    tested = is_rate_tested(loan, rule)
    return {
        "sub_rule": rule,
        "vat_method": loan.vat_method,
        "valid_to": _valid_to(rule, law),
        "limit_rate": choose(tested, lambda: limit_rate(loan, law), None),
        "lpr_used": choose(tested, lambda: lpr_of(loan, law), None),
        "lpr_tenor": choose(tested, lambda: tenor_of(loan, law), None),
    }


def _valid_to(rule: Any, law: Law) -> Any:
    small, large = law.last_day("vat_small_credit_line"), law.last_day("vat_exempt_credit_line")
    return choose(rule == A_100W, small, large)


RATE_TEST = ("limit_rate", "lpr_used", "lpr_tenor")


def estimate(loan: Known, law: Law, result: Result) -> Estimate:
    """Interest that is exempt and that is taxed, and the tax on the latter."""
    details = marks(loan, law, result)
    worth = in_fen(_amounts(loan, law, result, details["sub_rule"]))
    if details["limit_rate"] is None:
        details = {name: value for name, value in details.items() if name not in RATE_TEST}
    says = _says(worth, details) if result is Result.PASS else ""
    return Estimate(amounts=worth, details=details, says=says, notes=_notes(loan, law, result))


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
    amounts=amounts,
    marks=marks,
)
