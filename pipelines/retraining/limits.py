"""The numbers by which a retraining recommends, as data: `limits.yaml`, and a home's own in their place."""

from collections.abc import Mapping
from pathlib import Path

from features.errors import ModelError
from features.home import Home
from models.checks.own_thresholds import own_of
from models.checks.thresholds import Threshold, thresholds

FILE = Path(__file__).with_name("limits.yaml")

OWN = "retraining.yaml"
"""What the file is called in a home."""

SHARES = {"least_gain", "band_migration", "far_migration", "segment_loss", "segment_chance"}
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
    together = thresholds(FILE) | own_of(file, thresholds(FILE), SHARES)
    low, high = together["calibration_low"].value, together["calibration_high"].value
    if not low <= 1 <= high:
        raise ModelError(
            f"{file}: calibration_low {low:g} to calibration_high {high:g}; expected 1 between them"
        )
    return together
