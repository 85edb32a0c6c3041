# mypy: no-warn-return-any
# (a clause compares facts which its `needs` promise to be there)
"""Measure 10: a flag for human review where an illegal loan intermediary is suspected; never a decline.

The standard of what an illegal intermediary is has still to be written, so nothing here can FAIL: a suspicion
makes UNKNOWN until a person has looked into it and cleared it. PASS says only that there is nothing to look
into, or that it was. `details["review"]` is REQUIRED, NOT_REQUIRED or CLEARED; None where nobody knows.
"""

from typing import Any

from serving.policy.clause import Known, clause
from serving.policy.kinds import Result
from serving.policy.law import Law
from serving.policy.logic import Truth, choose, either, if_known, known, negation, told
from serving.policy.measure import Estimate, Measure

DRAFT = "《关于加力支持小微企业融资的若干措施（征求意见稿）》措施十"
REQUIRED, NOT_REQUIRED, CLEARED = "REQUIRED", "NOT_REQUIRED", "CLEARED"


@clause(
    cites=DRAFT,
    zh="没有非法贷款中介嫌疑，或嫌疑已经人工核查排除",
    needs=("intermediary_is_suspected",),
)
def no_suspicion_is_open(loan: Known, _: Law) -> Truth:
    """Nothing points to an illegal intermediary, or a person cleared the suspicion; else it is open."""
    cleared = if_known(loan, ("intermediary_cleared_on",), lambda: True)
    return either(negation(loan.intermediary_is_suspected), cleared)


def marks(loan: Known, _law: Law, _: Known) -> dict[str, Any]:
    """Whether a person has to look, or has cleared the suspicion already."""
    suspected = if_known(loan, ("intermediary_is_suspected",), lambda: loan.intermediary_is_suspected)
    cleared = known(loan, "intermediary_cleared_on")
    return {"review": choose(cleared, CLEARED, lambda: choose(suspected, REQUIRED, NOT_REQUIRED))}


def estimate(loan: Known, law: Law, result: Result) -> Estimate:
    """No amount: whether a person has to look, and by which standard."""
    review = told(marks(loan, law, result))["review"]
    details = {"review": review, "standard": law.intermediary_standard}
    says = {
        NOT_REQUIRED: "未发现疑似非法贷款中介参与的线索",
        CLEARED: f"疑似非法贷款中介线索已于 {loan.intermediary_cleared_on} 经人工核查排除",
    }.get(review or "", "")
    notes = ("疑似线索仅提示人工核查，不作为拒贷依据",) if review == REQUIRED else ()
    return Estimate(details=details, says=says, notes=notes)


FINANCING_ENVIRONMENT = Measure(
    key="financing_environment",
    number=10,
    title_zh="融资环境核查",
    authority_zh="湖州金融监管分局和市公安局",
    beneficiary="BORROWER",
    clauses=(no_suspicion_is_open,),
    estimate=estimate,
    marks=marks,
)
