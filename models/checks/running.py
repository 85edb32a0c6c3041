"""All checks by number, and running them."""

from collections.abc import Callable
from typing import TypeVar

from features.errors import LvdaitongError
from models.checks.agreement import is_reproducible, scores_alike_everywhere
from models.checks.calibration import is_calibrated
from models.checks.drift import features_are_stable, scores_are_stable
from models.checks.fairness import serves_every_segment
from models.checks.monotone import is_monotone
from models.checks.ranking import keeps_up_with_the_champion, ranks
from models.checks.sample import enough_bads
from models.checks.suspects import is_filled_whatever_the_outcome, no_single_feature_tells_all
from models.checks.verdict import Ask, Check, Verdict
from models.evidence import Evidence

Looked = TypeVar("Looked")
"""What a check looks at."""

CHECKS: dict[str, Ask] = {
    "C01": enough_bads,
    "C02": ranks,
    "C03": is_calibrated,
    "C04": is_monotone,
    "C05": no_single_feature_tells_all,
    "C06": scores_alike_everywhere,
    "C07": keeps_up_with_the_champion,
    "C08": is_filled_whatever_the_outcome,
    "C09": scores_are_stable,
    "C10": features_are_stable,
    "C11": serves_every_segment,
    "C12": is_reproducible,
}
"""A number is never given to another check, so that reports of different years can be compared."""


def run_checks(evidence: Evidence) -> list[Check]:
    """Every check, in the order of its number. One that cannot be carried out fails with the reason."""
    return [run_check(number, evidence) for number in CHECKS]


def run_check(number: str, evidence: Evidence) -> Check:
    """One check."""
    return carried_out(number, CHECKS[number], evidence, len(evidence.held_out))


def carried_out(number: str, ask: Callable[[Looked], Verdict], evidence: Looked, rows: int) -> Check:
    """What a check says of evidence; it fails without held-out rows, and where it cannot be carried out.

    Args:
        number: The check's number.
        ask: The check.
        evidence: What it looks at.
        rows: Rows that were held out.
    """
    name = ask.__name__
    if not rows:
        return Verdict("fail", "no rows were held out", "没有留出样本").as_check(number, name)
    try:
        verdict = ask(evidence)
    except LvdaitongError as error:
        verdict = Verdict("fail", f"could not be carried out: {error}", f"未能执行：{error}")
    return verdict.as_check(number, name)
