"""When the platform could first see a row, and how rows change afterwards."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.city.arrays import Flags, Ints
from features.city.rows import CORRECTED, NEW, WITHDRAWN
from features.city.sources import columns, usual_lag_days


@dataclass(frozen=True)
class Habits:
    """How a department reports and revises.

    Args:
        late: Share of rows that come one to three months after their usual time.
        corrected: Share of records first reported wrong and reported again.
        withdrawn: Share of records taken back later.
        corrects: The payload column that a correction changes; empty where nothing is corrected.
    """

    late: float = 0.05
    corrected: float = 0.0
    withdrawn: float = 0.0
    corrects: str = ""


def report(rng: np.random.Generator, source: str, rows: pd.DataFrame, habits: Habits) -> pd.DataFrame:
    """Return the rows as reported: with `available_day`, `op`, corrections and withdrawals.

    Rows that have an `available_day` of their own, because it is part of what happened, keep it.
    """
    if "available_day" in rows:
        first = rows.assign(op=NEW)
    else:
        available = rows["event_day"].to_numpy() + lag_days(rng, source, len(rows), habits.late)
        first = rows.assign(available_day=available, op=NEW)
    wrong = rng.random(len(rows)) < habits.corrected
    if habits.corrects:
        wrong &= _known(source, habits.corrects, first)
    again = _later(rng, first[wrong], CORRECTED)
    if habits.corrects:
        first.loc[wrong, habits.corrects] = _mistaken(rng, source, habits.corrects, again)
    gone = _later(rng, first[~wrong & (rng.random(len(rows)) < habits.withdrawn)], WITHDRAWN)
    return pd.concat([first, again, gone], ignore_index=True)


def _known(source: str, column: str, rows: pd.DataFrame) -> Flags:
    """Return which rows have a value that could be reported wrong."""
    values = rows[column].to_numpy()
    coded = columns(source)[column].dtype in ("category", "count")
    return values >= 0 if coded else ~np.isnan(values)


def lag_days(rng: np.random.Generator, source: str, count: int, late: float) -> Ints:
    """Draw the days from event to availability, around the catalogue's usual lag."""
    usual = usual_lag_days(source)
    days = np.rint(usual * rng.uniform(0.6, 1.4, count))
    days += np.where(rng.random(count) < late, rng.uniform(30, 90, count), 0)
    return np.maximum(days, 0).astype(np.int64)


def _later(rng: np.random.Generator, rows: pd.DataFrame, op: int) -> pd.DataFrame:
    wait = rng.integers(5, 120, len(rows))
    return rows.assign(available_day=rows["available_day"] + wait, op=op)


def _mistaken(rng: np.random.Generator, source: str, column: str, right: pd.DataFrame) -> np.ndarray:
    """Return what was first reported in place of the right values: never the same value."""
    spec, values = columns(source)[column], right[column].to_numpy()
    if spec.dtype == "category":
        return (values + 1) % len(spec.values)
    if spec.dtype == "count":
        return values + rng.integers(1, 4, len(values))
    return np.round(values * np.exp(rng.normal(0, 0.3, len(values))) + 0.01, 2)


def is_late(source: str, rows: pd.DataFrame) -> pd.Series:
    """Return which first reports came later than the usual spread of lags allows."""
    lag = rows["available_day"] - rows["event_day"]
    return (rows["op"] == NEW) & (lag > 1.4 * usual_lag_days(source) + 1)
