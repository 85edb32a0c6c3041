"""Random numbers by name: a theme added later never shifts the numbers of another."""

from zlib import crc32

import numpy as np


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """Return the generator that belongs to a seed and a path of names.

    The same seed and names always give the same numbers, whatever else was drawn before.
    """
    key = tuple(name if isinstance(name, int) else crc32(name.encode()) for name in names)
    return np.random.default_rng(np.random.SeedSequence(entropy=seed, spawn_key=key))
