"""Names for the array types of the city."""

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def sigmoid(logit: Floats) -> Floats:
    """Return the probability of a log-odds."""
    chance: Floats = 1.0 / (1.0 + np.exp(-logit))
    return chance


def happens(rng: np.random.Generator, chance: Floats | float, count: int) -> Flags:
    """Draw `count` times whether something of the given probability happens."""
    return rng.random(count) < chance


def spread_days(rng: np.random.Generator, first: Ints, last: Ints) -> Ints:
    """Return one day, drawn evenly, from each interval, both ends included."""
    return first + (rng.random(len(first)) * (last - first + 1)).astype(np.int64)


def scatter(keys: Ints) -> Ints:
    """Return a fixed, even-looking number from 0 to 2^62 for each key (splitmix64)."""
    mixed = keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(2)).astype(np.int64)
