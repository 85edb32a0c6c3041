"""What the report says of checks: which hold, which failed and refuse registration, which only warn."""

from dataclasses import dataclass

from models.checks import Check
from models.report.dossier import Dossier
from models.report.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One check as the page shows it.

    Attributes:
        number: C01 and so on.
        title: What is checked.
        verdict: `passed`, `failed`, `overridden` where somebody answers for a failed one, `warned` where it
            failed and does not refuse registration, `not_asked` where the question could not be put.
        finding: What was found, in the page's language.
    """

    number: str
    title: str
    verdict: str
    finding: str


def check_lines(dossier: Dossier, words: Words) -> list[CheckLine]:
    """Every check in the order of its number."""
    return [_line(check, dossier, words) for check in sorted(dossier.checks, key=lambda one: one.number)]


def _line(check: Check, dossier: Dossier, words: Words) -> CheckLine:
    told = check.finding_zh if words.lang == "zh" else check.finding
    return CheckLine(
        number=check.number,
        title=words.name("checks", check.name),
        verdict=_verdict(check, dossier),
        finding=told or check.finding,
    )


def _verdict(check: Check, dossier: Dossier) -> str:
    if not check.asked:
        return "not_asked"
    if check.passed:
        return "passed"
    if not check.refuses:
        return "warned"
    return "overridden" if any(one.lifts(check.number) for one in dossier.overrides) else "failed"
