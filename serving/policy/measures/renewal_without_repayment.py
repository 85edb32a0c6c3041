# mypy: no-warn-return-any
# (a clause compares facts which its `needs` promise to be there)
"""Measure 4: renewal of a loan without repaying its principal first.

All small and micro firms; for a time also medium firms' working-capital loans that mature before a cut-off
day. A renewal by itself lowers no risk class, as long as five conditions hold (金规〔2024〕13号).
"""

from datetime import timedelta
from functools import partial, reduce
from typing import Any

from serving.policy.clause import Known, clause
from serving.policy.kinds import EntityType, LoanKind, Result, RiskClass, SizeClass
from serving.policy.law import Law
from serving.policy.logic import Truth, Unknown, among, both, choose, if_known, known, negation, told
from serving.policy.measure import Estimate, Measure

DRAFT = "《关于加力支持小微企业融资的若干措施（征求意见稿）》措施四"
NOTICE_13 = "金规〔2024〕13号"
NON_PERFORMING = (RiskClass.SUBSTANDARD, RiskClass.DOUBTFUL, RiskClass.LOSS)
CLASS_HOLD = (
    "operates_lawfully",
    "operates_normally",
    "has_good_credit",
    "meets_new_loan_standard",
    "meets_other_bank_conditions",
)


@clause(cites=DRAFT, zh="尚有余额的贷款")
def something_is_owed(loan: Known, _: Law) -> Truth:
    """A loan that is known to be repaid leaves nothing to renew."""
    return choose(known(loan, "loan_balance_cny"), lambda: loan.loan_balance_cny > 0, True)


@clause(cites=NOTICE_13, zh="借款人不是个体工商户", needs=("entity_type",))
def borrower_is_classed_by_size(loan: Known, _: Law) -> Truth:
    """The business loans of individual businesses are covered whatever their size."""
    return loan.entity_type != EntityType.INDIVIDUAL_BUSINESS


@clause(
    cites=f"{DRAFT}；{NOTICE_13}",
    zh="借款人为小型、微型、中型企业或个体工商户",
    needs=("size_class",),
    when=borrower_is_classed_by_size,
)
def borrower_is_not_large(loan: Known, _: Law) -> Truth:
    """The borrower is a micro, small or medium enterprise, or an individual business."""
    return loan.size_class != SizeClass.LARGE


@clause(
    cites=f"{DRAFT}；{NOTICE_13}",
    zh="贷款为流动资金贷款",
    needs=("loan_kind",),
    when=borrower_is_classed_by_size,
)
def loan_is_working_capital(loan: Known, _: Law) -> Truth:
    """The loan of an enterprise is a working-capital loan."""
    return loan.loan_kind == LoanKind.WORKING_CAPITAL


@clause(cites=DRAFT, zh="借款人为中型企业", needs=("size_class",), when=borrower_is_classed_by_size)
def borrower_is_medium(loan: Known, _: Law) -> Truth:
    """The borrower is a medium enterprise, for which the extension is a temporary one."""
    return loan.size_class == SizeClass.MEDIUM


@clause(
    cites=DRAFT,
    zh="中型企业贷款在 {0[renewal_medium_cutoff]} 前到期",
    needs=("maturity_date",),
    when=borrower_is_medium,
)
def medium_loan_matures_by_the_cutoff(loan: Known, law: Law) -> Truth:
    """A medium enterprise's loan matures before the cut-off; whether that day counts is a parameter."""
    cutoff = law.renewal_medium_cutoff
    return choose(
        loan.maturity_date == cutoff,
        lambda: law.renewal_medium_cutoff_inclusive,
        lambda: loan.maturity_date < cutoff,
    )


@clause(cites=NOTICE_13, zh="借款人在到期前主动申请续贷", needs=("maturity_date",))
def applied_before_maturity(loan: Known, law: Law) -> Truth:
    """The borrower applies before maturity; while that day is not past, an application can still be made."""
    return _in_time("applied_on", loan, law)


@clause(cites=NOTICE_13, zh="续贷合同在原贷款到期前签订", needs=("maturity_date",))
def signed_before_maturity(loan: Known, law: Law) -> Truth:
    """The new contract is signed before maturity; while that day is not past, it can still be."""
    return _in_time("renewal_signed_on", loan, law)


