"""Numbered checks of a green model, as `models.checks` for credit: a failed gate refuses registration."""

from models.green.checks.running import CHECKS, run_check, run_checks

__all__ = ["CHECKS", "run_check", "run_checks"]
