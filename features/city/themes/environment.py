"""Yearly environmental grades and permits: faint pictures of one green trait."""

import numpy as np
import pandas as pd

from features.city import industries
from features.city.arrays import Ints, happens
from features.city.assessments import flag, place
from features.city.green import assessed, trait, yearly
from features.city.lags import Habits
from features.city.rows import frame
from features.city.world import Chunk

SOURCE = "environment"
HABITS = Habits(late=0.04, corrected=0.01, withdrawn=0.001, corrects="env_credit_grade")
SCHEME_SHARES = (0.90, 0.06, 0.04)
GRADE_CUTS = (-1.5, -0.9, -0.1, 0.9)
CREDIT_GRADED_SHARE = 0.8
NO_PERMIT_SHARE = 0.05
PERMIT_CUTS = (3.0, 5.0)
"""Log of emission times employees from which a permit is simplified and then key."""


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one assessment per assessed firm and year, dated 31 December."""
    rng = chunk.stream(SOURCE)
    firm, month = yearly(chunk, assessed(chunk), calendar_month=12)
    green = trait(chunk)[firm, month]
    graded = happens(rng, CREDIT_GRADED_SHARE, len(firm))
    scheme = rng.choice(3, len(chunk.firms), p=SCHEME_SHARES)[firm]
    return frame(
        chunk,
        firm,
        chunk.world.months.end(month),
        env_credit_scheme=np.where(graded, scheme, -1),
        env_credit_grade=np.where(graded, place(green + rng.normal(0, 0.4, len(firm)), GRADE_CUTS), -1),
        permit_class=_permit(chunk)[firm],
        iso14001=flag(rng, -1.6 + 1.1 * green),
    )


def _permit(chunk: Chunk) -> Ints:
    """Return the management class: key for large emitters, registered for most; -1 where none is held."""
    population, rng = chunk.world.population, chunk.stream(SOURCE, "permit")
    emission = industries.trait("emission")[chunk.per_firm(population.industry)]
    load = np.log(emission * chunk.per_firm(population.headcount)) + rng.normal(0, 0.6, len(emission))
    return np.where(happens(rng, NO_PERMIT_SHARE, len(load)), -1, 2 - np.digitize(load, PERMIT_CUTS))
