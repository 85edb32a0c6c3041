"""How much the firms really do month by month, before any department looks at it."""

import numpy as np

from features.city.arrays import Floats
from features.city.signals import view
from features.city.world import Chunk

YEARLY_GROWTH = 0.18
"""Log growth a year of a firm that looks one deviation healthier than usual."""

WORKOUT_LEVEL = 0.6
"""Activity of a firm that has stopped paying over what it was before."""


def drift(chunk: Chunk, name: str, yearly: float = YEARLY_GROWTH) -> Floats:
    """Return the log level to which one view of health has added up; shape (firms, months)."""
    seen = view(chunk, name)
    level: Floats = np.cumsum(seen, axis=1, dtype=np.float32) * np.float32(yearly / 12)
    slump = chunk.world.slump if name == "activity" else None
    return level if slump is None else level + slump[chunk.rows]


def turnover(chunk: Chunk) -> Floats:
    """Return the real turnover in CNY of every firm and month; shape (firms, months)."""
    return chunk.once("turnover", lambda: _turnover(chunk))


def _turnover(chunk: Chunk) -> Floats:
    world = chunk.world
    usual = chunk.per_firm(world.population.revenue_cny).astype(np.float32)
    level = np.exp(drift(chunk, "activity"))
    level *= np.where(world.distress.in_workout[chunk.rows], np.float32(WORKOUT_LEVEL), np.float32(1))
    noise = chunk.stream("turnover").standard_normal(level.shape, dtype=np.float32)
    return usual[:, None] * level * world.months.season() * np.exp(np.float32(0.12) * noise)
