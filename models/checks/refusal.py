"""What follows from checks: a failed gate refuses registration, unless a person takes it upon themself."""

from collections.abc import Sequence
from dataclasses import replace

from features.errors import ModelError
from models.checks.verdict import Check
from models.ledger import Override


def refuse_failed(checks: Sequence[Check], override: Override | None = None) -> Override | None:
    """Refuse a model of which a gate failed.

    Args:
        checks: As `run_checks` gives them.
        override: Who takes failed checks upon themself, and why. Without numbers it lifts every failed gate.

    Returns:
        The override with the numbers of the checks that it lifts, for the registry; None where no gate
        failed.

    Raises:
        ModelError: A gate failed that nobody lifts; the message names each with its finding.
    """
    failed = [check for check in checks if check.refuses]
    kept = [check for check in failed if override is None or not override.lifts(check.number)]
    if kept:
        told = "; ".join(f"{check.number} {check.name}: {check.finding}" for check in kept)
        raise ModelError(f"not registered, {len(kept)} of {len(checks)} checks failed: {told}")
    if override is None or not failed:
        return None
    return replace(override, checks=tuple(check.number for check in failed))
