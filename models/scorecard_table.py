"""The table of points: what a scorecard is to those who sign it."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.additive import Additive
from models.binning import Cut, goods_and_bads

if TYPE_CHECKING:
    from models.scorecard import WoeScorecard

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Counts = tuple[Floats, Floats]
"""Weights of good and of bad firms, bin by bin."""

COLUMNS = ["variable", "bin", "part", "count", "bads", "bad_rate", "woe", "iv", "points"]

AVERAGE, MISSING, ALL = "(average firm)", "missing", "all known values"


def points_table(model: "WoeScorecard") -> pd.DataFrame:
    """Rows for the average firm, for each part of each bin, and for each cell of a table of two variables."""
    frames = [_average(model)]
    frames += [_of_variable(model, at) for at in range(len(model.variables_))]
    frames += [_of_pair(model, number) for number in range(len(model.sum_.pairs))]
    return pd.concat(frames, ignore_index=True)[COLUMNS]


def counted(sum_: Additive, places: Ints, label: Ints, weight: Floats) -> list[Counts]:
    """Good and bad firms of training in each bin of each variable, then in each cell of each pair."""
    columns = [(places[:, at], len(added)) for at, added in enumerate(sum_.steps)]
    for (one, other), table in zip(sum_.pairs, sum_.tables, strict=True):
        rows, across = sum_.inside[one][places[:, one]], sum_.inside[other][places[:, other]]
        columns.append((rows * table.shape[1] + across, table.size))
    return [goods_and_bads(found, label, weight, bins) for found, bins in columns]


def bin_names(cut: Cut, words: Sequence[str] | None) -> list[str]:
    """What a reader calls each bin, the one of missing values last.

    >>> bin_names(Cut((0.5, 2.0)), None)
    ['< 0.5', '[0.5, 2)', '>= 2', 'missing']
    """
    if cut.members is not None:
        groups: list[list[str]] = [[] for _ in range(cut.bins - 1)]
        for word, place in zip(words or (), cut.members, strict=True):
            groups[place].append(word)
        return [*(", ".join(group) or ALL for group in groups), MISSING]
    if not cut.edges:
        return [ALL, MISSING]
    shown = _shown(cut.edges)
    between = [f"[{low}, {high})" for low, high in pairwise(shown)]
    return [f"< {shown[0]}", *between, f">= {shown[-1]}", MISSING]


def _average(model: "WoeScorecard") -> pd.DataFrame:
    rows, bads = model.sample_["weight"], model.sample_["bad_weight"]
    points = float(model.points_scale.exact(model.sum_.base))
    first = {"variable": AVERAGE, "bin": "", "part": "", "count": rows, "bads": bads, "bad_rate": bads / rows}
    return pd.DataFrame([first | {"woe": 0.0, "iv": 0.0, "points": points}])


def _of_variable(model: "WoeScorecard", at: int) -> pd.DataFrame:
    name, fine = model.variables_[at], model.cuts_[at]
    words, bins = model.encoder_.categories.get(name), model.bins_[name]
    inside = fine.within(bins.cut)
    goods, bads = model.counts_[at]
    gap = goods / max(bins.goods.sum(), 1e-300) - bads / max(bins.bads.sum(), 1e-300)
    frame = _counted(goods, bads, model.sum_.steps[at], model.points_scale.factor)
    names = np.array(bin_names(bins.cut, words), dtype=object)
    return frame.assign(
        variable=name,
        bin=names[inside],
        part=bin_names(fine, words),
        woe=bins.woe[inside],
        iv=gap * bins.woe[inside],
    )


def _of_pair(model: "WoeScorecard", number: int) -> pd.DataFrame:
    names = [model.variables_[at] for at in model.sum_.pairs[number]]
    sides = [bin_names(model.bins_[name].cut, model.encoder_.categories.get(name)) for name in names]
    table, (goods, bads) = model.sum_.tables[number], model.counts_[len(model.variables_) + number]
    frame = _counted(goods, bads, table.ravel(), model.points_scale.factor)
    cells = [f"{row} × {column}" for row in sides[0] for column in sides[1]]
    return frame.assign(variable=" × ".join(names), bin=cells, part=cells, woe=np.nan, iv=np.nan)


def _counted(goods: Floats, bads: Floats, log_odds: Floats, factor: float) -> pd.DataFrame:
    rows = goods + bads
    rate = np.divide(bads, rows, out=np.full(len(rows), np.nan), where=rows > 0)
    return pd.DataFrame({"count": rows, "bads": bads, "bad_rate": rate, "points": -factor * log_odds})


def _shown(edges: Sequence[float]) -> list[str]:
    """Edges as short as keeps them apart."""
    for digits in range(4, 17):
        shown = [f"{edge:.{digits}g}" for edge in edges]
        if len(set(shown)) == len(shown):
            return shown
    return [repr(edge) for edge in edges]
