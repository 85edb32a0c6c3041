import pandas as pd
import pytest

from features.errors import ModelError
from models.splits import out_of_time


def outcomes(applied, **columns):
    table = pd.DataFrame({"application_date": pd.to_datetime(applied)})
    table["window_end"] = table["application_date"] + pd.DateOffset(months=12)
    return table.assign(**({"mature": True, "grey": False} | columns))


MONTHLY = pd.date_range("2022-01-15", "2025-06-15", freq="MS")


def test_every_training_outcome_is_complete_before_the_test_begins():
    table = outcomes(MONTHLY)
    split = out_of_time(table, test_months=6)
    assert not (split.train & split.test).any()
    assert table.loc[split.train, "window_end"].max() < split.test_period[0]
    assert table.loc[split.test, "application_date"].min() >= split.test_period[0]
    assert split.test.sum() == 6


def test_indeterminate_loans_are_not_learnt_from_but_tested_on():
    table = outcomes(MONTHLY, grey=True)
    with pytest.raises(ModelError, match="nothing to train on"):
        out_of_time(table)


def test_a_history_too_short_for_the_gap_says_which_days_stand_in_the_way():
    with pytest.raises(
        ModelError, match="the test begins on 2024-12-02 and the first outcome is complete on 2026-01-01"
    ):
        out_of_time(outcomes(pd.date_range("2025-01-01", "2025-06-01", freq="MS")))


def test_immature_loans_alone_are_refused():
    with pytest.raises(ModelError, match="no loan has a complete performance window"):
        out_of_time(outcomes(MONTHLY, mature=False))
