"""What each feature says alone: information value, weight of evidence, missing values.

Bins are quantiles of the rows of training (few where bads are few), words of a category have bins of their
own, and so has missing. Weight of evidence is ln(share of goods / share of bads): positive is safer than the
average; half a row is added to each cell, so that an empty one has a value.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from models.metrics import Estimate, wilson

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_BINS = 10
BADS_A_BIN = 5
"""Bins are made so few that each would hold about five bads were they spread evenly."""

MOST_WORDS = 15
SMOOTHING = 0.5
MISSING, OTHERS = "(missing)", "(others)"


@dataclass(frozen=True, slots=True)
class Binning:
    """How one feature is cut: edges of a number (a bin holds its upper edge), or words of a category.

    Attributes:
        edges: Inner edges, rising; empty where all values are the same.
        words: Words with a bin of their own; None for a number.
    """

    edges: tuple[float, ...]
    words: tuple[str, ...] | None = None

    @classmethod
    def learn(cls, values: pd.Series, bads: int) -> "Binning":
        """Bins of a feature in training; so few that bads may fill them."""
        known = values.dropna()
        if is_category(values):
            return cls((), tuple(str(word) for word in known.astype("str").value_counts().index[:MOST_WORDS]))
        numbers = known.to_numpy(dtype=np.float64)
        numbers = numbers[np.isfinite(numbers)]
        if not len(numbers):
            return cls(())
        count = int(np.clip(bads // BADS_A_BIN, 2, MOST_BINS))
        cuts = np.quantile(numbers, np.linspace(0, 1, count + 1)[1:-1], method="higher")
        edges = {float(f"{cut:.6g}") for cut in cuts}  # shares that differ by rounding alone are one value
        return cls(tuple(edge for edge in sorted(edges) if edge < numbers.max() and edge >= numbers.min()))

    @property
    def names(self) -> list[str]:
        """Names of all bins in order, missing last."""
        if self.words is not None:
            return [*self.words, OTHERS, MISSING]
        if not self.edges:
            return ["…", MISSING]
        told = [_short(edge) for edge in self.edges]
        middle = [f"({low}, {high}]" for low, high in pairwise(told)]
        return [f"≤ {told[0]}", *middle, f"> {told[-1]}", MISSING]

    def place(self, values: pd.Series) -> Ints:
        """Place of each row's bin among `names`."""
        last = len(self.names) - 1
        if self.words is not None:
            codes = pd.Index(self.words, dtype="str").get_indexer(values.astype("str").where(values.notna()))
            found = np.where(codes < 0, last - 1, codes)
        else:
            found = np.searchsorted(
                self.edges, values.to_numpy(dtype=np.float64, na_value=np.nan), side="left"
            )
        return np.where(values.isna(), last, found).astype(np.int64)


@dataclass(frozen=True, slots=True)
class WoeBin:
    """One bin of one feature in training; `woe` is missing where it holds no row."""

    name: str
    rows: int
    bads: int
    woe: float | None
    observed: Estimate | None


@dataclass(frozen=True, slots=True)
class FeatureFigures:
    """What one feature says alone.

    Attributes:
        name: The column.
        iv: Information value in training: Σ (share of goods − share of bads) · WoE.
        iv_by_chance: What a feature that says nothing would reach on average with as many bins and bads;
            an IV of this size is no evidence.
        missing: Share of rows of training without a value.
        missing_held_out: The same among the held-out rows; None where they are the rows of training.
        bins: Bins with their rows, bads and WoE.
        distinct: Different values in training.
    """

    name: str
    iv: float
    iv_by_chance: float
    missing: float
    missing_held_out: float | None
    bins: tuple[WoeBin, ...]
    distinct: int

    @property
    def strength(self) -> str:
        """`none` (< 0.02, or not above chance), `weak` (< 0.1), `medium`, `strong`, `suspicious` (≥ 0.5)."""
        if self.iv < 0.02 or self.iv <= self.iv_by_chance:  # noqa: PLR2004 - Siddiqi's marks
            return "none"
        marks = ((0.1, "weak"), (0.3, "medium"), (0.5, "strong"))
        return next((name for mark, name in marks if self.iv < mark), "suspicious")


def feature_figures(
    train: pd.DataFrame, bad: ArrayLike, held_out: pd.DataFrame | None = None
) -> list[FeatureFigures]:
    """Every column of the training table, in its order.

    Args:
        train: Rows of training; numbers, or words.
        bad: 1 for bad, of the same rows.
        held_out: Later rows with the same columns; None for none.
    """
    label = np.asarray(bad, dtype=np.int64)
    return [
        _figures(train[name], label, None if held_out is None else held_out[name]) for name in train.columns
    ]


def _figures(values: pd.Series, bad: Ints, later: pd.Series | None) -> FeatureFigures:
    binning = Binning.learn(values, int(bad.sum()))
    names, place = binning.names, binning.place(values)
    rows = np.bincount(place, minlength=len(names))
    bads = np.bincount(place, weights=bad, minlength=len(names)).astype(np.int64)
    filled = rows > 0
    share_good, share_bad = _shares((rows - bads)[filled]), _shares(bads[filled])
    woe = np.log(share_good / share_bad)
    goods, all_bads = int((1 - bad).sum()), int(bad.sum())
    told = iter(woe)
    return FeatureFigures(
        name=str(values.name),
        iv=float(((share_good - share_bad) * woe).sum()),
        iv_by_chance=(int(filled.sum()) - 1) * (1 / max(goods, 1) + 1 / max(all_bads, 1)),
        missing=float(values.isna().mean()),
        missing_held_out=None if later is None else float(later.isna().mean()),
        bins=tuple(
            WoeBin(name, int(count), int(of_bad), float(next(told)), wilson(int(of_bad), int(count)))
            for name, count, of_bad in zip(names, rows, bads, strict=True)
            if count
        ),
        distinct=int(values.nunique()),
    )


def _shares(counts: Ints) -> Floats:
    smoothed = counts + SMOOTHING
    return smoothed / smoothed.sum()


def is_category(values: pd.Series) -> bool:
    """Whether a column holds words."""
    if values.dtype == object:
        return not bool(values.dropna().map(lambda value: isinstance(value, int | float)).all())
    return not (pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype))


def _short(value: float) -> str:
    """Four digits that count, whole numbers whole.

    >>> _short(1234567.0), _short(0.123456), _short(12.0)
    ('1,235,000', '0.1235', '12')
    """
    if value == 0:
        return "0"
    digits = 3 - int(np.floor(np.log10(abs(value))))
    rounded = round(value, digits)
    return f"{rounded:,.{max(digits, 0)}f}".rstrip("0").rstrip(".") if digits > 0 else f"{rounded:,.0f}"
