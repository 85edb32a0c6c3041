"""Yearly environmental assessments: many faint pictures of one green trait."""

import numpy as np
import pandas as pd

from features.city import industries
from features.city.arrays import Flags, Floats, Ints, happens, sigmoid
from features.city.green import assessed, trait, yearly
from features.city.lags import Habits
from features.city.rows import frame
from features.city.world import Chunk

SOURCE = "environment"
HABITS = Habits(late=0.04, corrected=0.01, withdrawn=0.001, corrects="energy_per_output")
SCHEME_SHARES = (0.90, 0.06, 0.04)
GRADE_CUTS = (-1.5, -0.9, -0.1, 0.9)
OUTPUT_CUTS = (-1.2, -0.2, 0.8)
CREDIT_GRADED_SHARE = 0.8
NO_PERMIT_SHARE = 0.05
PERMIT_CUTS = (3.0, 5.0)
"""Log of emission times employees from which a permit is simplified and then key."""
ABOVE_SCALE_CNY = 20_000_000 / 12
"""Monthly revenue from which industry counts as above scale (规模以上: 20 million a year)."""


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one assessment per assessed firm and year, dated 31 December."""
    rng = chunk.stream(SOURCE)
    firm, month = yearly(chunk, assessed(chunk), calendar_month=12)
    green, health = trait(chunk)[firm, month], chunk.world.health.total[chunk.rows][firm, month]
    graded = happens(rng, CREDIT_GRADED_SHARE, len(firm))
    return frame(
        chunk,
        firm,
        chunk.world.months.end(month),
        env_credit_scheme=np.where(graded, _scheme(chunk, rng)[firm], -1),
        env_credit_grade=np.where(graded, _grade(rng, green, GRADE_CUTS, 0.4), -1),
        **_carbon(chunk, rng, firm, green),
        output_per_mu_class=_grade(rng, 0.5 * green + 0.4 * health, OUTPUT_CUTS, 0.6),
        permit_class=_permit(chunk)[firm],
        green_factory=_flag(rng, -3.4 + 1.5 * green),
        iso14001=_flag(rng, -1.6 + 1.1 * green),
    )


def _scheme(chunk: Chunk, rng: np.random.Generator) -> Ints:
    return rng.choice(3, len(chunk.firms), p=SCHEME_SHARES)


def _grade(rng: np.random.Generator, quality: Floats, cuts: tuple[float, ...], deviation: float) -> Ints:
    """Cut a noisy quality into ordered classes, the best first."""
    seen = quality + rng.normal(0, deviation, len(quality))
    return len(cuts) - np.digitize(seen, cuts)


def _flag(rng: np.random.Generator, logit: Floats) -> Ints:
    return happens(rng, sigmoid(logit), len(logit)).astype(np.int64)


def _carbon(chunk: Chunk, rng: np.random.Generator, firm: Ints, green: Floats) -> dict[str, Floats]:
    """Draw carbon value K, intensity L and energy; K and L exist mostly above scale (工业碳效码)."""
    usual = industries.trait("emission")[chunk.per_firm(chunk.world.population.industry)[firm]]
    measured = _measured(chunk)[firm]
    own = np.exp(-0.40 * green + rng.normal(0, 0.25, len(firm)))
    energy = 0.35 * usual * np.exp(-0.35 * green + rng.normal(0, 0.28, len(firm)))
    return {
        "carbon_eff_k": np.where(measured, np.round(own, 3), np.nan),
        "carbon_intensity_l": np.where(measured, np.round(own * usual, 3), np.nan),
        "energy_per_output": np.round(energy, 4),
    }


def _measured(chunk: Chunk) -> Flags:
    above = chunk.per_firm(chunk.world.population.revenue_cny) >= ABOVE_SCALE_CNY
    return happens(chunk.stream(SOURCE, "measured"), np.where(above, 0.85, 0.08), len(above))


def _permit(chunk: Chunk) -> Ints:
    """Return the management class: key for large emitters, registered for most; -1 where none is held."""
    population, rng = chunk.world.population, chunk.stream(SOURCE, "permit")
    emission = industries.trait("emission")[chunk.per_firm(population.industry)]
    load = np.log(emission * chunk.per_firm(population.headcount)) + rng.normal(0, 0.6, len(emission))
    return np.where(happens(rng, NO_PERMIT_SHARE, len(load)), -1, 2 - np.digitize(load, PERMIT_CUTS))
