"""The numbers by which the green checks judge: `models/green/thresholds.yaml`."""

from pathlib import Path

from models.checks.thresholds import thresholds

FILE = Path(__file__).parents[1] / "thresholds.yaml"


def limit(name: str) -> float:
    """The value of a threshold.

    >>> limit("lowest_kappa")
    0.4
    """
    return thresholds(FILE)[name].value
