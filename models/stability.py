"""How far a population has moved since training: PSI of scores and CSI of features, month by month.

    score_psi(evidence)    →  month · rows · psi · by_chance
    feature_csi(evidence)  →  feature · month · rows · psi · by_chance

PSI = Σ (a − e) · ln(a / e) over bins, e the shares of training and a those of the month: below 0.1 stable,
0.1 to 0.25 watch, above act. CSI is the same of a feature. Few rows give a PSI even where nothing has moved,
so each comes with what chance brings: where nothing moved, PSI / (1/n + 1/m) follows χ² with (bins − 1)
degrees of freedom (Yurdakul, Naranjo 2020, Journal of Risk Model Validation 14:89).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2

from models.evidence import Evidence

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ALL = "all"
"""The name of all months together."""

BINS = 10
FLOOR = 1e-4
"""The least share of a bin; half a row where that is more, so that an empty bin of few rows is no alarm."""

CHANCE = 0.01
"""Chance that `by_chance` is exceeded by any of the figures of one table where nothing has moved."""

MOST_WORDS = 20
"""Categories beyond the commonest so many are one bin."""

COLUMNS = ["month", "rows", "psi", "by_chance"]


def score_psi(evidence: Evidence) -> pd.DataFrame:
    """PSI of the model's probabilities of default against the training rows, as `psi_by_month` tells it.

    Both sides are scored by the model itself. Where every row was held out once (`repeated_cv`), both sides
    would be the same rows: no row comes back.
    """
    if evidence.kind != "out_of_time":
        return pd.DataFrame(columns=COLUMNS)
    learnt = pd.Series(evidence.model.predict_proba(evidence.train.table)[:, 1])
    return psi_by_month(learnt, pd.Series(evidence.pd_), evidence.held_out.time)


def feature_csi(evidence: Evidence) -> pd.DataFrame:
    """CSI of each feature against the training rows, by month; empty for `repeated_cv`."""
    if evidence.kind != "out_of_time":
        return pd.DataFrame(columns=["feature", *COLUMNS])
    return csi_by_month(evidence.train.table, evidence.held_out.table, evidence.held_out.time)


def psi_by_month(before: pd.Series, after: pd.Series, time: pd.Series | None = None) -> pd.DataFrame:
    """PSI of one column: all rows of `after` first, then each month.

    Args:
        before: Values of training.
        after: Values to compare, in the order of `time`.
        time: Day of each; None where the data have no time.

    Returns:
        `month` (`all`, then `2026-03` …), `rows`, `psi`, and `by_chance`: what so few rows exceed in one
        case in a hundred, over the whole table, though nothing has moved.
    """
    return csi_by_month(before.to_frame("it"), after.to_frame("it"), time).drop(columns="feature")


def csi_by_month(before: pd.DataFrame, after: pd.DataFrame, time: pd.Series | None = None) -> pd.DataFrame:
    """PSI of every column of `before`, as `psi_by_month` tells it, with the name in `feature`.

    A column that `after` lacks is missing there for every row.
    """
    months = _Months.of(time, len(after))
    gone = pd.Series(np.nan, index=after.index)
    chance = CHANCE / (max(before.shape[1], 1) * len(months.rows))
    moves = [_move(before[name], after.get(name, gone), months, chance) for name in before]
    figures = np.concatenate([np.empty((2, 0)), *moves], axis=1)
    return pd.DataFrame(
        {
            "feature": np.repeat([str(name) for name in before], len(months.rows)),
            "month": [ALL, *months.names] * before.shape[1],
            "rows": np.tile(months.rows, before.shape[1]),
            "psi": figures[0],
            "by_chance": figures[1],
        }
    )


@dataclass(frozen=True, slots=True)
class _Months:
    """The month of each row as a place among their names; -1 for a row without a day.

    Attributes:
        names: Months in their order.
        places: Of each row.
        rows: How many there are: all, and in each month.
    """

    names: list[str]
    places: Ints
    rows: Ints

    @classmethod
    def of(cls, time: pd.Series | None, rows: int) -> Self:
        if time is None:
            return cls([], np.full(rows, -1), np.array([rows]))
        told = pd.to_datetime(pd.Series(np.asarray(time))).dt.strftime("%Y-%m")
        places, names = pd.factorize(told, sort=True)
        counts = np.bincount(places[places >= 0], minlength=len(names))
        return cls([str(name) for name in names], places.astype(np.int64), np.array([rows, *counts]))


def _move(before: pd.Series, after: pd.Series, months: _Months, chance: float) -> Floats:
    """PSI, and what chance brings, of one column: all rows, then each month."""
    bins = bins_of(before)
    now = bins.places(after)
    expected = np.bincount(bins.places(before), minlength=bins.count).astype(np.float64)
    inside = months.places >= 0
    by_month = np.bincount(
        months.places[inside] * bins.count + now[inside], minlength=len(months.names) * bins.count
    ).reshape(-1, bins.count)
    counts = np.vstack([np.bincount(now, minlength=bins.count), by_month]).astype(np.float64)
    used = int(((expected > 0) | (counts[0] > 0)).sum())
    return np.vstack([psi_of_counts(expected, counts), chance_of(used, len(before), months.rows, chance)])


def psi_of_counts(expected: Floats, counts: Floats) -> Floats:
    """PSI of each row of counts against the expected counts of the same bins; 0 where there are no rows."""
    base, now = _shares(expected[None, :]), _shares(counts)
    now = np.where((expected == 0) & (counts == 0), base, now)  # empty on both sides is no move
    figures: Floats = np.where(counts.sum(axis=1) > 0, ((now - base) * np.log(now / base)).sum(axis=1), 0.0)
    return np.maximum(figures, 0.0)


def _shares(counts: Floats) -> Floats:
    rows = np.maximum(counts.sum(axis=1, keepdims=True), 1.0)
    shares: Floats = np.maximum(counts / rows, np.maximum(FLOOR, 0.5 / rows))
    return shares


def chance_of(bins: int, before: int, rows: Ints, chance: float) -> Floats:
    """PSI that so few rows exceed in `chance` of cases though nothing has moved; 0 where there is one bin."""
    if bins < 2 or not before:  # noqa: PLR2004 - one bin cannot move
        return np.zeros(len(rows))
    figures: Floats = _critical(bins, chance) * (1 / before + 1 / np.maximum(rows, 1))
    return figures


@cache
def _critical(bins: int, chance: float) -> float:
    return float(chi2.isf(chance, bins - 1))


@dataclass(frozen=True, slots=True)
class Edges:
    """Bins of equal frequency in training, the last one for missing values."""

    edges: Floats

    @property
    def count(self) -> int:
        """How many bins there are."""
        return len(self.edges) + 2

    def places(self, values: pd.Series) -> Ints:
        """The bin of each value."""
        told = values.to_numpy(dtype=np.float64, na_value=np.nan)
        found = np.searchsorted(self.edges, told, side="right")
        places: Ints = np.where(np.isnan(told), len(self.edges) + 1, found).astype(np.int64)
        return places


@dataclass(frozen=True, slots=True)
class Words:
    """A bin a word of training, one for other words, one for missing values."""

    words: "pd.Index[str]"

    @property
    def count(self) -> int:
        """How many bins there are."""
        return len(self.words) + 2

    def places(self, values: pd.Series) -> Ints:
        """The bin of each word."""
        known = values.notna().to_numpy()
        found = self.words.get_indexer(values.astype("str"))
        places: Ints = np.where(known, np.where(found < 0, len(self.words), found), len(self.words) + 1)
        return places.astype(np.int64)


def bins_of(values: pd.Series) -> Edges | Words:
    """The bins of a column of training: of numbers by their deciles, of words by the commonest."""
    if not pd.api.types.is_numeric_dtype(values.dtype) and values.notna().any():
        common = values.dropna().astype("str").value_counts().sort_index(kind="stable")
        return Words(pd.Index(_commonest(common), dtype="str"))
    known = values.to_numpy(dtype=np.float64, na_value=np.nan)
    known = known[~np.isnan(known)]
    if not len(known):
        return Edges(np.empty(0))
    return Edges(np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])))


def _commonest(counts: "pd.Series[int]") -> Iterable[str]:
    return counts.sort_values(ascending=False, kind="stable").index[:MOST_WORDS]
