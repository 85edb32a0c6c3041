import numpy as np
import pytest

from features.errors import ModelError
from models.green.growing import folds_of


def test_firms_never_straddle_folds_and_each_row_is_checked_once():
    firms = np.repeat(np.arange(40), 3)
    place = np.random.default_rng(0).integers(0, 4, 120)
    folds = folds_of(place, firms, 5, 0)
    for learn, check in folds:
        assert not set(firms[learn]) & set(firms[check])
    assert sorted(np.concatenate([check for _, check in folds])) == list(range(120))


def test_grades_are_spread_evenly_rare_ones_too():
    place = np.array([0] * 5 + [1] * 100 + [2] * 95)
    for _, check in folds_of(place, None, 5, 3):
        assert (place[check] == 0).sum() == 1
        assert 39 <= len(check) <= 41


def test_another_seed_deals_otherwise_and_the_same_alike():
    place = np.arange(50) % 3
    one, two, other = (folds_of(place, None, 5, seed)[0][1] for seed in (1, 1, 2))
    assert (one == two).all()
    assert one.tolist() != other.tolist()


def test_fewer_groups_than_folds_make_fewer_folds_and_one_is_an_error():
    assert len(folds_of(np.array([0, 1, 0]), np.array(["a", "b", "c"]), 5, 0)) == 3
    with pytest.raises(ModelError, match="1 groups of firms"):
        folds_of(np.array([0, 1]), np.array(["a", "a"]), 5, 0)
