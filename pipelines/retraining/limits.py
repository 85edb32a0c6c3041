"""The numbers by which a retraining recommends, as data: `limits.yaml`, and a home's own in their place."""

from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

import yaml

from features.errors import ModelError
from features.home import Home
from models.checks.thresholds import Threshold, thresholds

FILE = Path(__file__).with_name("limits.yaml")

OWN = "retraining.yaml"
"""What the file is called in a home."""

SHARES = ("least_gain", "band_migration", "far_migration", "segment_loss", "segment_chance")
"""Limits that lie between 0 and 1."""

Limits = Mapping[str, Threshold]


def limits_of(home: Home) -> Limits:
    """The shipped limits, with the home's own in their place.

    Raises:
        ModelError: The home's file cannot be read, names an unknown limit, lacks who decided so, or has a
            value that cannot be or contradicts another one.
    """
    file = home.root / OWN
    if not file.is_file():
        return thresholds(FILE)
    together = thresholds(FILE) | {name: _own(file, name, told) for name, told in _told(file).items()}
    low, high = together["calibration_low"].value, together["calibration_high"].value
    if not low <= 1 <= high:
        raise ModelError(
            f"{file}: calibration_low {low:g} to calibration_high {high:g}; expected 1 between them"
        )
    return together


def _told(file: Path) -> dict[str, Any]:
    try:
        told = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ModelError(f"{file}: limits cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(told, dict):
        raise ModelError(f"{file}: expected limits by name, such as band_migration: {{value: 0.3, cites: …}}")
    return {str(name): one for name, one in told.items()}


def _own(file: Path, name: str, told: Any) -> Threshold:
    shipped = thresholds(FILE).get(name)
    if shipped is None:
        raise ModelError(f"{file}: no limit '{name}'; there are: {', '.join(sorted(thresholds(FILE)))}")
    if not isinstance(told, dict) or set(told) != {"value", "cites"} or not str(told["cites"] or "").strip():
        raise ModelError(f"{file}: {name} is {told!r}; expected value, and in cites who decided so and when")
    value = told["value"]
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value < 0:
        raise ModelError(f"{file}: {name} is {value!r}, expected a number from 0, in {shipped.unit}")
    if name in SHARES and value > 1:
        raise ModelError(f"{file}: {name} is {value}, expected at most 1, in {shipped.unit}")
    return Threshold(value=float(value), unit=shipped.unit, cites=str(told["cites"]), certainty="decision")
