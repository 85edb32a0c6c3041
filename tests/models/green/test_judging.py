import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from models.green.judging import (
    Judged,
    figures_of,
    kappa_difference,
    kappa_of,
    ranked_probability_score,
    reached_over_predicted,
)


def judged(rows=400, noise=0.7, seed=0, years=1):
    rng = np.random.default_rng(seed)
    truth = np.repeat(rng.integers(0, 4, rows // years), years)
    given = np.clip(np.rint(truth + noise * np.repeat(rng.normal(size=rows // years), years)), 0, 3).astype(
        int
    )
    above = np.clip((given[:, None] - np.arange(3) + 0.5) / 2, 0.05, 0.95)
    return Judged(truth, given, above, np.repeat(np.arange(rows // years), years).astype(object))


def test_kappa_is_cohens():
    one = judged()
    expected = cohen_kappa_score(one.truth, one.given, weights="quadratic")
    assert figures_of(one).kappa.value == pytest.approx(expected)


def test_figures_of_a_perfect_model():
    truth = np.array([0, 1, 2, 3] * 5)
    above = (truth[:, None] >= np.arange(1, 4)).astype(float)
    found = figures_of(Judged(truth, truth, above, np.arange(20).astype(object)))
    assert (found.kappa.value, found.within_one.value, found.exact.value, found.rps.value) == (1, 1, 1, 0)
    assert [one.value for one in found.recall] == [1, 1, 1, 1]


def test_a_grade_that_no_row_has_has_no_recall():
    truth = np.array([0, 1] * 10)
    found = figures_of(Judged(truth, truth, np.zeros((20, 2)), np.arange(20).astype(object)))
    assert found.recall[2] is None


def test_within_one_and_recall_by_hand():
    truth, given = np.array([0, 0, 1, 3]), np.array([0, 2, 0, 2])
    found = figures_of(Judged(truth, given, np.full((4, 3), 0.5), np.arange(4).astype(object)))
    assert (found.within_one.value, found.exact.value) == (0.75, 0.25)
    assert [one and one.value for one in found.recall] == [0.5, 0.0, None, 0.0]


def test_intervals_count_firms_not_rows():
    once, often = judged(400, years=1), judged(1600, years=4)
    width = [one.high - one.low for one in (figures_of(once).kappa, figures_of(often).kappa)]
    assert width[1] == pytest.approx(width[0], rel=0.35)  # 400 firms either way


def test_the_interval_covers_the_true_kappa_about_as_often_as_it_says():
    truth = figures_of(judged(200_000, seed=99), rounds=2).kappa.value
    held = [
        found.low <= truth <= found.high
        for seed in range(40)
        if (found := figures_of(judged(200, seed=seed), rounds=200).kappa)
    ]
    assert 0.8 <= np.mean(held) <= 1.0


def test_two_models_of_the_same_rows_are_compared_firm_by_firm():
    one = judged()
    assert kappa_difference(one, one) == kappa_difference(one, one)
    assert kappa_difference(one, one).high == 0
    worse = Judged(one.truth, 3 - one.given, one.above, one.firms)
    assert kappa_difference(one, worse).low > 0


def test_reached_over_predicted_tells_too_high_chances():
    rng = np.random.default_rng(3)
    chance = rng.uniform(0.2, 0.8, 4000)
    truth = (rng.random(4000) < chance).astype(int)
    firms = np.arange(4000).astype(object)
    right = reached_over_predicted(Judged(truth, truth, chance[:, None], firms), 1)
    high = reached_over_predicted(Judged(truth, truth, chance[:, None] * 1.2, firms), 1)
    assert right.low < 1 < right.high
    assert high.high < 1


def test_the_score_of_chances_by_hand():
    assert ranked_probability_score([1], [[0.5, 0.5]]) == 0.25
    assert ranked_probability_score([0, 2], [[1, 1], [0, 0]]) == 1


def test_a_table_without_any_spread_agrees_wholly():
    assert kappa_of(np.array([[7, 0], [0, 0]])) == 1.0
