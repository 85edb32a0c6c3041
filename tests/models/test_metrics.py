import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.metrics import auc, bootstrap, calibration_ratio, gini, ks, over_repeats, psi, weighted_kappa

RNG_LABEL = np.array([0, 1] * 100)


def test_a_perfect_ranking_and_its_reverse():
    assert auc([0, 0, 1], [0.1, 0.2, 0.3]) == 1
    assert gini([0, 0, 1], [0.3, 0.2, 0.1]) == -1
    assert ks([0, 0, 1], [0.1, 0.2, 0.3]) == 1


def test_psi_of_the_textbook_example():
    even = np.repeat(np.arange(10), 100)
    stable = np.repeat(np.arange(10), [80, 90, 90, 100, 100, 100, 100, 110, 110, 120])
    watch = np.repeat(np.arange(10), [50, 60, 70, 80, 90, 100, 110, 130, 150, 160])
    assert psi(even, stable) == pytest.approx(0.0121, abs=1e-4)
    assert psi(even, watch) == pytest.approx(0.1286, abs=1e-4)
    assert psi(even, even) == 0


def test_missing_values_are_a_bin_of_their_own():
    values = np.arange(100.0)
    half_missing = np.where(values % 2, values, np.nan)
    assert psi(values, half_missing) > 0.25


def test_calibration_without_bads_is_infinite():
    assert calibration_ratio([0, 0], [0.1, 0.1]) == float("inf")
    assert calibration_ratio([0, 1], [0.25, 0.25]) == 0.5


def test_an_interval_holds_its_value_and_narrows_with_more_firms():
    rng = np.random.default_rng(1)
    few = bootstrap(auc, RNG_LABEL, RNG_LABEL + rng.normal(size=200))
    label = np.tile(RNG_LABEL, 20)
    many = bootstrap(auc, label, label + rng.normal(size=4000))
    assert few.low <= few.value <= few.high
    assert many.high - many.low < few.high - few.low


def test_repeats_do_not_pretend_to_be_independent():
    figures = list(np.random.default_rng(0).normal(0.8, 0.05, 50))
    naive = 1.96 * np.std(figures, ddof=1) / np.sqrt(50)
    told = over_repeats(figures, repeats=10)
    assert told.high - told.value > 2 * naive


@given(st.lists(st.integers(0, 3), min_size=4, max_size=40))
def test_kappa_of_agreement_is_one_and_is_symmetric(grades):
    other = grades[::-1]
    assert weighted_kappa(grades, grades, 4) == 1
    assert weighted_kappa(grades, other, 4) == pytest.approx(weighted_kappa(other, grades, 4))
