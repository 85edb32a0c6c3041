"""The numbers by which months are judged, as data: `alerts.yaml`, and those of a home in their place."""

from collections.abc import Mapping
from functools import cache
from math import isfinite
from pathlib import Path

import yaml

from features.errors import ModelError
from models.checks.thresholds import Threshold, thresholds

FILE = Path(__file__).with_name("alerts.yaml")
OWN_FILE = "monitor.yaml"
"""What the file of a home's own thresholds is called."""

Limits = Mapping[str, float]


@cache
def shipped() -> dict[str, Threshold]:
    """All thresholds by name, with unit and citation."""
    return thresholds(FILE)


def limits(own: Path | None = None) -> dict[str, float]:
    """The values in force.

    >>> limits()["psi_act"]
    0.25

    Args:
        own: A YAML of those that differ, each `{value: …, cites: …}`; passed over where it is not there.

    Raises:
        ModelError: The file cannot be read, names an unknown threshold, or has a value that cannot be.
    """
    values = {name: one.value for name, one in shipped().items()}
    if own is None or not own.is_file():
        return values
    try:
        told = yaml.safe_load(own.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ModelError(f"{own}: thresholds cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(told, dict):
        raise ModelError(f"{own}: expected thresholds by name, such as psi_act: {{value: 0.3, cites: …}}")
    return values | {str(name): _own(own, str(name), one) for name, one in told.items()}


def _own(file: Path, name: str, told: object) -> float:
    if name not in shipped():
        raise ModelError(f"{file}: no threshold '{name}'; there are: {', '.join(sorted(shipped()))}")
    if not isinstance(told, dict) or set(told) != {"value", "cites"} or not str(told["cites"] or "").strip():
        raise ModelError(f"{file}: {name} is {told!r}; expected value, and in cites who decided so and when")
    value = told["value"]
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value < 0:
        raise ModelError(f"{file}: {name} is {value!r}, expected a number from 0, in {shipped()[name].unit}")
    return float(value)
