"""Comparing in folds; what `compare` says of firms set apart stands in `test_rejects.py`."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from models.reject_comparison import compare_in_folds
from models.rejects import MANNERS, fitted_on, sample


class Knowing(ClassifierMixin, BaseEstimator):
    """A model that refuses accepted firms, or groups of them, that it was fitted on; each number is one."""

    def fit(self, X, y, sample_weight=None, *, groups=None):
        """Remember."""
        self.known_, self.groups_, self.rate_ = {*X["firm"]}, groups, np.average(y, weights=sample_weight)
        return self

    def predict_proba(self, X):
        """Risk rises with debt."""
        assert self.known_.isdisjoint(X["firm"])
        risk = 1 / (1 + np.exp(-X["debt"].to_numpy()))
        return np.column_stack([1 - risk, risk])


def firms(first, many, seed):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"firm": np.arange(first, first + many) // 2, "debt": rng.normal(size=many)})


@pytest.fixture
def accepted():
    return firms(0, 200, 1)


@pytest.fixture
def bad(accepted):
    rng = np.random.default_rng(2)
    return (rng.random(200) < 1 / (1 + np.exp(1 - accepted["debt"]))).astype(int).to_numpy()


def test_no_model_meets_a_group_that_it_knows(accepted, bad):
    found = compare_in_folds(
        Knowing(), accepted, bad, firms(1000, 60, 3), groups=accepted["firm"], manners=("parcelling", "fuzzy")
    )
    assert [(one.manner, one.rows) for one in found] == [
        ("accepted", 200), ("parcelling", 260), ("fuzzy", 320),
    ]  # fmt: skip
    assert found[0].bad_rate == pytest.approx(bad.mean())
    assert found[1].bad_rate > found[0].bad_rate
    assert {one.auc.value for one in found} == {found[0].auc.value}, "this model ranks alike in every manner"


def test_without_groups_rows_of_one_firm_may_straddle_folds(accepted, bad):
    with pytest.raises(AssertionError):
        compare_in_folds(Knowing(), accepted, bad, firms(1000, 60, 3), manners=("fuzzy",))


@pytest.mark.parametrize("manner", MANNERS)
def test_every_row_of_a_sample_names_its_applicant(manner, accepted, bad):
    class Guess(Knowing):
        def predict_proba(self, X):
            self.known_ = set()
            return super().predict_proba(X)

    refused = firms(1000, 60, 3)
    drawn = sample(Guess(), accepted, bad, refused, manner=manner)
    everyone = pd.concat([accepted, refused], ignore_index=True)
    pd.testing.assert_frame_equal(
        drawn.table.reset_index(drop=True), everyone.iloc[drawn.applicant].reset_index(drop=True)
    )
    assert (fitted_on(Guess(), drawn).groups_ == drawn.applicant).all()
