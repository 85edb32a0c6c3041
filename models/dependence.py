"""Partial dependence: how the mean probability of default moves when one feature alone is moved.

Every firm of a sample is given each value of a grid in turn, all else as it is (Friedman 2001). Where
features move together this asks about firms that hardly exist; the histogram tells where there are any.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.iv import MOST_WORDS, is_category
from models.relative import SUFFIX
from models.scored import ScoredClassifier

Floats = NDArray[np.float64]

MOST_ROWS = 300
POINTS = 25
BINS = 30
EDGE = 0.01
"""The outermost hundredth on either side is left out of the grid: a lone extreme would stretch it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependence:
    """How the mean probability of default depends on one feature.

    Attributes:
        column: The feature.
        grid: Values, rising; or words, most frequent first.
        mean: Mean probability of default of the sample at each.
        missing: The same where the feature is missing; None where it never is.
        share: Of a number, shares of the known values in equal bins between `edges`; of words, their shares.
        edges: Borders of the bins; empty for words.
        missing_share: Share of rows without a value.
        direction: Declared direction of the risk: 1, -1, or 0 where none is.
    """

    column: str
    grid: tuple[float, ...] | tuple[str, ...]
    mean: Floats
    missing: float | None
    share: Floats
    edges: Floats
    missing_share: float
    direction: int

    @property
    def is_category(self) -> bool:
        """Whether the feature has words."""
        return bool(self.grid) and isinstance(self.grid[0], str)

    @property
    def effect(self) -> float:
        """Highest mean less lowest."""
        return float(self.mean.max() - self.mean.min())


def partial_dependence(
    model: ScoredClassifier, table: pd.DataFrame, column: str, *, rows: int = MOST_ROWS, direction: int = 0
) -> Dependence:
    """Mean probability of default over a grid of one feature's values.

    Args:
        model: Fitted.
        table: Firms as the model reads them, at least one.
        column: One of its columns, known for at least one firm.
        rows: So many firms, evenly spread over the table, are moved.
        direction: Declared direction of the risk, passed on.

    Raises:
        ValueError: The column is missing for every firm.
    """
    values = table[column]
    known = values.dropna()
    if known.empty:
        raise ValueError(f"'{column}' is missing for every firm; there is nothing to depend on")
    sample = table.iloc[np.unique(np.linspace(0, len(table) - 1, min(rows, len(table))).astype(int))]
    grid = _words(known) if is_category(values) else _numbers(known)
    share, edges = _spread(known, grid)
    without = _mean(model, sample, column, [np.nan if not isinstance(grid[0], str) else None])
    return Dependence(
        column=column,
        grid=grid,
        mean=_mean(model, sample, column, list(grid)),
        missing=float(without[0]) if values.isna().any() else None,
        share=share,
        edges=edges,
        missing_share=float(values.isna().mean()),
        direction=direction,
    )


def input_of(column: str) -> str:
    """The column of the table behind one that reasons speak of: a position in the industry has its feature.

    >>> input_of("largest_buyer_share_12m_vs_industry"), input_of("age_months")
    ('largest_buyer_share_12m', 'age_months')
    """
    return column.removesuffix(SUFFIX)


def _mean(model: ScoredClassifier, sample: pd.DataFrame, column: str, grid: list[object]) -> Floats:
    moved = pd.concat([sample] * len(grid), ignore_index=True)
    told = pd.Series(np.repeat(np.array(grid, dtype=object), len(sample)))
    kind = sample[column].dtype
    moved[column] = told.astype("float64") if isinstance(grid[0], float) else told.astype(kind)
    return model.predict_proba(moved)[:, 1].reshape(len(grid), len(sample)).mean(axis=1)


def _numbers(known: pd.Series) -> tuple[float, ...]:
    numbers = known.to_numpy(dtype=np.float64)
    distinct = np.unique(numbers)
    if len(distinct) <= POINTS:
        return tuple(float(value) for value in distinct)
    shares = np.linspace(EDGE, 1 - EDGE, POINTS)
    # Where firms crowd the curve needs its points; where they are few it needs some all the same.
    crowded = np.quantile(numbers, shares)
    return tuple(float(value) for value in np.union1d(crowded, np.linspace(crowded[0], crowded[-1], POINTS)))


def _words(known: pd.Series) -> tuple[str, ...]:
    return tuple(str(word) for word in known.astype("str").value_counts().index[:MOST_WORDS])


def _spread(known: pd.Series, grid: tuple[float, ...] | tuple[str, ...]) -> tuple[Floats, Floats]:
    if isinstance(grid[0], str):
        counts = known.astype("str").value_counts().reindex(list(grid)).to_numpy(dtype=np.float64)
        return counts / len(known), np.array([])
    low, high = float(grid[0]), float(grid[-1])
    edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    counts, _ = np.histogram(known.to_numpy(dtype=np.float64), edges)
    return counts / len(known), edges
