# mypy: no-warn-return-any
# (a clause compares facts which its `needs` promise to be there)
"""Measure 2: interest subsidy by green grade, at most 12 % of the LPR and 150,000 yuan a firm and year.

One loan earns, for each of its days in the calendar year, balance × LPR × factor of the grade ÷ day count.
"""

from decimal import Decimal
from fractions import Fraction
from functools import partial
from operator import gt
from typing import Any

from serving.policy.clause import Known, clause
from serving.policy.days import days_within_year
from serving.policy.kinds import GREEN_IN_WORDS, EntityType, GradeSource, GreenGrade, LprTenor, Result
from serving.policy.law import Law
from serving.policy.logic import (
    Truth,
    Unknown,
    among,
    by_word,
    choose,
    known,
    least,
    most,
    once,
    with_all,
)
from serving.policy.measure import Estimate, Measure
from serving.policy.money import NOTHING, exact, in_fen, part_of_one, percent, yuan_in_words

DRAFT = "《关于加力支持小微企业融资的若干措施（征求意见稿）》措施二"
EARNS = ("principal_cny", "green_grade", "start_date", "maturity_date")
FACTORS = {grade: f"subsidy_factor_{grade.value.lower()}" for grade in GreenGrade}


@clause(cites=DRAFT, zh="企业", needs=("entity_type",))
def borrower_is_an_enterprise(loan: Known, law: Law) -> Truth:
    """The measure speaks of enterprises; a city may open it to others."""
    return choose(
        loan.entity_type == EntityType.ENTERPRISE,
        True,
        lambda: among(loan.entity_type, law.subsidy_other_entity_types),
    )


@clause(cites=DRAFT, zh="属于绿色普惠贷款", needs=("is_green_inclusive",))
def loan_is_green_inclusive(loan: Known, _: Law) -> Truth:
    """The loan is a green inclusive loan."""
    return loan.is_green_inclusive


@clause(cites=DRAFT, zh="绿色金融评价等级在贴息档次内", needs=("green_grade",))
def grade_earns_a_subsidy(loan: Known, law: Law) -> Truth:
    """The factor of the green grade is above zero."""
    return factor(loan.green_grade, law) > 0


@clause(cites=DRAFT, zh="绿色普惠贷款已设定单户授信上限")
def scope_has_a_ceiling(_: Known, law: Law) -> Truth:
    """The city has set a largest credit line for green inclusive loans."""
    return law.subsidy_scope_max_credit_line is not None


@clause(
    cites=DRAFT,
    zh="单户授信不超过 {0[subsidy_scope_max_credit_line]}",
    needs=("credit_line_cny",),
    when=scope_has_a_ceiling,
)
def credit_line_within_scope(loan: Known, law: Law) -> Truth:
    """The credit line is at most the ceiling of green inclusive loans, itself included."""
    return loan.credit_line_cny <= law.subsidy_scope_max_credit_line


@clause(cites=DRAFT, zh="贷款期限有天数落在当年度内", needs=("start_date", "maturity_date"))
def loan_runs_in_the_year(loan: Known, law: Law) -> Truth:
    """At least one day of the loan lies in the calendar year of the question."""
    return days_within_year(loan.start_date, loan.maturity_date, law.day.year) > 0


@clause(cites=DRAFT, zh="贷款尚有本金")
def principal_is_outstanding(loan: Known, _: Law) -> Truth:
    """There is a balance, or an amount to be lent while no balance is known."""
    return choose(
        known(loan, "principal_cny"), lambda: loan.principal_cny > 0, Unknown(("loan_balance_cny",))
    )


@clause(cites=DRAFT, zh="本年度贴息未用满 {0[subsidy_cap_per_enterprise]}", needs=("subsidy_used_ytd_cny",))
def cap_is_not_used_up(loan: Known, law: Law) -> Truth:
    """The firm's subsidies of the year are still below the cap."""
    return loan.subsidy_used_ytd_cny < law.subsidy_cap_per_enterprise


def factor(grade: Any, law: Law) -> Any:
    """Share of the LPR that a grade earns, never above the ceiling of the draft."""
    of_grade = by_word(grade, {word: partial(getattr, law, name) for word, name in FACTORS.items()})
    return least(of_grade, law.subsidy_factor_ceiling)


def lpr_in(law: Law, tenor: LprTenor | str) -> Any:
    """The LPR of a tenor, 1Y or 5Y, on the law's day."""
    return law.lpr_1y if tenor == LprTenor.ONE_YEAR else law.lpr_5y


def subsidy_of(loan: Known, law: Law) -> Any:
    """What one loan earns in the year of the law's day, before the cap; exact yuan, None if unknown."""
    return _earned(loan, law, basis(loan, law))


def basis(loan: Known, law: Law) -> dict[str, Any]:
    """Factor, LPR and days that the calculation rests on; None while a fact it needs is missing."""
    found: dict[str, Any] = once(loan, law, _basis)
    return found


def _basis(loan: Known, law: Law) -> dict[str, Any]:
    earns = known(loan, *EARNS)
    return {
        "factor": choose(earns, lambda: factor(loan.green_grade, law), None),
        "lpr_used": choose(earns, lambda: lpr_in(_lpr_law(loan, law), law.subsidy_lpr_tenor), None),
        "days": choose(
            earns, lambda: days_within_year(loan.start_date, loan.maturity_date, law.day.year), None
        ),
    }


