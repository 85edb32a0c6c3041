"""Latent health: what no source shows and every source hints at."""

from dataclasses import dataclass

import numpy as np

from features.city.arrays import Floats, Ints
from features.city.codes import DISTRICTS
from features.city.industries import INDUSTRIES
from features.city.months import Months
from features.city.population import Population
from features.city.streams import stream


@dataclass(frozen=True)
class Part:
    """One component of health: a stationary AR(1) with mean 0."""

    persistence: float
    deviation: float

    def path(self, rng: np.random.Generator, rows: int, months: int) -> Floats:
        """Draw `rows` independent paths; shape (rows, months)."""
        shocks = rng.standard_normal((months, rows), dtype=np.float32) * np.float32(self.deviation)
        shocks[1:] *= np.float32(np.sqrt(1 - self.persistence**2))
        for month in range(1, months):
            shocks[month] += np.float32(self.persistence) * shocks[month - 1]
        return np.ascontiguousarray(shocks.T)


MEAN_DEVIATION = 0.50
AGE_WEIGHT, SIZE_WEIGHT = 0.45, 0.10
"""Correlation of a firm's mean with its age and its size: the old and the large are a little steadier."""

PARTS = {
    "own": Part(0.992, 0.80),
    "industry": Part(0.97, 0.24),
    "district": Part(0.97, 0.10),
    "cycle": Part(0.95, 0.10),
}
"""Together with the firm's mean, whose deviation is above, health has a variance near 1."""


MONTHLY_CREEP = 0.012
"""Monthly rise of the log rate of stopping at equal health: banks grow bolder from year to year."""


@dataclass(frozen=True)
class Health:
    """Health of every firm in every month; 0 is usual, +1 one deviation better."""

    mean: Floats
    parts: dict[str, Floats]
    """Each component spread over the firms; shape (firms, months)."""
    total: Floats
    monthly_creep: float = MONTHLY_CREEP
    """By how much the log rate of stopping rises from month to month; 0 in a steady city."""

    def ahead(self, firm: Ints, month: Ints, steps: int) -> Floats:
        """Return the expected health `steps` months after each firm and month."""
        expected = self.mean[firm].astype(np.float64)
        for name, part in PARTS.items():
            expected += part.persistence**steps * self.parts[name][firm, month]
        return expected


def covariance_ahead(near: int, far: int) -> float:
    """Return the covariance of health `near` and `far` months ahead, given all that is latent today."""
    return sum(
        part.deviation**2 * (1 - part.persistence ** (2 * near)) * part.persistence ** (far - near)
        for part in PARTS.values()
    )


def make_health(population: Population, months: Months, seed: int) -> Health:
    """Draw the health of every firm."""
    firms, count = len(population), months.count
    shared = {
        "industry": (len(INDUSTRIES), population.industry),
        "district": (len(DISTRICTS), population.district),
        "cycle": (1, np.zeros(firms, dtype=np.int64)),
    }
    parts = {"own": PARTS["own"].path(stream(seed, "health", "own"), firms, count)}
    for name, (rows, member) in shared.items():
        parts[name] = PARTS[name].path(stream(seed, "health", name), rows, count)[member]
    mean = _means(population, months, seed)
    return Health(mean, parts, mean[:, None] + sum(parts.values()))


def _means(population: Population, months: Months, seed: int) -> Floats:
    """Draw the health around which each firm moves."""
    age = _standard(np.log(months.count + 24.0 - population.birth_month))
    size = _standard(np.log(population.headcount))
    own = stream(seed, "health", "mean").standard_normal(len(population))
    own *= np.sqrt(1 - AGE_WEIGHT**2 - SIZE_WEIGHT**2)
    mean: Floats = MEAN_DEVIATION * (AGE_WEIGHT * age + SIZE_WEIGHT * size + own)
    return mean.astype(np.float32)


def _standard(values: Floats) -> Floats:
    """Return values with mean 0 and deviation 1."""
    return (values - values.mean()) / max(float(values.std()), 1e-9)
