from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError
from models.lab.sample import Sample
from models.splits import refuse_leak


def tiny(**changes):
    """Two loans of one firm and one of another."""
    index = pd.Index(["a", "b", "c"], name="loan_id")
    days = pd.to_datetime(["2024-01-10", "2024-03-31", "2024-05-05"])
    loans = pd.DataFrame(
        {
            "entity_id": ["x", "x", "y"],
            "bank": ["A", "B", "A"],
            "application_date": days,
            "window_end": days + pd.DateOffset(months=12),
            "bad": [0, 1, 0],
        },
        index=index,
    )
    given = {
        "loans": loans,
        "platform": pd.DataFrame({"sales": [1.0, 2.0, 3.0], "age": [4.0, 5.0, 6.0]}, index=index),
        "bank": pd.DataFrame({"inflow": [7.0, 8.0, 9.0], "age": [1.0, 1.0, 2.0]}, index=index),
        "groups": loans["entity_id"],
    }
    return Sample(**(given | changes))


def test_the_banks_column_is_renamed_only_where_the_platform_has_the_name():
    assert [*tiny().pooled.columns] == ["sales", "age", "inflow", "bank: age"]
    assert tiny().pooled["bank: age"].tolist() == [1.0, 1.0, 2.0]
    assert [tiny().side_of(name) for name in tiny().pooled] == ["platform", "platform", "bank", "bank"]


def test_a_column_of_nobody_has_no_side():
    with pytest.raises(ModelError, match="neither the platform's nor the bank's"):
        tiny().side_of("other")


@pytest.mark.parametrize("part", ["platform", "bank", "groups"])
def test_a_part_with_other_loans_is_refused(part):
    with pytest.raises(ModelError, match=rf"{part}: its 2 rows are not the 3 loans: 1 are missing"):
        tiny(**{part: getattr(tiny(), part).iloc[:2]})


def test_the_same_loans_in_another_order_are_refused_and_said_to_be_the_same():
    with pytest.raises(ModelError, match="the same in another order"):
        tiny(bank=tiny().bank.iloc[::-1])


def test_a_loan_that_stands_twice_is_refused():
    with pytest.raises(ModelError, match="1 of 3 rows repeat a loan_id"):
        tiny(loans=tiny().loans.set_axis(["a", "a", "c"], axis="index"))


@pytest.mark.parametrize("column", ["bad", "window_end", "entity_id"])
def test_a_missing_label_or_day_is_refused(column):
    loans = tiny().loans.astype({"bad": "Int64"})
    loans[column] = loans[column].where([True, True, False])
    with pytest.raises(ModelError, match=f"{column} is missing in 1 of 3 rows"):
        tiny(loans=loans)


def test_a_label_of_other_values_is_refused():
    with pytest.raises(ModelError, match="bad holds 2; expected 0 and 1"):
        tiny(loans=tiny().loans.assign(bad=[0, 1, 2]))


def test_a_loan_table_without_a_column_is_refused():
    with pytest.raises(ModelError, match="missing columns: window_end"):
        tiny(loans=tiny().loans.drop(columns="window_end"))


def test_a_column_that_stands_twice_is_refused():
    twice = pd.concat([tiny().bank, tiny().bank[["inflow"]]], axis="columns")
    with pytest.raises(ModelError, match="bank: columns stand twice: inflow"):
        tiny(bank=twice)


def test_a_renamed_column_may_not_meet_a_column_of_the_platform():
    platform = tiny().platform.assign(**{"bank: age": 0.0})
    with pytest.raises(ModelError, match="both sides have the columns bank: age"):
        tiny(platform=platform)


def test_a_firm_in_two_groups_is_refused():
    with pytest.raises(ModelError, match="the loans of 1 firms are in more than one group"):
        tiny(groups=pd.Series(["g", "h", "y"], index=tiny().groups.index))


def test_errors_name_no_loan_and_no_firm():
    with pytest.raises(ModelError) as refused:
        tiny(groups=pd.Series(["g", "secret-group", "y"], index=tiny().groups.index))
    assert "secret" not in str(refused.value)


def test_outcomes_are_known_only_once_the_window_is_over():
    told = tiny().outcomes(pd.Timestamp("2025-04-01"))
    assert told["mature"].tolist() == [True, True, False]
    assert told["bad"].tolist() == [False, True, pd.NA]
    assert told["window_months"].tolist() == [12, 12, 12]


def test_folds_leak_neither_time_nor_firm(sample, folds, as_of):
    outcomes, of_firm = sample.outcomes(as_of), sample.groups.set_axis(sample.loans["entity_id"])
    for train, test in folds.folds:
        refuse_leak(train, test, outcomes, of_firm[~of_firm.index.duplicated()])


def test_chosen_loans_keep_all_their_parts(sample):
    rows = np.arange(len(sample)) % 3 == 0
    part = sample.where(rows)
    assert part.pooled.equals(sample.pooled[rows])
    assert part.bad.equals(sample.bad[rows])
    assert replace(part, meanings={}).groups.equals(sample.groups[rows])
