"""Proof, bin by bin, that a sum of steps and tables of pairs moves one way with a variable."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.additive import Additive

Floats = NDArray[np.float64]

ROUNDING = 1e-9
"""Log-odds; means are taken out of steps and tables, which leaves that much."""


def turning_back(told: Additive, names: Sequence[str], signs: Mapping[str, int]) -> list[str]:
    """Variables of which some pair of neighbouring bins stands the wrong way round for some firm.

    From one bin to the next the step moves, and so does every table of a pair, by as much as the other
    variable's bin has it. The least favourable bin of each other variable is taken, missing ones included:
    what then moves the right way does so for every firm.

    Args:
        told: The sum; the last bin of every variable holds its missing values, which have no place in the
            order.
        names: Its variables.
        signs: Variable → 1 where log-odds may only rise with it, -1 only fall, 0 where it is free.
    """
    return [
        name
        for place, name in enumerate(names)
        if signs.get(name, 0) and (_least_rises(told, place, signs[name]) < -ROUNDING).any()
    ]


def _least_rises(told: Additive, variable: int, sign: int) -> Floats:
    """From each known bin to the next: the least by which log-odds move in the declared direction."""
    rises: Floats = np.diff(sign * told.steps[variable][:-1])
    rows = told.inside[variable][:-1]
    for pair, table in zip(told.pairs, told.tables, strict=True):
        if variable in pair:
            other = pair[1] if pair[0] == variable else pair[0]
            turned = table if pair[0] == variable else table.T
            reached = np.unique(told.inside[other])
            rises = rises + np.diff(sign * turned[rows][:, reached], axis=0).min(axis=1)
    return rises
