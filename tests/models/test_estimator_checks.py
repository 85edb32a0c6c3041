import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from models.credit import CreditModel

SMALL = {"n_estimators": 50}
"""Enough to rank the easy tables of these checks."""

REASONS = {
    "check_sample_weight_equivalence_on_dense_data": (
        "folds and rows are drawn by row, so a row of weight 2 is not drawn like two rows"
    ),
}


def _not_held(_estimator):
    return REASONS


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks([CreditModel(**SMALL)], expected_failed_checks=_not_held)
def test_it_is_a_scikit_learn_classifier(estimator, check):
    check(estimator)
