# mypy: no-warn-return-any
# (a clause compares facts which its `needs` promise to be there)
"""Measure 1: the list of firms recommended to banks, by five criteria, and the bank's seven days.

PASS: all five criteria hold. UNKNOWN: one cannot be judged yet; somebody visits the firm, and the finding
names the evidence that is missing. Each criterion is told on its own, with the facts that speak for it or
against it. Whatever the result, the clock runs where the firm was recommended.
"""

from collections.abc import Mapping
from typing import Any

from serving.policy.clause import Clause, Known, clause
from serving.policy.kinds import EntityType, RegistrationStatus, Result, SizeClass, SlaStatus
from serving.policy.law import Law
from serving.policy.logic import Truth, Unknown, among, both, negation, once
from serving.policy.measure import Estimate, Measure
from serving.policy.months import months_before, whole_months_between
from serving.policy.sla import Clock, clock

DRAFT = "《关于加力支持小微企业融资的若干措施（征求意见稿）》措施一"
MECHANISM = "金发〔2024〕32号"
SMALL = (SizeClass.SMALL, SizeClass.MICRO)


@clause(cites=DRAFT, zh="借款人为企业", needs=("entity_type",))
def borrower_is_an_enterprise(loan: Known, _: Law) -> Truth:
    """Enterprises are listed by their size; others whatever it is."""
    return loan.entity_type == EntityType.ENTERPRISE


@clause(cites=DRAFT, zh="借款人不是企业", needs=("entity_type",))
def borrower_is_no_enterprise(loan: Known, _: Law) -> Truth:
    """The list may be open to others than enterprises."""
    return loan.entity_type != EntityType.ENTERPRISE


@clause(
    cites=f"{DRAFT}；{MECHANISM}",
    zh="小微企业、{0[recommendation_other_entity_types]}",
    needs=("entity_type",),
    when=borrower_is_no_enterprise,
)
def list_is_open_to_the_borrower(loan: Known, law: Law) -> Truth:
    """A borrower that is no enterprise is of a kind that the list is open to."""
    return among(loan.entity_type, law.recommendation_other_entity_types)


@clause(cites=DRAFT, zh="小型、微型企业", needs=("size_class",), when=borrower_is_an_enterprise)
def enterprise_is_small_or_micro(loan: Known, _: Law) -> Truth:
    """The enterprise is a small or micro one."""
    return among(loan.size_class, SMALL)


def speaks_against(record: str) -> Clause:
    """The guard of a kind of record: asked for only where the parameter names it."""

    @clause(cites=DRAFT, zh="该类记录影响推荐")
    def record_speaks_against_a_firm(_: Known, law: Law) -> Truth:
        """This kind of record is among those that speak against a firm."""
        return record in law.recommendation_disqualifying_records

    return record_speaks_against_a_firm


@clause(cites=DRAFT, zh="登记状态为存续", needs=("registration_status",))
def registration_is_active(loan: Known, _: Law) -> Truth:
    """The firm stands in the register: neither revoked nor deregistered."""
    return loan.registration_status == RegistrationStatus.ACTIVE


@clause(
    cites=DRAFT,
    zh="持续经营",
    needs=("operates_normally",),
    presumed="假定持续经营（登记存续且无相反记录），由走访核实",
)
def operation_goes_on(loan: Known, _: Law) -> Truth:
    """A visit found the firm at work."""
    return loan.operates_normally


@clause(cites=DRAFT, zh="已规定持续经营的最短月数")
def least_age_is_set(_: Known, law: Law) -> Truth:
    """The city has set how long a firm must have existed."""
    return law.recommendation_min_months_operating is not None


@clause(
    cites=DRAFT,
    zh="成立满 {0[recommendation_min_months_operating]}",
    needs=("established_on",),
    when=least_age_is_set,
)
def firm_is_old_enough(loan: Known, law: Law) -> Truth:
    """The firm was established at least so many months ago, the day itself included."""
    return loan.established_on <= months_before(law.day, law.recommendation_min_months_operating)


@clause(
    cites=DRAFT,
    zh="未列入经营异常名录",
    needs=("on_abnormal_list",),
    when=speaks_against("ABNORMAL_LIST"),
)
def not_on_the_abnormal_list(loan: Known, _: Law) -> Truth:
    """The firm is not on the list of abnormal operations."""
    return negation(loan.on_abnormal_list)


@clause(
    cites=DRAFT,
    zh="未列入严重违法失信名单",
    needs=("on_serious_violation_list",),
    when=speaks_against("SERIOUS_VIOLATION_LIST"),
)
def not_on_the_serious_violation_list(loan: Known, _: Law) -> Truth:
    """The firm is not on the list of serious violations."""
    return negation(loan.on_serious_violation_list)


@clause(
    cites=DRAFT,
    zh="近 {0[recommendation_lookback_months]}内无严重行政处罚",
    needs=("has_severe_penalty",),
    when=speaks_against("SEVERE_PENALTY"),
)
def no_severe_penalty(loan: Known, _: Law) -> Truth:
    """The firm had no severe administrative penalty within the look-back."""
    return negation(loan.has_severe_penalty)


@clause(cites=DRAFT, zh="有固定经营场所", needs=("has_fixed_premises",))
def premises_are_fixed(loan: Known, _: Law) -> Truth:
    """The firm has fixed premises, by a visit or by proof."""
    return loan.has_fixed_premises


@clause(cites=DRAFT, zh="融资需求真实", needs=("need_is_genuine",))
def financing_need_is_genuine(loan: Known, _: Law) -> Truth:
    """The need for funds was verified to be genuine."""
    return loan.need_is_genuine


