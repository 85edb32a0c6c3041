import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError
from models.lab.second_half import SecondHalf
from models.lab.stacking import First, fit_second, fit_stack, points_of_sides, summed
from models.metrics import auc
from models.scale import Scale


@pytest.fixture(scope="module", params=["platform", "bank"])
def stack(request, sample, folds, quick, quick_half):
    return fit_stack(sample, folds, first_side=request.param, make_first=quick, make_second=quick_half)


def tables(stack, sample):
    second = "bank" if stack.first_side == "platform" else "platform"
    return sample.columns(stack.first_side), sample.columns(second)


def test_the_sum_ranks_better_than_the_first_side_alone(stack, sample, folds):
    judged = sample.bad[folds.test]
    first = stack.first.log_odds[judged.index]
    assert auc(judged, stack.pd_) > auc(judged, first) + 0.02


def test_the_answer_is_the_sum_of_both_sides_log_odds(stack):
    first = stack.first.log_odds[stack.second.added.index]
    assert (stack.second.log_odds == stack.second.added + first).all()
    assert stack.pd_.to_numpy() == pytest.approx(summed(first, stack.second.added))


def test_the_sum_means_what_it_says_to_loans_held_out_of_training(stack, sample, folds):
    train = sample.loans.index[folds.train]
    told = summed(stack.first.log_odds[train], stack.second.model.held_out_)
    assert told.mean() == pytest.approx(sample.bad[train].mean(), abs=1e-3)


def test_points_of_both_sides_add_up_to_the_score(stack, sample):
    first, second = tables(stack, sample)
    told = points_of_sides(stack.first.model, first, stack.second.model, second)
    whole = stack.first.model.decision_function(first) + stack.second.model.added(second)
    assert np.abs(told.by_side["score"] - Scale().exact(whole)).max() < 1e-9
    columns = told.first.sum(axis=1) + told.second.sum(axis=1) + told.base
    assert np.abs(columns - Scale().exact(whole)).max() < 1e-9
    assert [*told.first] == [*first]
    assert [*told.second] == [*second]


def test_reasons_of_the_second_side_are_in_its_own_columns(stack, sample):
    _, second = tables(stack, sample)
    for row in stack.second.model.reasons(second.iloc[:5]):
        assert {reason.feature for reason in row} <= set(second)


def test_labels_of_the_test_change_no_answer(stack, turned, folds, quick, quick_half):
    again = fit_stack(turned, folds, first_side=stack.first_side, make_first=quick, make_second=quick_half)
    assert again.pd_.equals(stack.pd_)
    assert again.first.log_odds.equals(stack.first.log_odds)


def test_a_training_loans_offset_is_of_trees_that_had_not_seen_its_firm(stack, sample, folds):
    train = sample.loans.index[folds.train]
    first, _ = tables(stack, sample)
    told = stack.first.log_odds[train].to_numpy()
    assert (told == stack.first.model.held_out_).all()
    assert not np.allclose(told, stack.first.model.decision_function(first.loc[train]))


def test_a_stack_survives_saving_to_the_bit(stack, sample, tmp_path):
    _, second = tables(stack, sample)
    stack.second.model.save(tmp_path)
    again = SecondHalf.load(tmp_path)
    assert (again.added(second) == stack.second.model.added(second)).all()
    assert (again.points_by_column(second) == stack.second.model.points_by_column(second)).all()
    assert again.reference_ == stack.second.model.reference_
    assert sorted(file.name for file in tmp_path.iterdir()) == ["booster.txt", "half.json"]


def test_a_loan_without_log_odds_of_the_first_side_is_refused(stack, sample, folds, quick_half):
    _, second = tables(stack, sample)
    cut = First(stack.first.model, stack.first.log_odds.iloc[3:])
    with pytest.raises(ModelError, match=r"3 of \d+ loans have no log-odds of the first side"):
        fit_second(second, sample.bad, sample.groups, folds, cut.log_odds, make=quick_half)


def test_points_of_other_firms_scales_or_bent_curves_do_not_add_up(stack, sample):
    first, second = tables(stack, sample)
    with pytest.raises(ModelError, match="not the same"):
        points_of_sides(stack.first.model, first, stack.second.model, second.iloc[:5])
    other = SecondHalf(scale=Scale(base=500))
    with pytest.raises(ModelError, match="different scales"):
        points_of_sides(stack.first.model, first, other, second)


def test_the_sum_of_log_odds_is_a_probability():
    assert summed(np.array([-40.0, 0.0]), pd.Series([0.0, 40.0])).tolist() == pytest.approx([0, 1])
