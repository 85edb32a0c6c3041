import numpy as np
import pytest

from models.green.decision import Decision
from models.metrics import weighted_kappa


def test_places_spread_as_official_ones_do():
    rng = np.random.default_rng(0)
    trait = rng.normal(size=20_000)
    place = np.clip(np.rint(3 + 1.5 * trait + 1.5 * rng.normal(size=20_000)), 0, 6).astype(int)
    expected = 3 + 1.5 * trait
    above = np.clip(expected[:, None] - np.arange(6), 0, 1)
    decision = Decision.learn(place, above.sum(axis=1))
    given = decision.places(above, "kappa")
    plain = np.clip(np.rint(above.sum(axis=1)), 0, 6).astype(int)
    assert decision.stretch > 1.2
    assert given.std() == pytest.approx(place.std(), rel=0.08)
    assert weighted_kappa(place, given, 7) > weighted_kappa(place, plain, 7) + 0.015


def test_the_median_is_the_highest_step_that_is_likelier_than_not():
    above = np.array([[0.9, 0.6, 0.4], [0.5, 0.2, 0.1]])
    assert Decision(0, 0, 1).places(above, "median").tolist() == [2, 0]


def test_a_model_that_knows_little_is_stretched_no_further_than_its_bound():
    place = np.array([0, 1, 2, 3] * 25)
    assert Decision.learn(place, 1.5 + 1e-3 * place).stretch == 2.5
    assert Decision.learn(place, np.full(100, 1.5)).stretch == 1.0
    assert Decision.learn(place, 9.0 * place).stretch == 1.0
