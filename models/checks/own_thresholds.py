"""Thresholds of a city or bank in place of the shipped ones: a YAML of those that differ, each with why.

psi_act: {value: 0.3, cites: "Model committee, minutes of 2026-09-01"}
"""

from collections.abc import Collection, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

import yaml

from features.errors import ModelError
from features.yaml_text import read_yaml
from models.checks.thresholds import Threshold, thresholds

FILE_NAME = "thresholds.yaml"
"""What the file is called in a home."""

RISING = (
    ("fewest_bads", "enough_bads"),
    ("calibration_ratio_low", "calibration_watch_low", "calibration_watch_high", "calibration_ratio_high"),
    ("slope_low", "slope_high"),
    ("psi_watch", "psi_act"),
    ("segment_watch", "segment_ratio"),
)
"""Thresholds that make sense in this order only."""

CHANCES = {
    "lowest_auc",
    "worse_than_champion",
    "suspicious_auc_alone",
    "one_outcome_chance",
    "segment_error",
    "segment_chance",
}
"""Thresholds that lie between 0 and 1."""


def merged(file: Path) -> dict[str, Threshold]:
    """The shipped thresholds with those of a file in their place.

    Each says its `value` and in `cites` who decided so; the unit stays the shipped one's.

    Raises:
        ModelError: The file cannot be read, names an unknown threshold, lacks a part, or has a value that
            cannot be or contradicts another one.
    """
    together = thresholds() | own_of(file, thresholds(), CHANCES)
    for names in RISING:
        values = [together[name].value for name in names]
        if sorted(values) != values:
            told = ", ".join(f"{name} {together[name].value:g}" for name in names)
            raise ModelError(f"{file}: expected rising values, found {told}")
    return together


def replaced(in_force: Mapping[str, Threshold]) -> dict[str, tuple[Threshold, Threshold]]:
    """Thresholds that differ from the shipped ones: name → the shipped one, and the one in force."""
    shipped = thresholds()
    return {name: (shipped[name], one) for name, one in in_force.items() if one != shipped[name]}


def own_of(
    file: Path, shipped: Mapping[str, Threshold], shares: Collection[str] = ()
) -> dict[str, Threshold]:
    """The thresholds that a file has in place of shipped ones, whichever those are.

    Args:
        file: A YAML of those that differ, each with `value`, and in `cites` who decided so.
        shipped: All that there are; the unit stays theirs.
        shares: Names of those that lie between 0 and 1.

    Raises:
        ModelError: The file cannot be read, names an unknown threshold, lacks a part, or has a value that
            cannot be.
    """
    return {name: _own(file, name, told, shipped, shares) for name, told in _told(file).items()}


def _told(file: Path) -> dict[str, Any]:
    try:
        told = read_yaml(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ModelError(f"{file}: thresholds cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(told, dict):
        raise ModelError(f"{file}: expected thresholds by name, such as psi_act: {{value: 0.3, cites: …}}")
    return {str(name): one for name, one in told.items()}


def _own(
    file: Path, name: str, told: Any, shipped: Mapping[str, Threshold], shares: Collection[str]
) -> Threshold:
    if name not in shipped:
        raise ModelError(f"{file}: no threshold '{name}'; there are: {', '.join(sorted(shipped))}")
    if not isinstance(told, dict) or set(told) != {"value", "cites"} or not str(told["cites"] or "").strip():
        raise ModelError(f"{file}: {name} is {told!r}; expected value, and in cites who decided so and when")
    value, unit = told["value"], shipped[name].unit
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value < 0:
        raise ModelError(f"{file}: {name} is {value!r}, expected a number from 0, in {unit}")
    if name in shares and value > 1:
        raise ModelError(f"{file}: {name} is {value}, expected at most 1, in {unit}")
    return Threshold(value=float(value), unit=unit, cites=str(told["cites"]), certainty="decision")
