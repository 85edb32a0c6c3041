import numpy as np
import pytest

from features.errors import ModelError
from models.scale import Bands, Scale


@pytest.mark.parametrize(
    ("probability", "points"), [(0.005, 766), (0.01, 715), (0.05, 596), (0.10, 542), (0.20, 484)]
)
def test_published_points_of_base_600_at_20_to_1_with_50_to_double(probability, points):
    assert Scale().points([probability]).tolist() == [points]


def test_twice_the_odds_are_pdo_points():
    scale = Scale(base=600, odds=50, pdo=20)
    fifty, hundred = 1 / 51, 1 / 101
    assert scale.points([fifty, hundred]).tolist() == [600, 620]


def test_points_stay_within_their_bounds():
    assert Scale(lowest=400, highest=700).points([1e-9, 1 - 1e-9]).tolist() == [700, 400]


@pytest.mark.parametrize("wrong", [0.0, 1.0, np.nan])
def test_a_probability_that_is_none_is_refused(wrong):
    with pytest.raises(ModelError, match="between 0 and 1"):
        Scale().points([wrong])


def test_a_band_begins_at_its_floor():
    assert Bands().of([900, 700, 699, 650, 600, 550, 549]).tolist() == ["A", "A", "B", "B", "C", "D", "E"]


def test_floors_must_fall():
    with pytest.raises(ModelError, match="need 4 falling floors"):
        Bands(floors=(550, 600, 650, 700))
