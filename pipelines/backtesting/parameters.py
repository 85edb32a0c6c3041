"""The numbers that a backtest reckons with, as data: `parameters.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from math import isfinite
from pathlib import Path

from features.errors import RequestError
from features.yaml_text import read_yaml

FILE = Path(__file__).with_name("parameters.yaml")

SHARES = ("loss_given_default", "exposure_share", "approve_share")
"""Numbers above 0 and at most 1."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number with where it comes from.

    Attributes:
        value: The number.
        unit: What it counts.
        zh: What it says.
        cites: Source; empty where it differs from the file's value.
        certainty: `to_be_confirmed`, or `set_here` where it differs from the file's value.
    """

    value: float
    unit: str
    zh: str
    cites: str
    certainty: str


Parameters = Mapping[str, Parameter]


@cache
def shipped() -> Parameters:
    """Every number by its name, as the file has it."""
    told = read_yaml(FILE.read_text("utf-8"))
    return {name: Parameter(**{**one, "value": float(one["value"])}) for name, one in told.items()}


def with_own(**own: float | None) -> Parameters:
    """The numbers with those that differ here; None leaves the file's.

    Raises:
        RequestError: A share is not above 0 and at most 1.
    """
    set_here = {name: float(value) for name, value in own.items() if value is not None}
    for name, value in set_here.items():
        if name in SHARES and not (isfinite(value) and 0 < value <= 1):
            raise RequestError(f"{name} is {value:g}, expected a share above 0 and at most 1")
    return dict(shipped()) | {
        name: replace(shipped()[name], value=value, cites="", certainty="set_here")
        for name, value in set_here.items()
        if value != shipped()[name].value
    }
