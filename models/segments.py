"""How a model does in parts of its population: industries, sizes, districts, ages; and how far parts differ.

    by_segment(rows, pd_)["industry"]  →  [Segment(word="C17", rows=212, bads=14, auc=…), …]

A part with few bads says little, so every figure comes with its interval, and gaps are taken between parts
with enough bads only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2

from models.delong import auc_interval
from models.evidence import Rows
from models.metrics import Estimate, Z, wilson

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

OTHERS, UNKNOWN = "(others)", "(unknown)"
"""Parts too small to stand alone, taken together; and rows of which the word is not known."""

MOST_PARTS = 12
FEWEST_ROWS = 30
FEWEST_EACH = 5
"""Bads, and goods, below which a part gets no AUC."""

ENOUGH_BADS = 10
"""Bads below which a part takes no part in a gap."""

RISKIEST = 0.2
"""Share of all rows, riskiest first, that counts as being held back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One part of the held-out rows.

    Attributes:
        word: What its rows have in common; `OTHERS` and `UNKNOWN` stand for themselves.
        rows: Rows in it.
        bads: Bad ones among them.
        auc: AUC within the part; None where there are fewer than five bads or goods.
        predicted: Mean predicted probability of default.
        observed: Share of bad rows, Wilson interval.
        held_back: Share of its good rows that lie among the riskiest fifth of all rows; None without any.
        surprise: Bads beyond expectation in standard deviations; above 2 the part is riskier than predicted.
    """

    word: str
    rows: int
    bads: int
    auc: Estimate | None
    predicted: float
    observed: Estimate
    held_back: Estimate | None
    surprise: float

    @property
    def ratio(self) -> float | None:
        """Predicted over observed rate of default; None without any bad."""
        return self.predicted / self.observed.value if self.bads else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """How far the parts of one column differ; None where fewer than two parts have enough bads.

    Attributes:
        parts: Parts with enough bads.
        auc: Highest AUC less lowest.
        auc_p: Chance of AUCs so unequal where all were equal in truth (Cochran's Q).
        ratio: Highest predicted-over-observed rate over the lowest; 1 is none.
        ratio_p: Chance of such departures from the predicted bads where predictions were right.
        held_back: Highest share of good rows held back less lowest.
    """

    parts: int
    auc: float | None = None
    auc_p: float | None = None
    ratio: float | None = None
    ratio_p: float | None = None
    held_back: float | None = None


def by_segment(
    rows: Rows, pd_: Floats, *, fewest_rows: int = FEWEST_ROWS, most_parts: int = MOST_PARTS
) -> dict[str, list[Segment]]:
    """Every column of `rows.segments` with its parts, largest first; small ones together, unknown last.

    Args:
        rows: Held-out rows.
        pd_: Probability of default of each.
        fewest_rows: Words with fewer rows do not stand alone.
        most_parts: Nor do words beyond so many.
    """
    cut = float(np.quantile(pd_, 1 - RISKIEST)) if len(pd_) else 1.0
    groups = None if rows.groups is None else rows.groups.to_numpy()
    return {
        str(column): [
            _segment(word, rows.bad[inside], pd_[inside], None if groups is None else groups[inside], cut)
            for word, inside in _parts(rows.segments[column], fewest_rows, most_parts)
        ]
        for column in rows.segments
    }


def gap(segments: Sequence[Segment]) -> Gap:
    """How far parts with enough bads differ."""
    enough = [one for one in segments if one.bads >= ENOUGH_BADS and one.auc is not None]
    if len(enough) < 2:  # noqa: PLR2004 - a gap lies between two
        return Gap(parts=len(enough))
    aucs = [one.auc for one in enough if one.auc is not None]
    ratios = [one.ratio for one in enough if one.ratio is not None]
    held = [one.held_back.value for one in enough if one.held_back is not None]
    return Gap(
        parts=len(enough),
        auc=max(one.value for one in aucs) - min(one.value for one in aucs),
        auc_p=_alike(aucs),
        ratio=max(ratios) / min(ratios) if min(ratios) > 0 else None,
        ratio_p=float(chi2.sf(sum(one.surprise**2 for one in enough), len(enough))),
        held_back=max(held) - min(held) if held else None,
    )


def _parts(words: pd.Series, fewest_rows: int, most_parts: int) -> list[tuple[str, NDArray[np.bool_]]]:
    """Words by falling number of rows with their rows; small ones under `OTHERS`, missing ones at the end."""
    told = words.astype("str").where(words.notna(), UNKNOWN).to_numpy(dtype=object)
    counts = pd.Series(told).value_counts().drop(UNKNOWN, errors="ignore")
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    alone = [str(word) for word, rows in ranked[:most_parts] if rows >= fewest_rows]
    if len(ranked) - len(alone) == 1:  # a single word needs no other name
        alone = [str(word) for word, _ in ranked]
    kept = np.isin(told, [*alone, UNKNOWN])
    named = np.where(kept, told, OTHERS)
    return [(word, named == word) for word in (*alone, OTHERS, UNKNOWN) if (named == word).any()]


def _segment(word: str, bad: Ints, pd_: Floats, groups: NDArray[np.object_] | None, cut: float) -> Segment:
    bads, goods = int(bad.sum()), int((1 - bad).sum())
    spread = float(np.sqrt((pd_ * (1 - pd_)).sum()))
    return Segment(
        word=word,
        rows=len(bad),
        bads=bads,
        auc=auc_interval(bad, pd_, groups) if min(bads, goods) >= FEWEST_EACH else None,
        predicted=float(pd_.mean()),
        observed=wilson(bads, len(bad)),
        held_back=wilson(int(((bad == 0) & (pd_ > cut)).sum()), goods) if goods else None,
        surprise=(bads - float(pd_.sum())) / spread if spread else 0.0,
    )


def _alike(aucs: Sequence[Estimate]) -> float | None:
    """Cochran's Q over the parts; None where an interval has no width."""
    widths = np.array([one.high - one.low for one in aucs]) / (2 * Z)
    if (widths <= 0).any():
        return None
    values, weights = np.array([one.value for one in aucs]), 1 / widths**2
    middle = (weights * values).sum() / weights.sum()
    return float(chi2.sf((weights * (values - middle) ** 2).sum(), len(aucs) - 1))
