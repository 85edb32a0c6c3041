"""Columns of a table that may know the outcome: named with the evidence, never silently dropped."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.metrics import auc

Ints = NDArray[np.int64]

NEAR_PERFECT = 0.9
"""AUC of one column alone from which on it is suspicious; the check on single features has the same."""

BY_CHANCE = 1e-6
FEWEST = 10
MOST_WORDS = 100
MONTH_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_]?(0[1-9]|1[0-2])?(?!\d)")
WORDS_OF_OUTCOMES = re.compile(
    r"default|write.?off|charge.?off|overdue|delinquen|past.?due|recover|collection|loss(?:es)?$|npl"
    r"|违约|逾期|不良|核销|坏账|催收|代偿|失信结果",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A column that may know the outcome, and why."""

    column: str
    evidence: str

    def __str__(self) -> str:
        return f"'{self.column}' looks like an outcome: {self.evidence}"


def suspects(
    cells: pd.DataFrame, bad: Ints, time: pd.Series | None = None, others: tuple[str, ...] = ()
) -> list[Suspect]:
    """Columns that may know the outcome, with every piece of evidence.

    Args:
        cells: The table without the label: numbers, words and days.
        bad: 1 for default.
        time: Day of each row; None where unknown.
        others: Columns of `cells` that the model is not offered; only their days count.
    """
    found = []
    for name in cells:
        told = [] if name in others else _alone(cells[name], bad)
        told += _later(cells[name], time) + _named(str(name), time)
        if told:
            found.append(Suspect(str(name), "; ".join(told)))
    return found


def _alone(values: pd.Series, bad: Ints) -> list[str]:
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return _filled(values, bad)
    figure = _auc_alone(values, bad)
    near = [f"alone it reaches AUC {figure:.3f}"] if figure >= NEAR_PERFECT else []
    return near + _filled(values, bad)


def _auc_alone(values: pd.Series, bad: Ints) -> float:
    """AUC of the column alone, in the better direction, missing values at the better end."""
    ranks = values if pd.api.types.is_numeric_dtype(values.dtype) else _rates(values, bad)
    figures = [auc(bad, ranks.fillna(fill).rank().to_numpy()) for fill in (-np.inf, np.inf)]
    return max(max(figure, 1 - figure) for figure in figures)


def _rates(words: pd.Series, bad: Ints) -> pd.Series:
    """The bad rate of each word in the other half of the rows, so that a rare word does not know its own."""
    if words.nunique() > MOST_WORDS:
        return pd.Series(0.0, index=words.index)
    half = np.arange(len(words)) % 2
    label = pd.Series(bad, index=words.index, dtype="float64")
    rates = pd.Series(label.mean(), index=words.index)
    for side in (0, 1):
        learnt = label[half != side].groupby(words[half != side]).mean()
        rates[half == side] = words[half == side].map(learnt)
    return rates.where(words.notna()).astype("float64")


def _filled(values: pd.Series, bad: Ints) -> list[str]:
    """Only ever filled, or only ever empty, for one class, in more rows than chance explains."""
    rate, told = bad.mean(), []
    for what, rows in (("filled", values.notna().to_numpy()), ("empty", values.isna().to_numpy())):
        count, bads = int(rows.sum()), int(bad[rows].sum())
        for side, alike, share in (("bads", bads, rate), ("goods", count - bads, 1 - rate)):
            if count >= FEWEST and alike == count and share**count < BY_CHANCE:
                told.append(f"it is {what} in {count:,} rows, all of them {side}")
    return told


def _later(values: pd.Series, time: pd.Series | None) -> list[str]:
    """Days that lie after the day of their row."""
    if time is None or not pd.api.types.is_datetime64_any_dtype(values.dtype):
        return []
    after = int((values > time).sum())
    known = int(values.notna().sum())
    return [f"its days lie after the row's own in {after:,} of {known:,} rows"] if after else []


def _named(name: str, time: pd.Series | None) -> list[str]:
    """A name that says so, or that carries a month after the newest row."""
    told = ["its name says so"] if WORDS_OF_OUTCOMES.search(name) else []
    found = MONTH_IN_NAME.search(name)
    if found and time is not None:
        month = pd.Timestamp(year=int(found[1]), month=int(found[2] or 1), day=1)
        if month > time.max():
            told.append(f"its name carries {found[0]}, and the newest row is of {time.max():%Y-%m-%d}")
    return told
