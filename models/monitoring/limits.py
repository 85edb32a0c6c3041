"""The numbers by which months are judged, as data: `alerts.yaml`, and those of a home in their place."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from models.checks.own_thresholds import own_of
from models.checks.thresholds import Threshold, thresholds

FILE = Path(__file__).with_name("alerts.yaml")
OWN_FILE = "monitor.yaml"
"""What the file of a home's own thresholds is called."""

Limits = Mapping[str, float]


@cache
def shipped() -> dict[str, Threshold]:
    """All thresholds by name, with unit and citation."""
    return thresholds(FILE)


def in_force(own: Path | None = None) -> dict[str, Threshold]:
    """All thresholds by name, a home's own in the place of the shipped ones.

    Args:
        own: A YAML of those that differ, each `{value: …, cites: …}`; passed over where it is not there.

    Raises:
        ModelError: The file cannot be read, names an unknown threshold, or has a value that cannot be.
    """
    if own is None or not own.is_file():
        return shipped()
    return shipped() | own_of(own, shipped())


def limits(own: Path | None = None) -> dict[str, float]:
    """The values of `in_force`, which see.

    >>> limits()["psi_act"]
    0.25
    """
    return {name: one.value for name, one in in_force(own).items()}