@clause(
    cites=DRAFT,
    zh="非失信被执行人",
    needs=("is_dishonest_debtor",),
    when=speaks_against("DISHONEST_DEBTOR"),
)
def not_a_dishonest_debtor(loan: Known, _: Law) -> Truth:
    """The firm is not on the courts' list of dishonest debtors."""
    return negation(loan.is_dishonest_debtor)


@clause(cites=DRAFT, zh="无未清缴欠税", needs=("has_tax_arrears",), when=speaks_against("TAX_ARREARS"))
def no_tax_is_owed(loan: Known, _: Law) -> Truth:
    """The firm owes no tax that fell due."""
    return negation(loan.has_tax_arrears)


@clause(
    cites=DRAFT,
    zh="信用状况良好",
    needs=("has_good_credit",),
    presumed="假定信用状况良好（平台无相反记录），由银行核实",
)
def credit_is_good(loan: Known, _: Law) -> Truth:
    """Nobody who knows says that the firm's credit is not good."""
    return loan.has_good_credit


@clause(cites=DRAFT, zh="贷款用途合法合规", needs=("use_is_lawful",))
def use_of_the_loan_is_lawful(loan: Known, _: Law) -> Truth:
    """The use of the loan was verified to be lawful."""
    return loan.use_is_lawful


CRITERIA: dict[str, tuple[str, tuple[Clause, ...]]] = {
    "compliant_operation": (
        "合规持续经营",
        (
            registration_is_active,
            operation_goes_on,
            firm_is_old_enough,
            not_on_the_abnormal_list,
            not_on_the_serious_violation_list,
            no_severe_penalty,
        ),
    ),
    "fixed_premises": ("有固定经营场所", (premises_are_fixed,)),
    "genuine_need": ("真实融资需求", (financing_need_is_genuine,)),
    "good_credit": ("信用状况良好", (not_a_dishonest_debtor, no_tax_is_owed, credit_is_good)),
    "lawful_use": ("贷款用途合法合规", (use_of_the_loan_is_lawful,)),
}
"""The five criteria of the draft: what each is called, and the clauses that make it."""

EVIDENCE = {name: tuple(fact for one in asked for fact in one.needs) for name, (_, asked) in CRITERIA.items()}
"""The facts that each criterion rests on."""

STATUS_ZH = {
    SlaStatus.ON_TRACK: "在期限内",
    SlaStatus.DUE_TODAY: "今日到期",
    SlaStatus.OVERDUE: "已逾期未办结",
    SlaStatus.DECIDED_IN_TIME: "已按期办结",
    SlaStatus.DECIDED_LATE: "已办结但超期",
}


def estimate(loan: Known, law: Law, result: Result) -> Estimate:
    """No amount; what a PASS says is the clock's, where the firm was recommended."""
    running = once(loan, law, _clock)
    return Estimate(says=_says(running) if result is Result.PASS else "", notes=running.notes)


def details(loan: Known, law: Law, answers: Mapping[str, Truth]) -> dict[str, Any]:
    """The five criteria with their evidence, and the clock."""
    running = once(loan, law, _clock)
    return {
        "size_standard": law.sme_standard_version,
        "criteria": _criteria(loan, answers),
        "months_operating": _months_operating(loan, law),
        "min_months_operating": law.recommendation_min_months_operating,
        "lookback_months": law.recommendation_lookback_months,
        "disqualifying_records": tuple(law.recommendation_disqualifying_records),
        "sla_days": law.recommendation_sla_days,
        "sla_start": running.start,
        "sla_due_date": running.due_date,
        "sla_status": running.status,
    }


def _clock(loan: Known, law: Law) -> Clock:
    return clock(
        law,
        recommended_on=loan.recommended_on,
        documents_complete_on=loan.documents_complete_on,
        decided_on=loan.decided_on,
    )


def _criteria(loan: Known, answers: Mapping[str, Truth]) -> dict[str, Any]:
    """Of each criterion PASS, FAIL or UNKNOWN, the facts that are known and those that would settle it."""
    told = {}
    for name, (zh, asked) in CRITERIA.items():
        truth = _all_of(asked, answers)
        told[name] = {
            "zh": zh,
            "result": _result(truth),
            "evidence": {
                fact: value for fact in EVIDENCE[name] if (value := getattr(loan, fact)) is not None
            },
            "missing": truth.missing if isinstance(truth, Unknown) else (),
        }
    return told


def _all_of(clauses: tuple[Clause, ...], answers: Mapping[str, Truth]) -> Truth:
    """Whether all of some clauses hold, as far as they are asked."""
    truth: Truth = True
    for one in clauses:
        truth = both(truth, answers.get(one.name, True))
    return truth


def _result(truth: Truth) -> Result:
    if isinstance(truth, Unknown):
        return Result.UNKNOWN
    return Result.PASS if truth else Result.FAIL


def _months_operating(loan: Known, law: Law) -> int | None:
    if loan.established_on is None or loan.established_on > law.day:
        return None
    return whole_months_between(loan.established_on, law.day)


def _says(running: Clock) -> str:
    listed = "五项标准均符合，可列入向银行推荐的融资需求名单"
    if running.due_date is None:
        return listed
    status = f"，{STATUS_ZH[running.status]}" if running.status else ""
    return f"{listed}；银行原则上应于 {running.due_date}（含当日）前完成授信审批{status}"


RECOMMENDATION_LIST = Measure(
    key="recommendation_list",
    number=1,
    title_zh="融资推荐名单",
    authority_zh="区县工作专班和贷款银行",
    beneficiary="BORROWER",
    applies=(list_is_open_to_the_borrower, enterprise_is_small_or_micro),
    clauses=tuple(one for _, asked in CRITERIA.values() for one in asked),
    estimate=estimate,
    details=details,
)
