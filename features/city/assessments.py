"""What yearly assessments make of a quality: ordered classes, and yes or no."""

import numpy as np

from features.city.arrays import Floats, Ints, happens, sigmoid


def place(quality: Floats, cuts: tuple[float, ...]) -> Ints:
    """Cut a quality into ordered classes, the best being 0."""
    return len(cuts) - np.digitize(quality, cuts)


def flag(rng: np.random.Generator, logit: Floats) -> Ints:
    """Draw yes (1) or no (0), each with its own log-odds."""
    return happens(rng, sigmoid(logit), len(logit)).astype(np.int64)
