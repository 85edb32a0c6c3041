"""Champion and challenger on every firm of a day: scores side by side, and how far firms would move."""

from typing import Any

import numpy as np
import pandas as pd

from models.metrics import psi
from models.scored import ScoredClassifier
from pipelines.retraining.journal import Told

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
STEP = 20
"""Points of one bar in the picture of the moves."""

WIDEST = 100
"""Moves beyond so many points are one bar at either end."""

FEWEST_FIRMS = 30
"""Firms of a segment below which its moves are not told."""


def side_by_side(
    champion: ScoredClassifier, challenger: ScoredClassifier, features: pd.DataFrame
) -> pd.DataFrame:
    """What both models say of every firm.

    Returns:
        By firm, of each model `…_pd_12m`, `…_score`, `…_band`; `points_moved` (above 0: safer by the
        challenger) and `bands_moved` (likewise, counted in bands).

    Raises:
        ModelError: A feature that a model asks for is missing.
    """
    told = pd.DataFrame(index=features.index)
    for name, model in (("champion", champion), ("challenger", challenger)):
        probability = model.predict_proba(features)[:, 1]
        points = model.points_scale.points(probability)
        told[f"{name}_pd_12m"], told[f"{name}_score"] = probability, points
        told[f"{name}_band"] = model.bands_of(points)
    places = [
        told[f"{name}_band"].map({band: place for place, band in enumerate(model.points_bands.names)})
        for name, model in (("champion", champion), ("challenger", challenger))
    ]
    told["points_moved"] = told["challenger_score"] - told["champion_score"]
    told["bands_moved"] = (places[0] - places[1]).astype("int64")
    return told


def moves(told: pd.DataFrame, segments: pd.DataFrame, bands: list[str]) -> Told:
    """How far firms would move, were the challenger promoted.

    Args:
        told: As `side_by_side` gives it.
        segments: Words by which firms are told apart, the same firms.
        bands: Names of the bands, best first.

    Returns:
        `firms`; `band_migration` and `far_migration` (shares of firms in another band, and two bands or more
        away), `up` and `down`; `matrix` (a row a champion's band, a column a challenger's: firms); `points`
        (quantiles of the move), `histogram`; `score_psi` and `rank_correlation` of the scores; `mean_pd` of
        each; `segments` (median move, band migration).
    """
    moved, points = told["bands_moved"], told["points_moved"]
    table = pd.crosstab(told["champion_band"], told["challenger_band"])
    table = table.reindex(index=bands, columns=bands, fill_value=0)
    ranks = told["champion_pd_12m"].corr(told["challenger_pd_12m"], method="spearman")
    return {
        "firms": len(told),
        "band_migration": float((moved != 0).mean()),
        "far_migration": float((moved.abs() > 1).mean()),
        "up": float((moved > 0).mean()),
        "down": float((moved < 0).mean()),
        "bands": bands,
        "matrix": [[int(count) for count in row] for row in table.to_numpy()],
        "points": {f"{share:g}": float(points.quantile(share)) for share in QUANTILES},
        "histogram": _histogram(points),
        "score_psi": psi(told["champion_score"], told["challenger_score"]),
        "rank_correlation": float(ranks),
        "mean_pd": {name: float(told[f"{name}_pd_12m"].mean()) for name in ("champion", "challenger")},
        "segments": _by_segment(told, segments),
    }


def _histogram(points: pd.Series) -> list[dict[str, Any]]:
    edges = np.arange(STEP // 2 - WIDEST, WIDEST, STEP)  # no move lies in the middle of a bar
    counts = np.bincount(np.searchsorted(edges, points.to_numpy(), side="right"), minlength=len(edges) + 1)
    ends = [None, *(int(edge) for edge in edges), None]
    return [
        {"from": ends[place], "to": ends[place + 1], "firms": int(count)}
        for place, count in enumerate(counts)
    ]


def _by_segment(told: pd.DataFrame, segments: pd.DataFrame) -> list[Told]:
    found = []
    for column in segments:
        for word, rows in told.groupby(segments[column].reindex(told.index), sort=True):
            if len(rows) >= FEWEST_FIRMS:
                found.append(
                    {
                        "column": str(column),
                        "word": str(word),
                        "firms": len(rows),
                        "median_points": float(rows["points_moved"].median()),
                        "band_migration": float((rows["bands_moved"] != 0).mean()),
                    }
                )
    return found
