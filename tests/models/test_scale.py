from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import ModelError
from models.scale import Bands, Scale


@pytest.mark.parametrize(
    ("probability", "points"), [(0.005, 766), (0.01, 715), (0.05, 596), (0.10, 542), (0.20, 484)]
)
def test_published_points_of_base_600_at_20_to_1_with_50_to_double(probability, points):
    assert Scale().points([probability]).tolist() == [points]


def log_odds(probability):
    return log(probability / (1 - probability))


@pytest.mark.parametrize(
    ("scale", "factor", "offset", "worked"),
    [
        (
            Scale(base=600, odds=50, pdo=20),
            28.8539,
            487.1229,
            {0.01: 619.7, 0.02: 599.4, 0.05: 572.1, 0.10: 550.5},
        ),
        (
            Scale(base=600, odds=20, pdo=50),
            72.1348,
            383.9036,
            {0.005: 765.7, 0.01: 715.4, 0.02: 664.6, 0.05: 596.3, 0.10: 542.4, 0.20: 483.9},
        ),
        (Scale(base=600, odds=15, pdo=60), 86.56, 365.59, {1 / 16: 600.0}),
    ],
)
def test_worked_scales_of_the_field(scale, factor, offset, worked):
    assert scale.factor == pytest.approx(factor, abs=0.005)
    assert scale.offset == pytest.approx(offset, abs=0.005)
    for probability, points in worked.items():
        assert scale.exact(log_odds(probability)) == pytest.approx(points, abs=0.051)


@given(st.floats(1e-6, 1 - 1e-6), st.floats(5, 100), st.floats(1, 100))
def test_shown_points_are_exact_points_rounded_within_bounds(probability, pdo, odds):
    scale = Scale(pdo=pdo, odds=odds)
    exact = float(scale.exact(log_odds(probability)))
    shown = int(scale.points([probability])[0])
    assert abs(shown - min(max(exact, scale.lowest), scale.highest)) <= 0.5 + 1e-6


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


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"odds": 0}, "both must be above zero"),
        ({"pdo": -20}, "both must be above zero"),
        ({"lowest": 900, "highest": 300}, "the lowest must be the lower"),
    ],
)
def test_a_scale_that_orders_nothing_is_refused(wrong, message):
    with pytest.raises(ModelError, match=message):
        Scale(**wrong)


def test_a_band_begins_at_its_floor():
    assert Bands().of([900, 700, 699, 650, 600, 550, 549]).tolist() == ["A", "A", "B", "B", "C", "D", "E"]


def test_floors_must_fall():
    with pytest.raises(ModelError, match="need 4 falling floors"):
        Bands(floors=(550, 600, 650, 700))
