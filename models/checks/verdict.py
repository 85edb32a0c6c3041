"""What a check says: whether it passed, how grave it is, and the finding in both languages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from models.evidence import Evidence

Severity = Literal["gate", "warning"]
Grade = Literal["pass", "warn", "fail", "not_asked"]


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict of one check.

    Attributes:
        number: `C01` and so on; a number is never given to another check.
        name: What holds where it passes.
        passed: Whether it holds; True also where there was nothing to ask.
        finding: What was found, in one English sentence.
        finding_zh: The same in Chinese.
        severity: A failed `gate` refuses registration; a failed `warning` is told and refuses nothing.
        asked: False where the question could not be put: no champion, no time, no segments.
        figures: The few numbers behind the finding.
    """

    number: str
    name: str
    passed: bool
    finding: str
    finding_zh: str = ""
    severity: Severity = "gate"
    asked: bool = True
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def refuses(self) -> bool:
        """Whether registration is refused for it."""
        return not self.passed and self.severity == "gate"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check function answers; `run_checks` gives it its number and name."""

    grade: Grade
    finding: str
    finding_zh: str
    figures: Mapping[str, float] = field(default_factory=dict)

    def as_check(self, number: str, name: str) -> Check:
        """The verdict under its number."""
        return Check(
            number,
            name,
            passed=self.grade in ("pass", "not_asked"),
            finding=self.finding,
            finding_zh=self.finding_zh,
            severity="warning" if self.grade == "warn" else "gate",
            asked=self.grade != "not_asked",
            figures=dict(self.figures),
        )


Ask = Callable[[Evidence], Verdict]


def graded(*, fail: bool = False, warn: bool = False) -> Grade:
    """The grade of a check that knows when it fails and when it warns."""
    return "fail" if fail else "warn" if warn else "pass"


def not_asked(finding: str, finding_zh: str) -> Verdict:
    """There is nothing to put the question to."""
    return Verdict("not_asked", finding, finding_zh)
