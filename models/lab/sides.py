"""Whose columns carry a pooled model: by how far they move its scores, and by what is lost without them."""

from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from models.delong import auc_difference
from models.lab.sample import Sample, Side
from models.metrics import Estimate
from models.scored import ScoredClassifier

Floats = NDArray[np.float64]

SHUFFLES = 5
"""How often one side's rows are dealt to other loans; the mean is told."""


def carried(
    model: ScoredClassifier, sample: Sample, *, shuffles: int = SHUFFLES, seed: int = 0
) -> pd.DataFrame:
    """Which side's columns carry a pooled model, and which columns of it.

    Args:
        model: Fitted on `sample.pooled`'s columns.
        sample: Loans to judge by, which the model has not seen: those of the test.
        shuffles: How often a side's rows are shuffled.
        seed: Of the shuffles.

    Returns:
        First a row a side, then a row a column, those that move most first: `side`, `column` (missing for a
        whole side), `points` (mean of by how many points it moved a score either way), `share` (of the
        points of all columns, or of both sides), and for sides `auc_loss`, `auc_loss_low` and
        `auc_loss_high`: by how much the AUC falls when the side's columns are those of other loans, all of
        them together.

    Raises:
        ModelError: The model reads a column that is nobody's.
        ValueError: The loans are all good or all bad.
    """
    table = sample.pooled
    points = pd.DataFrame(
        model.points_by_column(table), index=table.index, columns=model.shown(table).columns
    )
    owner = pd.Series({column: sample.side_of(read) for column, read in _behind(model, points).items()})
    sides = pd.DataFrame([_of_side(side, points.loc[:, owner == side]) for side in get_args(Side)])
    losses = pd.DataFrame([_loss(model, sample, side, shuffles, seed) for side in get_args(Side)])
    columns = pd.DataFrame({"side": owner, "column": owner.index, "points": points.abs().mean()}).sort_values(
        "points", ascending=False, kind="stable"
    )
    parts = [_shared(sides).join(losses), _shared(columns)]
    return pd.concat(parts, ignore_index=True)


def _behind(model: Any, points: pd.DataFrame) -> dict[str, str]:
    """Column of the model → column of the table behind it; they differ for positions in the industry."""
    relative = getattr(getattr(model, "encoder_", None), "relative", None)
    positions = dict(zip(relative.names, relative.columns, strict=True)) if relative else {}
    return {column: positions.get(column, column) for column in points}


def _of_side(side: Side, points: pd.DataFrame) -> dict[str, Any]:
    return {"side": side, "column": None, "points": float(points.sum(axis="columns").abs().mean())}


def _shared(rows: pd.DataFrame) -> pd.DataFrame:
    whole = rows["points"].sum()
    return rows.assign(share=rows["points"] / whole if whole else 0.0)


def _loss(model: ScoredClassifier, sample: Sample, side: Side, shuffles: int, seed: int) -> dict[str, float]:
    """The mean of the paired differences, and of the ends of their intervals."""
    table = sample.pooled
    own = [column for column in table if sample.side_of(column) == side]
    kept = model.decision_function(table)
    rng = np.random.default_rng(seed)
    told: list[Estimate] = []
    for _ in range(shuffles):
        # whole rows of the side, so that what its columns say together stays true of some loan
        other = table[own].iloc[rng.permutation(len(table))].set_axis(table.index, axis="index")
        score = model.decision_function(pd.concat([table.drop(columns=own), other], axis="columns"))
        told.append(auc_difference(sample.bad, expit(kept), expit(score), sample.groups))
    value, low, high = np.mean([(one.value, one.low, one.high) for one in told], axis=0)
    return {"auc_loss": float(value), "auc_loss_low": float(low), "auc_loss_high": float(high)}
