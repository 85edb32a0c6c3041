"""Champion and challenger on every firm: who would move, and how far."""

import numpy as np
import pandas as pd
import pytest

from models.scale import Bands, Scale
from pipelines.retraining.shadowing import moves, side_by_side


class Said:
    """A model that says the probabilities that a column holds."""

    points_scale, points_bands = Scale(), Bands()

    def __init__(self, column):
        self.column = column

    def predict_proba(self, table):
        """Good and bad."""
        bad = table[self.column].to_numpy()
        return np.column_stack([1 - bad, bad])

    def bands_of(self, points):
        """Bands of points."""
        return self.points_bands.of(points)


@pytest.fixture
def told():
    """Firms at 2 %, 1 %, 2 %, 5 % and 20 %: 665 B, 715 A, 665 B, 596 D, 484 E by the champion."""
    features = pd.DataFrame(
        {"one": [0.02, 0.01, 0.02, 0.05, 0.20], "other": [0.01, 0.01, 0.05, 0.01, 0.20]},
        index=list("vwxyz"),
    )
    return side_by_side(Said("one"), Said("other"), features)


def test_a_firm_that_becomes_safer_moves_up(told):
    assert told["points_moved"].tolist() == [715 - 665, 0, 596 - 665, 715 - 596, 0]
    assert told["bands_moved"].tolist() == [1, 0, -2, 3, 0]
    assert told.loc["y", ["champion_band", "challenger_band"]].tolist() == ["D", "A"]


def test_shares_matrix_and_picture_count_the_same_firms(told):
    found = moves(told, pd.DataFrame(index=told.index), list("ABCDE"))
    shares = [found[name] for name in ("band_migration", "far_migration", "up", "down")]
    assert shares == [0.6, 0.4, 0.4, 0.2]
    assert found["matrix"] == [
        [1, 0, 0, 0, 0],
        [1, 0, 0, 1, 0],
        [0, 0, 0, 0, 0],
        [1, 0, 0, 0, 0],
        [0, 0, 0, 0, 1],
    ]
    bars = {(one["from"], one["to"]): one["firms"] for one in found["histogram"] if one["firms"]}
    assert bars == {(-10, 10): 2, (-70, -50): 1, (50, 70): 1, (90, None): 1}
    assert sum(one["firms"] for one in found["histogram"]) == found["firms"] == 5
    assert found["mean_pd"]["champion"] == pytest.approx(0.06)


def test_the_same_model_moves_nobody(told):
    features = pd.DataFrame({"one": np.linspace(0.01, 0.3, 100)})
    same = side_by_side(Said("one"), Said("one"), features)
    words = pd.DataFrame({"kind": ["ENTERPRISE"] * 60 + ["FARMER_COOP"] * 20 + [None] * 20}, index=same.index)
    found = moves(same, words, list("ABCDE"))
    assert (found["band_migration"], found["score_psi"]) == (0, 0)
    assert found["rank_correlation"] == pytest.approx(1)
    assert found["segments"] == [
        {"column": "kind", "word": "ENTERPRISE", "firms": 60, "median_points": 0.0, "band_migration": 0.0}
    ], "parts of few firms are not told"
    assert not told.empty
