import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.binning import WIDTH, Cut, evidence, fine_cut, optimal_bins, rising, weighed


def draw(rows=2000, seed=0):
    rng = np.random.default_rng(seed)
    value = rng.normal(size=rows)
    label = (rng.random(rows) < 1 / (1 + np.exp(2 - value))).astype(int)
    return value, label, np.ones(rows)


def test_weight_of_evidence_is_share_of_goods_over_share_of_bads():
    # 90 % of the goods and 30 % of the bads; 10 % and 70 %
    found = evidence(np.array([90_000.0, 10_000.0]), np.array([3_000.0, 7_000.0]))
    assert found.tolist() == pytest.approx([np.log(3), np.log(1 / 7)], abs=1e-3)


def test_a_bin_without_bads_is_safe_but_not_beyond_measure_and_one_without_firms_says_nothing():
    found = evidence(np.array([50.0, 50.0, 0.0]), np.array([0.0, 10.0, 0.0]))
    assert 0 < found[0] < 5
    assert found[2] == 0


def test_information_value_is_the_sum_over_bins():
    value, label, weight = draw()
    bins = optimal_bins(value, label, weight)
    good, bad = bins.goods / bins.goods.sum(), bins.bads / bins.bads.sum()
    assert bins.iv == pytest.approx(float(((good - bad) * bins.woe).sum()))
    assert 0.3 < bins.iv < 1.5


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1, -1]), st.integers(60, 1500))
def test_woe_never_turns_back_along_a_declared_direction(seed, direction, rows):
    rng = np.random.default_rng(seed)
    value = np.where(rng.random(rows) < 0.1, np.nan, np.round(rng.normal(size=rows), 1))
    risk = np.nan_to_num(direction * value) + 2 * np.sin(3 * np.nan_to_num(value))
    label = (rng.random(rows) < 1 / (1 + np.exp(1.5 - risk))).astype(int)
    label[:2] = 0, 1
    bins = optimal_bins(value, label, rng.uniform(0.5, 2, rows), direction)
    if isinstance(bins, str):
        return
    known = bins.woe[:-1]
    assert (np.diff(known) * -direction >= 0).all()


def test_a_wave_is_flattened_by_a_declared_direction_and_followed_without():
    value = np.linspace(0, 3, 3000)
    label = (np.random.default_rng(0).random(3000) < 0.1 + 0.3 * (np.abs(value - 1.5) > 0.75)).astype(int)
    free = optimal_bins(value, label, np.ones(3000))
    declared = optimal_bins(value, label, np.ones(3000), 1)
    assert free.iv > 2 * declared.iv


def test_missing_values_have_a_bin_of_their_own():
    value, label, weight = draw()
    value[label == 1] = np.where(np.arange((label == 1).sum()) % 2, np.nan, value[label == 1])
    bins = optimal_bins(value, label, weight)
    assert bins.bads[-1] == np.isnan(value).sum()
    assert bins.woe[-1] < -2
    assert (bins.cut.places(np.array([np.nan])) == bins.cut.bins - 1).all()


def test_known_or_not_may_be_all_that_a_variable_tells():
    value = np.where(np.arange(1000) % 2, np.nan, 7.0)
    label = np.where(np.isnan(value), 0, np.arange(1000) % 4 == 0).astype(int)
    bins = optimal_bins(value, label, np.ones(1000))
    assert bins.cut == Cut()
    assert bins.woe[0] < 0 < bins.woe[1]


def test_rare_categories_stand_together_and_all_have_a_bin():
    rng = np.random.default_rng(0)
    words = rng.choice(12, 4000, p=[0.3, 0.3, 0.3, *[0.1 / 9] * 9]).astype(float)
    label = (rng.random(4000) < np.where(words == 0, 0.05, np.where(words == 1, 0.2, 0.4))).astype(int)
    bins = optimal_bins(words, label, np.ones(4000), words=12)
    assert len(bins.cut.members) == 12
    assert len({bins.cut.members[place] for place in range(3)}) == 3
    assert len({bins.cut.members[place] for place in range(3, 12)}) == 1
    assert (bins.goods + bins.bads).sum() == 4000


@pytest.mark.parametrize(
    ("value", "direction", "reason"),
    [
        (np.full(100, np.nan), 0, "all values are missing"),
        (np.ones(100), 1, "all values are the same"),
    ],
)
def test_why_there_are_no_bins_is_said_in_words(value, direction, reason):
    label = (np.arange(100) % 3 == 0).astype(int)
    assert optimal_bins(value, label, np.ones(100), direction) == reason


def test_a_direction_against_the_data_leaves_one_bin_without_information():
    value, label, weight = draw()
    bins = optimal_bins(value, label, weight, -1)
    assert bins.cut.bins == 2
    assert bins.iv == pytest.approx(0, abs=1e-6)


def test_weights_count_like_repeated_firms():
    value, label, _ = draw(600)
    weight = np.where(np.arange(600) % 5 == 0, 3.0, 1.0)
    cut = Cut((-1.0, 0.0, 1.0))
    again = np.repeat(np.arange(600), weight.astype(int))
    weighted, repeated = (
        weighed(cut, value, label, weight),
        weighed(cut, value[again], label[again], np.ones(len(again))),
    )
    assert weighted.woe.tolist() == pytest.approx(repeated.woe.tolist())


finite = st.floats(-1e6, 1e6, allow_subnormal=False)


@given(st.lists(finite, min_size=1, max_size=300), st.integers(2, 40))
def test_every_value_lies_in_the_bin_that_its_edges_say(values, most):
    cut = fine_cut(np.array(values), most)
    places = cut.places(np.array(values))
    edges = np.array([-np.inf, *cut.edges, np.inf])
    assert (edges[places] <= values).all()
    assert (values < edges[places + 1]).all()


def test_a_value_that_many_firms_share_has_a_fine_bin_of_its_own():
    value = np.concatenate([np.zeros(500), np.random.default_rng(0).uniform(1, 2, 500)])
    cut = fine_cut(value)
    alone = cut.places(np.zeros(1))[0]
    assert (cut.places(value[value > 0]) != alone).all()


def test_a_fine_bin_lies_within_one_optimal_bin():
    coarse, fine = Cut((0.0, 2.0)), Cut((-1.0, 0.0, 1.0, 2.0, 3.0))
    assert fine.within(coarse).tolist() == [0, 0, 1, 1, 2, 2, 3]
    value = np.append(np.random.default_rng(0).uniform(-3, 5, 500), np.nan)
    assert (fine.within(coarse)[fine.places(value)] == coarse.places(value)).all()


def test_evidence_that_turns_back_is_joined_and_the_missing_bin_stays():
    found = rising(np.array([1.0, -0.2, 0.2, -1.0, 3.0]), np.ones(5), 1)
    assert found.tolist() == pytest.approx([1.0, 0.0, 0.0, -1.0, 3.0])
    assert rising(np.array([1.0, -1.0, 2.0]), np.ones(3), 0).tolist() == [1.0, -1.0, 2.0]


def test_narrower_bins_keep_apart_what_few_firms_tell():
    rng = np.random.default_rng(0)
    value, bad = rng.normal(size=2000), (rng.random(2000) < 0.1).astype(int)
    value[:60], bad[:60] = 9 + rng.random(60), rng.random(60) < 0.6
    wide, narrow = (optimal_bins(value, bad, np.ones(2000), 1, width=width) for width in (WIDTH, WIDTH / 2))
    assert max(narrow.cut.edges) > 8 > max(wide.cut.edges)
