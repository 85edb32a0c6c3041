"""What has moved since the champion's own day: shares of bins, column by column, and log-odds by industry.

A `Reference` is made once for a champion, from the firms of its day; then a month needs no more than its own
firms. Columns are looked at one after another, so that memory is that of one column.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import LakeError
from models.stability import CHANCE, Edges, Words, bins_of, chance_of, psi_of_counts

Floats = NDArray[np.float64]

FEWEST_FIRMS = 10
"""Firms of an industry below which nothing is said of it."""


@dataclass(frozen=True, slots=True)
class Column:
    """The bins of one column on the champion's day, and how many rows were in each."""

    bins: Edges | Words
    counts: list[int]

    @classmethod
    def of(cls, values: pd.Series) -> Self:
        """From the values of that day."""
        bins = bins_of(values)
        return cls(bins, np.bincount(bins.places(values), minlength=bins.count).tolist())

    def now(self, values: pd.Series | None, rows: int) -> list[int]:
        """Rows of each bin now; all missing where there is no such column."""
        if values is None:
            return [*[0] * (self.bins.count - 1), rows]
        told: list[int] = np.bincount(self.bins.places(values), minlength=self.bins.count).tolist()
        return told

    def psi(self, now: list[int], columns: int) -> list[float]:
        """PSI against that day, and what so few rows exceed by chance, were so many columns looked at."""
        before, after = np.array(self.counts, dtype=np.float64), np.array([now], dtype=np.float64)
        used = int(((before > 0) | (after[0] > 0)).sum())
        rows = np.array([int(after.sum())])
        by_chance = chance_of(used, int(before.sum()), rows, CHANCE / max(columns, 1))
        return [round(float(psi_of_counts(before, after)[0]), 5), round(float(by_chance[0]), 5)]

    def as_record(self) -> dict[str, Any]:
        """For JSON."""
        if isinstance(self.bins, Edges):
            return {"edges": [float(edge) for edge in self.bins.edges], "counts": self.counts}
        return {"words": [str(word) for word in self.bins.words], "counts": self.counts}

    @classmethod
    def from_record(cls, told: Mapping[str, Any]) -> Self:
        """From JSON."""
        bins: Edges | Words = (
            Edges(np.array(told["edges"], dtype=np.float64))
            if "edges" in told
            else Words(pd.Index(told["words"], dtype="str"))
        )
        return cls(bins, [int(count) for count in told["counts"]])


@dataclass(frozen=True, slots=True)
class Reference:
    """The firms of the champion's own day.

    Attributes:
        model: The champion, `sme_credit/3`.
        as_of: Its day.
        firms: How many there were.
        columns: Feature → its bins.
        score: The bins of the probability of default.
    """

    model: str
    as_of: str
    firms: int
    columns: dict[str, Column]
    score: Column

    @classmethod
    def of(cls, model: str, as_of: str, features: pd.DataFrame, pd_: pd.Series) -> Self:
        """From the features and probabilities of that day."""
        columns = {str(name): Column.of(features[name]) for name in features}
        return cls(model, as_of, len(features), columns, Column.of(pd_))

    def as_record(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "model": self.model,
            "as_of": self.as_of,
            "firms": self.firms,
            "columns": {name: one.as_record() for name, one in self.columns.items()},
            "score": self.score.as_record(),
        }

    @classmethod
    def from_record(cls, told: Mapping[str, Any], where: str) -> Self:
        """From JSON.

        Raises:
            LakeError: Something is missing or has another form; the message names `where`.
        """
        try:
            columns = {name: Column.from_record(one) for name, one in told["columns"].items()}
            score = Column.from_record(told["score"])
            return cls(told["model"], told["as_of"], told["firms"], columns, score)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise LakeError(
                f"{where}: no reference of a champion ({error}); delete the file, and it is made again"
            ) from error


def moved(reference: Reference, features: pd.DataFrame, pd_: pd.Series) -> dict[str, Any]:
    """Bins and PSI of every column and of the score, by the names of `Population`.

    A feature of the reference that is no longer there is missing for every firm.
    """
    rows, count = len(features), len(reference.columns)
    bins = {name: one.now(features.get(name), rows) for name, one in reference.columns.items()}
    score = reference.score.now(pd_, rows)
    return {
        "bins": bins,
        "csi": {name: reference.columns[name].psi(now, count) for name, now in bins.items()},
        "score_bins": score,
        "score_psi": reference.score.psi(score, 1),
    }


def segment_means(pd_: pd.Series, words: pd.DataFrame) -> dict[str, dict[str, list[float]]]:
    """By column and word: firms, and their mean probability of default."""
    found: dict[str, dict[str, list[float]]] = {}
    for name in words:
        parts = pd_.groupby(words[name]).agg(["size", "mean"])
        found[str(name)] = {
            str(word): [float(firms), round(float(mean), 6)]
            for word, firms, mean in parts.itertuples(name=None)
        }
    return found


def shifts(now: pd.Series, earlier: Mapping[int, pd.Series], industry: pd.Series) -> dict[str, Any]:
    """How the log-odds of default of the same firms have changed, by industry.

    Args:
        now: Probability of default by firm.
        earlier: Months back → the same, then.
        industry: By firm; missing where unknown.

    Returns:
        Months back (as text) → industry → firms, mean change, and standard deviation of the change.
    """
    found: dict[str, dict[str, list[float]]] = {}
    here = log_odds(now)
    for months, before in earlier.items():
        change = (here - log_odds(before).reindex(here.index)).dropna()
        parts = change.groupby(industry.reindex(change.index)).agg(["size", "mean", "std"])
        found[str(months)] = {
            str(word): [float(firms), round(float(mean), 5), round(float(spread), 5)]
            for word, firms, mean, spread in parts.itertuples(name=None)
            if firms >= FEWEST_FIRMS
        }
    return found


def log_odds(pd_: pd.Series) -> pd.Series:
    """Log-odds; certainty is cut at one in a million."""
    inside = pd_.clip(1e-6, 1 - 1e-6)
    return pd.Series(np.log(inside / (1 - inside)), index=pd_.index)
