"""The industries of the city and what makes their figures differ."""

from typing import NamedTuple

import numpy as np

from features.city.arrays import Floats


class Industry(NamedTuple):
    """One GB/T 4754-2017 division as it is found in Huzhou; shares and levels are planning values."""

    code: str
    weight: float
    """Share of the city's firms."""
    revenue_per_head_cny: float
    """Usual revenue per employee and month."""
    margin: float
    """Usual share of sales not spent on purchases."""
    kwh_per_head: float
    """Usual electricity per employee and month."""
    emission: float
    """Usual CO2 per value added, t per 10k CNY."""


INDUSTRIES = (
    Industry("A01", 0.060, 18_000, 0.45, 60, 0.7),
    Industry("A03", 0.020, 20_000, 0.40, 120, 0.8),
    Industry("C13", 0.030, 55_000, 0.25, 420, 1.1),
    Industry("C17", 0.085, 45_000, 0.22, 900, 2.1),
    Industry("C18", 0.040, 30_000, 0.30, 180, 0.6),
    Industry("C20", 0.055, 35_000, 0.30, 450, 0.9),
    Industry("C21", 0.065, 40_000, 0.30, 260, 0.6),
    Industry("C26", 0.020, 90_000, 0.28, 1500, 3.4),
    Industry("C29", 0.030, 50_000, 0.27, 800, 1.5),
    Industry("C30", 0.030, 60_000, 0.26, 1600, 4.2),
    Industry("C33", 0.045, 50_000, 0.26, 620, 1.3),
    Industry("C34", 0.040, 55_000, 0.30, 420, 0.8),
    Industry("C38", 0.050, 75_000, 0.24, 760, 1.0),
    Industry("E50", 0.060, 40_000, 0.28, 40, 0.4),
    Industry("F51", 0.130, 110_000, 0.10, 30, 0.2),
    Industry("F52", 0.090, 60_000, 0.18, 60, 0.2),
    Industry("G54", 0.050, 45_000, 0.30, 35, 1.9),
    Industry("H61", 0.025, 20_000, 0.55, 380, 0.5),
    Industry("H62", 0.040, 18_000, 0.50, 260, 0.4),
    Industry("I65", 0.020, 40_000, 0.70, 70, 0.1),
    Industry("L72", 0.015, 35_000, 0.55, 45, 0.1),
)

NEWCOMERS = ("I64",)
"""Divisions of firms that may join a city later; none of its own firms has one."""

CODES = (*(industry.code for industry in INDUSTRIES), *NEWCOMERS)
"""Every division that the register can name, by its place."""


def shares() -> Floats:
    """Return the share of each industry; shape (industries,)."""
    weights = np.array([industry.weight for industry in INDUSTRIES])
    return weights / weights.sum()


def trait(name: str) -> Floats:
    """Return one figure of every industry; shape (industries,)."""
    return np.array([getattr(industry, name) for industry in INDUSTRIES], dtype=np.float64)


def of_sections(letters: str) -> np.ndarray:
    """Return which industries belong to any of the sections; shape (industries,)."""
    return np.array([industry.code[0] in letters for industry in INDUSTRIES])