@clause(
    cites=NOTICE_13,
    zh="贷款到期后仍有融资需求",
    needs=("needs_funds_at_maturity",),
    presumed="假定贷款到期后仍有融资需求，由银行核实",
)
def need_for_funds_goes_on(loan: Known, _: Law) -> Truth:
    """The borrower still needs the money at maturity."""
    return loan.needs_funds_at_maturity


@clause(
    cites=NOTICE_13,
    zh="资金困难属暂时性",
    needs=("difficulty_is_temporary",),
    presumed="假定资金困难属暂时性，由银行核实",
)
def shortage_is_temporary(loan: Known, _: Law) -> Truth:
    """The borrower's shortage of money is a temporary one."""
    return loan.difficulty_is_temporary


def before_maturity(day: Any, loan: Known, law: Law) -> Truth:
    """Whether a day lies before maturity; whether the day of maturity itself does is a parameter."""
    return choose(
        day == loan.maturity_date,
        lambda: law.renewal_on_maturity_day_allowed,
        lambda: day < loan.maturity_date,
    )


def _in_time(name: str, loan: Known, law: Law) -> Truth:
    return choose(
        known(loan, name),
        lambda: before_maturity(getattr(loan, name), loan, law),
        lambda: choose(before_maturity(law.day, loan, law), True, Unknown((name,))),
    )


def class_hold_ok(loan: Known) -> Truth:
    """Whether the renewed loan may stay in the class NORMAL: it is there now, and five conditions hold.

    False if anything speaks against it, unknown if something is unknown and nothing does.
    """
    normal = if_known(loan, ("risk_class",), lambda: loan.risk_class == RiskClass.NORMAL)
    conditions = (if_known(loan, (name,), partial(getattr, loan, name)) for name in CLASS_HOLD)
    return reduce(both, conditions, normal)


def marks(loan: Known, law: Law, result: Known) -> dict[str, Any]:
    """What the risk class does, and by when to apply."""
    return {
        "class_hold_ok": class_hold_ok(loan),
        "renewal_possible_but_reclassify": among(loan.risk_class, NON_PERFORMING),
        "apply_by": choose(result == Result.FAIL, None, lambda: _apply_by(loan, law)),
        "maturity_is_the_cutoff": both(
            loan.size_class == SizeClass.MEDIUM, loan.maturity_date == law.renewal_medium_cutoff
        ),
    }


def _apply_by(loan: Known, law: Law) -> Any:
    can_apply = both(known(loan, "maturity_date"), negation(known(loan, "applied_on")))
    return choose(can_apply, lambda: loan.maturity_date - timedelta(days=law.renewal_lead_days), None)


def estimate(loan: Known, law: Law, result: Result) -> Estimate:
    """No amount: what the risk class does, and by when to apply."""
    details = told(marks(loan, law, result))
    details["class_hold"] = {name: getattr(loan, name) for name in CLASS_HOLD}
    notes = ("中型企业为“可以比照”，由银行自主决定",) if loan.size_class is SizeClass.MEDIUM else ()
    return Estimate(details=details, says=_says(details), notes=notes if result is not Result.FAIL else ())


def _says(details: dict[str, Any]) -> str:
    holds = {
        True: "五项条件齐备，可不因续贷下调风险分类",
        False: "不能仅凭续贷保持正常类，须按偿债能力重新分类",
        None: "能否保持正常类尚待核实五项条件",
    }
    apply_by = f"，建议 {details['apply_by']} 前提出申请" if details["apply_by"] else ""
    return f"可办理无还本续贷{apply_by}；{holds[details['class_hold_ok']]}"


RENEWAL_WITHOUT_REPAYMENT = Measure(
    key="renewal_without_repayment",
    number=4,
    title_zh="无还本续贷",
    authority_zh="贷款银行",
    beneficiary="BORROWER",
    applies=(something_is_owed,),
    clauses=(
        borrower_is_not_large,
        loan_is_working_capital,
        medium_loan_matures_by_the_cutoff,
        applied_before_maturity,
        signed_before_maturity,
        need_for_funds_goes_on,
        shortage_is_temporary,
    ),
    estimate=estimate,
    marks=marks,
)
