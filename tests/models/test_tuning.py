import pytest

from features.errors import ModelError
from models.credit import CreditModel
from models.tuning import tune

FEW = {"n_estimators": 50}
"""Quick enough for a test."""


@pytest.fixture(scope="module")
def tuned(firms):
    return tune(firms.table, firms.bad, trials=3, seed=1, **FEW)


def test_the_same_seed_and_trials_find_the_same(firms, tuned):
    again = tune(firms.table, firms.bad, trials=tuned.trials, seed=1, **FEW)
    assert (again.parameters, again.losses, again.loss) == (tuned.parameters, tuned.losses, tuned.loss)


def test_more_trials_begin_with_the_same_ones(firms, tuned):
    longer = tune(firms.table, firms.bad, trials=4, seed=1, **FEW)
    assert longer.losses[:3] == tuned.losses


def test_what_is_found_is_never_worse_than_the_defaults(tuned):
    assert tuned.loss <= tuned.default_loss
    assert tuned.trials == 3 == len(tuned.losses)


def test_parameters_make_a_model(firms, tuned):
    model = CreditModel(**(FEW | tuned.parameters)).fit(firms.table, firms.bad)
    assert model.predict_proba(firms.table).shape == (len(firms.bad), 2)


def test_settings_that_only_luck_prefers_are_not_taken(firms, monkeypatch):
    monkeypatch.setattr("models.tuning.CERTAINTY", 1e9)
    assert tune(firms.table, firms.bad, trials=1, **FEW).parameters == {}


def test_a_small_budget_ends_after_one_trial(firms):
    assert tune(firms.table, firms.bad, seconds=1e-6, **FEW).trials == 1


def test_where_time_is_known_the_newest_rows_judge(firms):
    days = [f"2024-{1 + row % 12:02d}-01" for row in range(len(firms.bad))]
    later = tune(firms.table, firms.bad, time=days, trials=1, **FEW)
    assert later.losses != tune(firms.table, firms.bad, trials=1, **FEW).losses


@pytest.mark.parametrize("budget", [{"seconds": 0}, {"trials": 0}])
def test_a_budget_of_nothing_is_refused(firms, budget):
    with pytest.raises(ModelError, match="expected more than none"):
        tune(firms.table, firms.bad, **budget)


def test_newer_rows_of_one_class_cannot_judge(firms):
    days = ["2024-12-01" if bad else "2024-01-01" for bad in firms.bad]
    with pytest.raises(ModelError, match="hold one class only; tune without time"):
        tune(firms.table, firms.bad, time=days, trials=1, **FEW)
