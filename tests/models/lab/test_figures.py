import numpy as np
import pytest

from models.lab.figures import between, compared, draws, figures, recovered
from models.metrics import auc, calibration_ratio, ks


@pytest.fixture(scope="module")
def loans():
    """Bads, three scores of them of growing worth, and firms of two loans each."""
    rng = np.random.default_rng(0)
    bad = (rng.random(1200) < 0.2).astype(int)
    noise = rng.normal(size=1200)
    scores = [1 / (1 + np.exp(2 - worth * bad - noise)) for worth in (0.5, 1.0, 1.5)]
    return bad, scores, np.arange(1200) // 2


def test_figures_are_those_of_the_metrics(loans):
    bad, (_, score, _), firms = loans
    told = figures(bad, np.round(score, 2), firms, rounds=20)
    assert told.auc.value == pytest.approx(auc(bad, np.round(score, 2)))
    assert told.ks.value == pytest.approx(ks(bad, np.round(score, 2)))
    assert told.calibration.value == pytest.approx(calibration_ratio(bad, np.round(score, 2)))


def test_lift_is_the_worst_tenths_rate_over_that_of_all():
    bad, score = np.repeat([1, 0], [5, 95]), np.linspace(1, 0.01, 100)
    assert figures(bad, score, np.arange(100), rounds=5).lift_10.value == pytest.approx(10.0)
    assert figures(bad, np.full(100, 0.05), np.arange(100), rounds=5).lift_10.value == pytest.approx(1.0)


def test_firms_are_drawn_whole():
    groups = np.array(["a", "a", "b", "c", "c"])
    for weight in draws(groups, 20):
        assert weight[0] == weight[1]
        assert weight[3] == weight[4]
        assert weight[[0, 2, 3]].sum() == 3


def test_intervals_of_dependent_loans_are_wider(loans):
    bad, (_, score, _), firms = loans
    bads, scores = np.repeat(bad[::2], 2), np.repeat(score[::2], 2)
    alone = figures(bads, scores, np.arange(1200), rounds=100).ks
    together = figures(bads, scores, firms, rounds=100).ks
    assert together.high - together.low > 1.2 * (alone.high - alone.low)


def test_the_difference_is_paired(loans):
    bad, (_, score, better), firms = loans
    told = compared(bad, {"one": better, "other": score, "same": score}, firms, rounds=50)
    assert told.gain("one", "other").auc.low > 0
    assert told.gain("one", "other").ks.low > 0
    same = told.gain("same", "other")
    assert (same.auc.low, same.auc.high, same.ks.low, same.ks.high) == (0, 0, 0, 0)


def test_a_split_as_good_as_pooling_recovers_all_and_the_bank_alone_nothing(loans):
    bad, (bank, split, pooled), firms = loans
    told = {"pooled_pd": pooled, "bank_pd": bank, "bad": bad, "groups": firms, "rounds": 60}
    assert recovered(split_pd=pooled, **told).value == 1.0
    assert recovered(split_pd=bank, **told).value == 0.0
    half = recovered(split_pd=split, **told)
    assert 0 < half.low < half.value < half.high < 1


def test_where_pooling_adds_nothing_there_is_no_share_to_speak_of(loans):
    bad, (bank, split, _), firms = loans
    told = recovered(bank, split, bank, bad, firms, rounds=30)
    assert np.isnan(told.value)
    assert (told.low, told.high) == (-np.inf, np.inf)
    # two scores of the same worth: one ranks better by chance, which many draws of firms do not bear out
    twin = 0.5 * bad + np.random.default_rng(1).normal(size=len(bad))
    pooled, other = sorted([twin, bank], key=lambda score: -auc(bad, score))
    hardly = recovered(pooled, other, split, bad, firms, rounds=60)
    assert np.isfinite(hardly.value)
    assert (hardly.low, hardly.high) == (-np.inf, np.inf)


def test_a_range_holds_its_figure():
    told = between(2.0, np.array([0.0, 1.0, np.nan]))
    assert told.low <= 2.0 <= told.high


def test_the_same_seed_gives_the_same_interval(loans):
    bad, (_, score, _), firms = loans
    one, other = (figures(bad, score, firms, rounds=20, seed=3) for _ in range(2))
    assert one == other
