"""All green checks by number, and running them."""

from collections.abc import Callable

from models.checks.running import carried_out
from models.checks.verdict import Check, Verdict
from models.green.checks.agreement import (
    agrees_with_the_office,
    every_grade_is_found,
    holds_out_of_time,
    keeps_up_with_the_champion,
)
from models.green.checks.inputs import (
    covers_the_graded_firms,
    enough_of_every_grade,
    knows_nothing_of_credit,
    no_single_feature_tells_all,
)
from models.green.checks.soundness import (
    grades_alike_everywhere,
    is_monotone,
    is_reproducible,
    steps_are_calibrated,
)
from models.green.evidence import GreenEvidence

Ask = Callable[[GreenEvidence], Verdict]

CHECKS: dict[str, Ask] = {
    "G01": enough_of_every_grade,
    "G02": agrees_with_the_office,
    "G03": steps_are_calibrated,
    "G04": every_grade_is_found,
    "G05": is_monotone,
    "G06": no_single_feature_tells_all,
    "G07": grades_alike_everywhere,
    "G08": keeps_up_with_the_champion,
    "G09": holds_out_of_time,
    "G10": is_reproducible,
    "G11": knows_nothing_of_credit,
    "G12": covers_the_graded_firms,
}
"""A number is never given to another check, so that reports of different years can be compared."""


def run_checks(evidence: GreenEvidence) -> list[Check]:
    """Every check, in the order of its number. One that cannot be carried out fails with the reason."""
    return [run_check(number, evidence) for number in CHECKS]


def run_check(number: str, evidence: GreenEvidence) -> Check:
    """One check."""
    return carried_out(number, CHECKS[number], evidence, len(evidence.judged))
