"""Tax credit grades: points of a year, published in April of the next, now and then assessed again."""

import numpy as np
import pandas as pd

from features.city.arrays import Floats, Ints, happens
from features.city.events import holders
from features.city.green import yearly
from features.city.lags import Habits
from features.city.rows import CORRECTED, frame
from features.city.signals import view
from features.city.sources import code
from features.city.world import Chunk

SOURCE = "tax_credit_grade"
HABITS = Habits()
HELD = (0.96, 0.10, 0.70)
"""Individual businesses are graded only if they ask (纳税缴费信用管理办法)."""
CUTS = (40, 70, 90)
"""Points from which D, C and B are left behind."""
USUAL_POINTS, POINTS_PER_DEVIATION, OWN_DEVIATION = 81.0, 6.0, 7.0
DIRECT_SHARE = 0.012
"""Grades set to D directly, without points."""
AGAIN_SHARE = 0.03
NO_REVENUE_SHARE, NEW_MONTHS = 0.01, 12
"""What makes a grade M: no revenue, or a first year."""


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one grade per graded firm and year, known on a day of April."""
    rng = chunk.stream(SOURCE)
    firm, month = yearly(chunk, holders(chunk, SOURCE, HELD), calendar_month=12)
    count, year_end = len(firm), chunk.world.months.end(month)
    seen = view(chunk, "tax_credit")[firm, month]
    noise = OWN_DEVIATION * rng.standard_normal(count)
    points = np.round(np.clip(USUAL_POINTS + POINTS_PER_DEVIATION * seen + noise, 5, 100), 1)
    young = month - chunk.per_firm(chunk.world.population.birth_month)[firm] < NEW_MONTHS
    unscaled = (young | happens(rng, NO_REVENUE_SHARE, count)) & (points >= CUTS[1])
    direct = happens(rng, DIRECT_SHARE * np.exp(-0.6 * seen), count)
    grade = np.where(unscaled, code(SOURCE, "grade", "M"), graded(points))
    return frame(
        chunk,
        firm,
        year_end,
        available_day=chunk.world.months.start(month + 4) + rng.integers(0, 30, count),
        grade=np.where(direct, code(SOURCE, "grade", "D"), grade),
        score=np.where(direct, np.nan, points),
    )


def graded(points: Floats) -> Ints:
    """Return the place of each grade among the catalogue's values."""
    letters = np.array([code(SOURCE, "grade", letter) for letter in "DCBA"])
    return letters[np.digitize(points, CUTS)]


def revise(rng: np.random.Generator, reported: pd.DataFrame) -> pd.DataFrame:
    """Add the assessments made again at a firm's request: some points more, and the grade of those."""
    on_scale = reported["score"].notna() & (reported["grade"] != code(SOURCE, "grade", "M"))
    asked = reported[on_scale & (reported["score"] < CUTS[2])]
    again = asked[happens(rng, AGAIN_SHARE, len(asked))]
    points = np.minimum(again["score"].to_numpy() + np.round(rng.uniform(1, 15, len(again)), 1), 100).round(1)
    day = again["available_day"] + rng.integers(20, 200, len(again))
    better = again.assign(score=points, grade=graded(points), available_day=day, op=CORRECTED)
    return pd.concat([reported, better], ignore_index=True)
