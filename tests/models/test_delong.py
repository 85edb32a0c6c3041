import numpy as np
import pytest

from models.delong import auc_difference, auc_interval
from models.metrics import auc, bootstrap


def sample(rows=400, seed=0, noise=1.0):
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=rows)
    bad = (rng.random(rows) < 1 / (1 + np.exp(2 - truth))).astype(int)
    return bad, truth + noise * rng.normal(size=rows), truth


def test_the_interval_holds_the_auc_and_agrees_with_the_bootstrap():
    bad, score, _ = sample(1500)
    told, drawn = auc_interval(bad, score), bootstrap(auc, bad, score, rounds=300)
    assert told.value == pytest.approx(auc(bad, score))
    assert told.low == pytest.approx(drawn.low, abs=0.01)
    assert told.high == pytest.approx(drawn.high, abs=0.01)


def test_ties_count_half():
    bad, score = [0, 1, 0, 1], [1, 1, 1, 1]
    assert auc_interval(bad, score).value == 0.5
    bad, score, _ = sample()
    assert auc_interval(bad, score.round()).value == pytest.approx(auc(bad, score.round()))


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    truth = auc(*sample(200_000, seed=1)[:2])
    found = [auc_interval(*sample(300, seed=seed)[:2]) for seed in range(2, 302)]
    covered = np.mean([one.low <= truth <= one.high for one in found])
    assert 0.91 <= covered <= 0.985


def test_rows_told_twice_under_one_firm_make_no_interval_narrower():
    bad, score, _ = sample()
    firms = np.arange(len(bad))
    once, twice = (
        auc_interval(bad, score, firms),
        auc_interval(np.tile(bad, 2), np.tile(score, 2), np.tile(firms, 2)),
    )
    assert (twice.low, twice.high) == pytest.approx((once.low, once.high), abs=1e-9)
    blind = auc_interval(np.tile(bad, 2), np.tile(score, 2))
    assert blind.high - blind.low < 0.8 * (once.high - once.low)


def test_good_and_bad_rows_of_one_firm_are_not_independent():
    def draw(seed):
        rng = np.random.default_rng(seed)
        firm = rng.normal(size=60)
        firms, bad = np.repeat(np.arange(60), 6), np.tile([0, 0, 0, 0, 1, 1], 60)
        return bad, firm[firms] + 0.7 * bad + 0.3 * rng.normal(size=360), firms

    told = [auc_interval(*draw(seed)) for seed in range(150)]
    spread = np.std([one.value for one in told])
    assert np.mean([one.high - one.low for one in told]) / 3.92 == pytest.approx(spread, rel=0.2)


def test_a_faultless_ranking_of_few_firms_is_not_certain():
    told = auc_interval([0] * 50 + [1] * 10, range(60))
    assert told.value == told.high == 1
    assert 0.6 < told.low < 0.8
    upside_down = auc_interval([0] * 50 + [1] * 10, range(60, 0, -1))
    assert upside_down.value == upside_down.low == 0


def test_one_bad_firm_tells_nothing_about_the_spread():
    told = auc_interval([1, 1, 0, 0], [0.9, 0.8, 0.1, 0.2], ["a", "a", "b", "c"])
    assert (told.low, told.high) == (0, 1)
    gap = auc_difference([1, 1, 0, 0], [4, 3, 1, 2], [1, 2, 3, 4], ["a", "a", "b", "c"])
    assert (gap.low, gap.high) == (0, 1)


@pytest.mark.parametrize("bad", [[0, 0], [1, 1], []])
def test_one_class_alone_has_no_auc(bad):
    with pytest.raises(ValueError, match="both classes"):
        auc_interval(bad, [0.1] * len(bad))


def test_a_paired_difference_is_sharper_than_two_intervals():
    bad, score, truth = sample(1000, noise=0.4)
    gap = auc_difference(bad, truth, score)
    assert gap.value == pytest.approx(auc(bad, truth) - auc(bad, score))
    one, other = auc_interval(bad, truth), auc_interval(bad, score)
    assert gap.high - gap.low < 0.7 * np.hypot(one.high - one.low, other.high - other.low)


def test_the_difference_changes_sign_with_its_sides():
    bad, score, truth = sample()
    one, other = auc_difference(bad, truth, score), auc_difference(bad, score, truth)
    assert one.value == pytest.approx(-other.value)
    assert one.low == pytest.approx(-other.high)
