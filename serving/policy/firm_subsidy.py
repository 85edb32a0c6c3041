"""The interest subsidy of a firm with several loans: one cap a calendar year, shared out to the fen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from serving.policy.errors import FactError
from serving.policy.evaluation import evaluate, law_on, with_size
from serving.policy.facts import Facts
from serving.policy.finding import Finding
from serving.policy.kinds import Result
from serving.policy.law import Law, Parameters
from serving.policy.measures.interest_subsidy import INTEREST_SUBSIDY, subsidy_of
from serving.policy.money import share_out, to_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmSubsidy:
    """What all loans of a firm earn in one calendar year; estimates in yuan.

    Attributes:
        total_cny: Sum of the shares, at most what the cap leaves; None if a loan is UNKNOWN.
        by_loan_cny: Share of each loan in the order given; 0.00 for a FAIL; all None if one is UNKNOWN.
        cap_binding: Whether the loans earn more than the cap leaves.
        findings: The finding of each loan taken alone.
    """

    total_cny: Decimal | None
    by_loan_cny: tuple[Decimal | None, ...]
    cap_binding: bool | None
    findings: tuple[Finding, ...]


def subsidy_for_loans(
    loans: Sequence[Facts], as_of: date, *, parameters: Parameters | None = None
) -> FirmSubsidy:
    """Share out the firm's yearly subsidy over its loans (measure 2).

    Every loan carries the same facts about the firm. Where the cap binds, each loan takes its proportion; the
    fen always add up to the total.

    Raises:
        FactError: There is no loan, or the loans disagree on what the firm already received.
        NoNumberForDay: The law has no number for a day that mattered.
    """
    used = _used_ytd(loans)
    law = law_on(as_of, parameters)
    findings = tuple(
        finding
        for loan in loans
        for finding in evaluate(loan, as_of, parameters=parameters, measures=[INTEREST_SUBSIDY])
    )
    if used is None or any(finding.result is Result.UNKNOWN for finding in findings):
        nothing: tuple[None, ...] = (None,) * len(loans)
        return FirmSubsidy(total_cny=None, by_loan_cny=nothing, cap_binding=None, findings=findings)
    earned = [_earned(loan, finding, law) for loan, finding in zip(loans, findings, strict=True)]
    remaining = max(Fraction(law.subsidy_cap_per_enterprise) - Fraction(used), Fraction(0))
    total = min(sum(earned, Fraction(0)), remaining)
    return FirmSubsidy(
        total_cny=to_fen(total),
        by_loan_cny=tuple(share_out(total, earned)),
        cap_binding=sum(earned) > remaining,
        findings=findings,
    )


def _earned(loan: Facts, finding: Finding, law: Law) -> Fraction:
    earned = subsidy_of(with_size(loan, law)[0], law) if finding.result is Result.PASS else None
    return earned or Fraction(0)


def _used_ytd(loans: Sequence[Facts]) -> Decimal | None:
    used = {loan.subsidy_used_ytd_cny for loan in loans}
    if len(used) != 1:
        expected = "one amount, the same for all loans of the firm"
        raise FactError("subsidy_used_ytd_cny", sorted(map(str, used)), expected)
    return used.pop()
