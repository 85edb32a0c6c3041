"""The numbers by which checks judge, as data with unit and citation: `thresholds.yaml`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from features.errors import ModelError
from features.yaml_text import read_yaml

FILE = Path(__file__).with_name("thresholds.yaml")
CERTAINTIES = ("convention", "decision", "statistics")


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A number by which a check judges.

    Attributes:
        value: The number.
        unit: What it counts.
        cites: Where it comes from.
        certainty: `convention`, `decision` or `statistics`.
        zh: The same as `cites`, for pages in Chinese; empty where nobody wrote it.
    """

    value: float
    unit: str
    cites: str
    certainty: str
    zh: str = ""


_OWN: ContextVar[Mapping[str, Threshold] | None] = ContextVar("thresholds", default=None)


def limit(name: str) -> float:
    """The value of a threshold in force.

    >>> limit("psi_act")
    0.25
    """
    return in_force()[name].value


def in_force() -> Mapping[str, Threshold]:
    """The thresholds by which checks judge now: the shipped ones, unless `judged_by` says otherwise."""
    return _OWN.get() or thresholds()


@contextmanager
def judged_by(own: Mapping[str, Threshold] | None) -> Iterator[None]:
    """Within it checks and reports judge by these thresholds; None leaves those in force."""
    before = _OWN.set(own or _OWN.get())
    try:
        yield
    finally:
        _OWN.reset(before)


@cache
def thresholds(file: Path = FILE) -> dict[str, Threshold]:
    """All thresholds by name.

    Raises:
        ModelError: The file is no YAML of thresholds, or one lacks its unit, citation or certainty.
    """
    try:
        told = read_yaml(file.read_text("utf-8"))
        return {str(name): _threshold(one) for name, one in told.items()}
    except (OSError, yaml.YAMLError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"{file}: no whole list of thresholds (value, unit, cites, certainty): {error}"
        ) from error


def _threshold(told: dict[str, object]) -> Threshold:
    one = Threshold(**{**told, "value": float(str(told.get("value")))})  # type: ignore[arg-type]
    if one.certainty not in CERTAINTIES or not one.unit or not one.cites:
        raise ValueError(f"{told}: certainty is one of {', '.join(CERTAINTIES)}; unit and cites are needed")
    return one
