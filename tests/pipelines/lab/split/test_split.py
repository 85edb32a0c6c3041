"""One bank's loans as both halves see them."""

import pytest

from features.errors import ModelError, RequestError
from pipelines.lab.split import Split

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def split(world):
    return Split.of(world.sample, world.folds, KEY, "湖州银行")


def test_only_loans_that_are_learnt_from_or_judged_by_are_in_it(split, world):
    lab = (world.folds.train | world.folds.test) & (world.sample.loans["bank"] == "湖州银行").to_numpy()
    assert set(split.numbers) == set(world.sample.loans.index[lab])
    assert (split.train ^ split.test).all()


def test_it_is_the_same_after_writing_and_reading(split, tmp_path):
    split.write(tmp_path, KEY)
    again = Split.read(tmp_path, KEY)
    assert again.loans.equals(split.loans)
    assert len(again.numbers) == 0
    with pytest.raises(RequestError, match="different keys"):
        Split.read(tmp_path, bytes(32))


def test_firms_of_a_group_share_its_number_which_tells_nothing_else(split, world):
    groups = world.sample.groups[split.numbers].to_numpy()
    pairs = split.loans["group"].groupby(groups).nunique()
    assert (pairs == 1).all()
    assert split.loans["group"].nunique() == len(pairs)
    assert split.loans["group"].iloc[0] == 0  # numbered in the order of keyed loans


def test_fewer_firms_of_a_class_than_the_smallest_cell_are_refused(split):
    firms = split.loans[split.test & (split.loans["bad"] == 1)]["entity_id"].nunique()
    train = split.loans[split.train & (split.loans["bad"] == 1)]["entity_id"].nunique()
    split.refuse_few(min(firms, train))
    with pytest.raises(ModelError, match=r"part: fewer than .* firms of a class"):
        split.refuse_few(min(firms, train) + 1)
