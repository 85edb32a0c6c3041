"""Numbered checks that stand between a trained model and the registry. A failed one names its finding."""

from models.checks.refusal import refuse_failed
from models.checks.running import CHECKS, run_check, run_checks
from models.checks.verdict import Check, Severity, Verdict
from models.ledger import Override

__all__ = [
    "CHECKS",
    "Check",
    "Override",
    "Severity",
    "Verdict",
    "refuse_failed",
    "run_check",
    "run_checks",
]
