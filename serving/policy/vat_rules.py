"""The two size tests and the rate test of the VAT exemption (measure 3), for one firm or many."""

from decimal import Decimal
from typing import Any

from serving.policy.clause import Known
from serving.policy.days import years_after
from serving.policy.kinds import LprTenor
from serving.policy.law import Law
from serving.policy.logic import Truth, both, certainly, choose, if_known, known, negation, once

A_100W, B_1000W = "A_100W", "B_1000W"


def largest_line(law: Law) -> Decimal | None:
    """The wider of the two caps that are in force; None when neither is."""
    caps = [cap for cap in (law.vat_small_credit_line, law.vat_exempt_credit_line) if cap is not None]
    return max(caps, default=None)


def within(loan: Known, cap: Decimal | None) -> Truth:
    """Whether the household is within a cap: its line, or without one its contracts and its balance."""
    if cap is None:
        return False
    return choose(
        if_known(loan, ("has_credit_line",), lambda: loan.has_credit_line),
        lambda: _at_most(loan, "credit_line_cny", cap),
        lambda: both(_at_most(loan, "contract_amount_cny", cap), _at_most(loan, "loan_balance_cny", cap)),
    )


def _at_most(loan: Known, name: str, cap: Decimal) -> Truth:
    return if_known(loan, (name,), lambda: getattr(loan, name) <= cap)


def tenor_of(loan: Known, law: Law) -> Any:
    """1Y up to one year, 5Y from five years, the lender's choice between (公告2020年第40号)."""
    return once(loan, law, _tenor_of)


def _tenor_of(loan: Known, law: Law) -> Any:
    return choose(
        loan.maturity_date <= years_after(loan.start_date, 1),
        LprTenor.ONE_YEAR,
        lambda: choose(
            loan.maturity_date >= years_after(loan.start_date, 5),
            LprTenor.FIVE_YEARS,
            lambda: _chosen_tenor(loan, law),
        ),
    )


def _chosen_tenor(loan: Known, law: Law) -> Any:
    return choose(
        known(loan, "vat_lpr_tenor"), loan.vat_lpr_tenor, lambda: LprTenor(law.vat_lpr_tenor_between)
    )


def lpr_of(loan: Known, law: Law) -> Any:
    """The LPR the rate is tested against."""
    return once(loan, law, _lpr_of)


def _lpr_of(loan: Known, law: Law) -> Any:
    lpr_law = law.on(loan.start_date) if law.vat_lpr_day == "START_DATE" else law
    one_year = tenor_of(loan, law) == LprTenor.ONE_YEAR
    return choose(one_year, lambda: lpr_law.lpr_1y, lambda: lpr_law.lpr_5y)


def limit_rate(loan: Known, law: Law) -> Any:
    """The highest rate whose interest is wholly exempt under the 1000万 rule."""
    return once(loan, law, _limit_rate)


def _limit_rate(loan: Known, law: Law) -> Any:
    return lpr_of(loan, law) * law.vat_lpr_multiple


def sub_rule(loan: Known, law: Law) -> Any:
    """The rule whose size test the household meets: the 100万 one first; None if neither or not known."""
    return once(loan, law, _sub_rule)


def _sub_rule(loan: Known, law: Law) -> Any:
    small = within(loan, law.vat_small_credit_line)

    def large_or_none() -> Any:
        large = within(loan, law.vat_exempt_credit_line)
        return choose(both(certainly(negation(small)), certainly(large)), B_1000W, None)

    return choose(certainly(small), A_100W, large_or_none)


def is_rate_tested(loan: Known, rule: Any) -> Truth:
    """Whether there is a rate up to which the interest is exempt."""
    return both(rule == B_1000W, known(loan, "start_date", "maturity_date"))
