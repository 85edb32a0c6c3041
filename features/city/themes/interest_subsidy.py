"""Interest subsidies: paid after each half-year on the green loans of firms that the office graded green."""

import numpy as np
import pandas as pd

from features.city.arrays import Flags, Floats, Ints, happens
from features.city.events import FEW
from features.city.lags import Habits
from features.city.rows import frame
from features.city.themes import green_grade
from features.city.themes import loan as tape
from features.city.world import Chunk

SOURCE = "interest_subsidy"
HABITS = Habits(late=0.02, corrected=0.004, withdrawn=0.001, corrects="amount_cny")
TEXTS = {"loan_id": "LN"}

FACTORS = (0.0, 0.06, 0.09, 0.12)
"""Of the LPR, by green grade from the lowest: what this city pays. The measures have numbers of their own."""
HALF_YEAR_MONTHS = 6
PAID_SHARE = 0.85
"""Of the loans that could have a subsidy, those for which it was applied."""
PAID_AFTER_DAYS = (40, 90)
LEAST_CNY = 1.0


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per loan and half-year for which interest was subsidised."""
    rng = chunk.stream(SOURCE)
    loans = tape.rows(chunk)
    applied = happens(rng, PAID_SHARE, len(loans)) & (loans["green_inclusive"].to_numpy() == 1)
    loans = loans[applied] if applied.sum() >= FEW else loans.head(FEW)
    halves = _half_years(chunk)
    loan, half = (place.ravel() for place in np.meshgrid(np.arange(len(loans)), np.arange(len(halves))))
    firm = loans["firm"].to_numpy()[loan] - chunk.firms[0]
    interest, grade = _earned(loans.iloc[loan], halves[half]), _grades(chunk, halves)[firm, half]
    day = halves[half][:, 1] + rng.integers(*PAID_AFTER_DAYS, len(loan))
    grade = _at_least_a_few(chunk, grade, (interest > 0) & (day <= chunk.world.months.last_day))
    amount = interest * np.array(FACTORS)[grade]
    paid = (amount >= LEAST_CNY) & (day <= chunk.world.months.last_day)
    return frame(
        chunk,
        firm[paid],
        day[paid],
        loan_id=loans["record"].to_numpy()[loan][paid],
        period_end=halves[half][paid, 1],
        amount_cny=np.round(amount, 2)[paid],
    )


def _half_years(chunk: Chunk) -> Ints:
    """Return first and last day of every half-year that ends in the window; shape (half-years, 2)."""
    months = chunk.world.months
    number = np.arange(months.count)
    ends = number[months.calendar_month(number) % HALF_YEAR_MONTHS == 0]
    return np.stack([months.start(ends - HALF_YEAR_MONTHS + 1), months.end(ends)], axis=1)


def _earned(loans: pd.DataFrame, half: Ints) -> Floats:
    """Return the interest at the LPR on the amount lent, over the days of a half-year in which a loan ran."""
    first = np.maximum(loans["event_day"].to_numpy(), half[:, 0])
    last = np.minimum(loans["maturity_date"].to_numpy(), half[:, 1] + 1)
    interest: Floats = loans["amount_cny"].to_numpy() * tape.LPR * np.maximum(last - first, 0) / 365
    return interest


def _grades(chunk: Chunk, halves: Ints) -> Ints:
    """Return the newest grade of every firm by the end of each half-year; 0 without one."""
    graded = green_grade.rows(chunk).sort_values("event_day", kind="stable")
    found = np.zeros((len(chunk.firms), len(halves)), dtype=np.int64)
    for place, last in enumerate(halves[:, 1]):
        known = graded[graded["event_day"] <= last].drop_duplicates("firm", keep="last")
        found[known["firm"].to_numpy() - chunk.firms[0], place] = known["grade"].to_numpy()
    return found


def _at_least_a_few(chunk: Chunk, grade: Ints, payable: Flags) -> Ints:
    """Return the grades, some raised where the smallest of cities would have next to nothing to pay."""
    if chunk.index or (payable & (grade > 0)).sum() >= FEW:
        return grade
    raised = grade.copy()
    raised[np.flatnonzero(payable)[:FEW]] = 1
    return raised
