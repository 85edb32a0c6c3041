# mypy: no-warn-return-any
# (a clause compares facts which its `needs` promise to be there)
"""Measure 7: whether the bank's heads and staff may be exempted from liability; no matter of the borrower.

May, not must: the bank weighs process, result and loss, by a tolerance that it sets for the unit itself. The
records of the stages are asked for, because without them nobody can show that duty was done.
"""

from serving.policy.clause import Known, clause
from serving.policy.kinds import Result
from serving.policy.law import Law
from serving.policy.logic import Truth, if_known, negation, told
from serving.policy.measure import Estimate, Measure
from serving.policy.money import percent

DRAFT = "《关于加力支持小微企业融资的若干措施（征求意见稿）》措施七"
NOTICE_11 = "金规〔2024〕11号"
RATES = ("unit_npl_rate", "unit_npl_tolerance")


@clause(
    cites=DRAFT,
    zh="经营单位小微信贷不良率未超过不良容忍度",
    needs=RATES,
)
def unit_within_its_tolerance(loan: Known, _: Law) -> Truth:
    """The unit's non-performing share is at most its tolerance, the tolerance itself included."""
    return loan.unit_npl_rate <= loan.unit_npl_tolerance


@clause(cites=DRAFT, zh="未违反有关法律法规和监管规定", needs=("breach_was_found",))
def nothing_was_breached(loan: Known, _: Law) -> Truth:
    """No law and no supervisory rule was broken."""
    return negation(loan.breach_was_found)


@clause(cites=f"{DRAFT}；{NOTICE_11}", zh="各环节履职记录完整", needs=("duty_records_are_kept",))
def duty_is_on_record(loan: Known, _: Law) -> Truth:
    """The records of the stages of the loan's handling are there."""
    return loan.duty_records_are_kept


def marks(loan: Known, _law: Law, _: Known) -> dict[str, Truth]:
    """Whether the unit is within its tolerance."""
    within = if_known(loan, RATES, lambda: loan.unit_npl_rate <= loan.unit_npl_tolerance)
    return {"within_tolerance": within}


def estimate(loan: Known, law: Law, result: Result) -> Estimate:
    """No amount: the two rates and what lies between them."""
    rates = (loan.unit_npl_rate, loan.unit_npl_tolerance)
    details = told(marks(loan, law, result)) | dict(zip(RATES, rates, strict=True))
    if result is not Result.PASS:
        return Estimate(details=details)
    says = (
        f"经营单位不良率 {percent(rates[0])} 未超过容忍度 {percent(rates[1])}，"
        "对分支机构负责人和小微业务从业人员可免予追责（由银行认定）"
    )
    return Estimate(details=details, says=says, notes=("不良容忍度由银行自行设定",))


DUE_DILIGENCE_EXEMPTION = Measure(
    key="due_diligence_exemption",
    number=7,
    title_zh="尽职免责",
    authority_zh="贷款银行和湖州金融监管分局",
    beneficiary="BANK_STAFF",
    clauses=(unit_within_its_tolerance, nothing_was_breached, duty_is_on_record),
    estimate=estimate,
    marks=marks,
)
