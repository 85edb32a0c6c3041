"""Findings as they are told: each with what would change it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from serving.policy import Facts, Finding, Parameters
from serving.policy.what_if import what_if_all


def told_with_changes(
    findings: Sequence[Finding], facts: Facts, as_of: date, parameters: Parameters | None
) -> list[dict[str, Any]]:
    """Findings ready for JSON; `what_if` has the nearest changes of each, none where nothing would.

    Args:
        findings: What `evaluate` gave.
        facts: For these facts.
        as_of: On that day.
        parameters: Under these numbers of law.
    """
    changes = what_if_all(facts, as_of, findings, parameters=parameters)
    return [
        finding.to_dict() | {"what_if": [change.to_dict() for change in changes[finding.measure]]}
        for finding in findings
    ]