def _lpr_law(loan: Known, law: Law) -> Any:
    return law.on(loan.start_date) if law.subsidy_lpr_day == "START_DATE" else law


def _earned(loan: Known, law: Law, rests_on: dict[str, Any]) -> Any:
    """Balance × LPR × factor × days ÷ day count."""

    def product(share: Any, lpr: Any, days: Any) -> Any:
        part = law.made_of("subsidy_day_count", part_of_one)
        return exact(loan.principal_cny) * exact(lpr) * exact(share) * exact(days) * part

    return with_all(product, *rests_on.values())


def amounts(loan: Known, law: Law, result: Known) -> dict[str, Any]:
    """What the loan earns, and what of it the cap leaves; exact yuan, None where unknown."""
    return _amounts(loan, law, result, basis(loan, law))


def _amounts(loan: Known, law: Law, result: Known, rests_on: dict[str, Any]) -> dict[str, Any]:
    earned, remaining = _earned(loan, law, rests_on), _remaining_cap(loan, law)
    granted = choose(result == Result.UNKNOWN, None, lambda: with_all(least, earned, remaining))
    return {
        "subsidy_estimate_cny": choose(result == Result.FAIL, NOTHING, granted),
        "subsidy_before_cap_cny": earned,
        "cap_remaining_cny": remaining,
    }


def _remaining_cap(loan: Known, law: Law) -> Any:
    return choose(
        known(loan, "subsidy_used_ytd_cny"),
        lambda: most(
            law.made_of("subsidy_cap_per_enterprise", exact) - exact(loan.subsidy_used_ytd_cny), NOTHING
        ),
        None,
    )


def marks(loan: Known, law: Law, _: Known) -> dict[str, Any]:
    """What the calculation rests on, and whether the cap binds."""
    return _marks(loan, law, basis(loan, law))


def _marks(loan: Known, law: Law, rests_on: dict[str, Any]) -> dict[str, Any]:
    binding = with_all(gt, _earned(loan, law, rests_on), _remaining_cap(loan, law))
    return rests_on | {"cap_binding": binding}


def estimate(loan: Known, law: Law, result: Result) -> Estimate:
    """What the loan earns, and what of it the cap leaves to the firm."""
    rests_on = basis(loan, law)
    exactly = _amounts(loan, law, result, rests_on)
    earned, remaining = exactly["subsidy_before_cap_cny"], exactly["cap_remaining_cny"]
    worth, binding = in_fen(exactly), with_all(gt, earned, remaining)
    details = _details(loan, law, rests_on) | {"cap_binding": binding}
    granted = worth["subsidy_estimate_cny"]
    says = _says(granted, details) if result is Result.PASS and granted is not None else ""
    return Estimate(amounts=worth, details=details, says=says, notes=_notes(loan, earned))


def _details(loan: Known, law: Law, rests_on: dict[str, Any]) -> dict[str, Any]:
    """What a reader of one firm's finding sees besides; nothing while a fact is missing."""
    if rests_on["factor"] is None:
        return {}
    return rests_on | {
        "green_grade_used": loan.green_grade,
        "green_grade_date": loan.green_grade_date,
        "green_grade_source": loan.green_grade_source,
        "lpr_tenor": law.subsidy_lpr_tenor,
        "lpr_day": _lpr_law(loan, law).day,
        "day_count": law.subsidy_day_count,
        "scope_max_credit_line_cny": law.subsidy_scope_max_credit_line,
    }


def _says(granted: Decimal, details: dict[str, Any]) -> str:
    grade = GREEN_IN_WORDS[details["green_grade_used"]]
    rate = f"{grade}，{percent(details['factor'])}×LPR {percent(details['lpr_used'])}"
    capped = "，已按单个企业年度上限封顶" if details["cap_binding"] else ""
    return f"可申请贴息，估算 {yuan_in_words(granted)}（{rate}，当年 {details['days']} 天{capped}）"


def _notes(loan: Known, before_cap: Fraction | None) -> tuple[str, ...]:
    if before_cap is None:
        return ()
    notes = {
        "贷款余额在计息期内按现值不变估算": True,
        "未提供贷款余额，按贷款金额估算": loan.loan_balance_cny is None,
        "绿色等级为模型预测，非官方评价": loan.green_grade_source is GradeSource.PREDICTED,
        "绿色等级来源未注明": loan.green_grade_source is None,
    }
    return tuple(note for note, holds in notes.items() if holds)


INTEREST_SUBSIDY = Measure(
    key="interest_subsidy",
    number=2,
    title_zh="财政贴息",
    authority_zh="财政部门",
    beneficiary="ENTERPRISE",
    applies=(borrower_is_an_enterprise,),
    clauses=(
        loan_is_green_inclusive,
        grade_earns_a_subsidy,
        credit_line_within_scope,
        loan_runs_in_the_year,
        principal_is_outstanding,
        cap_is_not_used_up,
    ),
    estimate=estimate,
    amounts=amounts,
    marks=marks,
)
