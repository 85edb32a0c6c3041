"""Splits: later than what was learnt, other firms than those learnt from, and no leak accepted."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

from features.errors import ModelError
from models.splits import out_of_time, out_of_time_and_firm, refuse_leak


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


def of_two_lengths(as_of="2025-07-01"):
    """Every month one loan with a window of 9 months and one of 15, mature where the window is over."""
    short, long = (
        outcomes(MONTHLY, window_months=months).assign(
            window_end=lambda all_, months=months: all_["application_date"] + pd.DateOffset(months=months)
        )
        for months in (9, 15)
    )
    both = pd.concat([short, long], ignore_index=True).assign(as_of=pd.Timestamp(as_of))
    return both.assign(mature=both["window_end"] <= both["as_of"])


def test_where_windows_differ_the_test_ends_where_even_the_longest_is_over():
    table = of_two_lengths()
    split = out_of_time(table)
    assert table["mature"].any()
    assert split.test_period[1] == pd.Timestamp("2024-04-01")
    assert table.loc[split.test, "window_months"].value_counts().to_dict() == {9: 6, 15: 6}
    assert (table.loc[split.train, "window_end"] < split.test_period[0]).all()


def test_a_history_shorter_than_the_longest_window_names_it():
    table = of_two_lengths("2023-04-01").assign(window_months=lambda all_: all_["window_months"] + 24)
    with pytest.raises(
        ModelError, match="no mature application is older than the longest window of 39 months"
    ):
        out_of_time(table)


@st.composite
def tapes(draw):
    """Loans of firms in groups over four years: everyone borrows, some default."""
    count = draw(st.integers(40, 120))
    firms = draw(st.integers(6, 25))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    firm = rng.integers(0, firms, count)
    # Every firm borrows early and late, so that there is something to learn from and to test.
    firm = np.concatenate([firm, np.arange(firms), np.arange(firms)])
    days = np.concatenate([rng.integers(0, 1400, count), np.full(firms, 5), np.full(firms, 1395)])
    applied = pd.Timestamp("2021-01-01") + pd.to_timedelta(days, unit="D")
    table = outcomes(
        applied,
        entity_id=[f"F{number}" for number in firm],
        bad=pd.array(rng.random(len(firm)) < 0.15, dtype="boolean"),
        grey=pd.array(rng.random(len(firm)) < 0.1, dtype="boolean"),
    )
    names = [f"F{number}" for number in range(firms)]
    groups = pd.Series([f"G{number % max(6, firms // 2)}" for number in range(firms)], index=names)
    return table, draw(st.sampled_from([groups, groups.iloc[:3], None]))


def group_names(table, groups):
    known = {} if groups is None else groups.to_dict()
    return pd.Series([known.get(name, name) for name in table["entity_id"]])


@settings(deadline=None, max_examples=40)
@given(tapes(), st.integers(2, 5), st.integers(0, 5))
def test_no_test_loan_is_lost_and_none_meets_a_model_that_knew_its_time_or_group(tape, folds, seed):
    table, groups = tape
    whole = out_of_time(table)
    split = out_of_time_and_firm(table, groups, folds=folds, seed=seed)
    tested = np.sum([test for _, test in split.folds], axis=0)
    assert (tested == whole.test.astype(int)).all(), "each test loan is tested exactly once"
    assert (split.test == whole.test).all()
    assert split.test_period == whole.test_period
    assert not (split.train & ~whole.train).any()
    group = group_names(table, groups)
    for train, test in split.folds:
        assert not (train & test).any()
        assert not set(group[train]) & set(group[test])
        assert (whole.train & ~train & ~np.isin(group, group[test])).sum() == 0, "no needless loss"
        assert table.loc[train, "window_end"].max() < table.loc[test, "application_date"].min()
        refuse_leak(train, test, table, groups)


@settings(deadline=None, max_examples=40)
@given(tapes(), st.integers(0, 3))
def test_folds_are_the_same_for_a_seed_and_hold_about_as_many_bad_loans(tape, seed):
    table, groups = tape
    one, two = (out_of_time_and_firm(table, groups, folds=3, seed=seed) for _ in range(2))
    assert all(
        (a == b).all() for pair in zip(one.folds, two.folds, strict=True) for a, b in zip(*pair, strict=True)
    )
    bad = table["bad"].to_numpy(dtype=bool)
    largest = pd.Series(bad[one.test]).groupby(group_names(table, groups)[one.test].to_numpy()).sum().max()
    held = [bad[test].sum() for _, test in one.folds]
    assert max(held) - min(held) <= largest


def test_folds_hold_about_as_many_loans_though_few_of_them_are_bad():
    table = two_years(200).assign(bad=pd.array([False] * 200 + [True] * 7 + [False] * 193, dtype="boolean"))
    tests = [test for _, test in out_of_time_and_firm(table).folds]
    assert sorted(table["bad"].to_numpy(dtype=bool)[test].sum() for test in tests) == [1, 1, 1, 2, 2]
    assert [test.sum() for test in tests] == [40] * 5


@settings(deadline=None, max_examples=40)
@given(tapes(), st.integers(0, 10_000))
def test_one_row_on_the_wrong_side_is_a_leak(tape, place):
    table, groups = tape
    train, test = out_of_time_and_firm(table, groups, folds=3).folds[0]
    group = group_names(table, groups)
    stray = np.flatnonzero(np.isin(group, group[test]) & ~test)
    row = stray[place % len(stray)]
    with pytest.raises(ModelError, match="firms or company groups are in training and in the test at once"):
        refuse_leak(train | (np.arange(len(table)) == row), test, table, groups)


def loans(drawing):
    rows = [line.split() for line in drawing.strip().splitlines()]
    table = pd.DataFrame(rows, columns=["loan_id", "entity_id", "application_date"]).set_index("loan_id")
    table["application_date"] = pd.to_datetime(table["application_date"])
    return table.assign(
        window_end=table["application_date"] + pd.DateOffset(months=12), mature=True, grey=False
    )


FOUR = loans(
    """
    L1 A 2022-01-10
    L2 B 2022-03-10
    L3 C 2023-03-10
    L4 D 2023-06-10
    """
)


def test_a_split_by_time_and_firm_passes():
    refuse_leak([True, True, False, False], [False, False, False, True], FOUR)


def test_an_outcome_complete_only_when_the_test_has_begun_is_named_with_its_days():
    with pytest.raises(ModelError) as refused:
        refuse_leak([True, True, False, False], [False, False, True, True], FOUR)
    assert str(refused.value) == (
        "1 training outcomes are complete only on or after 2023-03-10, when the test begins: L2; "
        "the last on 2023-03-10, 0 days after"
    )


def test_a_firm_on_both_sides_is_named_with_its_loans():
    table = FOUR.assign(entity_id=["A", "B", "C", "A"])
    with pytest.raises(
        ModelError, match=r"at once: A; of 'A', training has A \(loans L1\) and the test A \(loans L4\)"
    ):
        refuse_leak([True, False, False, False], [False, False, False, True], table)


def test_a_company_group_on_both_sides_is_named_with_its_firms():
    groups = pd.Series({"A": "G", "D": "G"})
    with pytest.raises(ModelError, match=r"at once: G; of 'G', training has A \(loans L1\) and the test D"):
        refuse_leak([True, False, False, False], [False, False, False, True], FOUR, groups)


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        ([True, False, False, True], [False, False, False, True], "in training and in the test at once: L4"),
        ([False] * 4, [True] * 4, "a split of 0 training and 4 test rows; both need some"),
        (
            [True] * 3,
            [True] * 4,
            r"train is bool of shape \(3,\), expected one boolean for each of 4 outcomes",
        ),
        ([0, 1, 1, 0], [True] * 4, r"train is int64 of shape \(4,\), expected one boolean"),
    ],
)
def test_a_split_that_is_none_is_refused(train, test, message):
    with pytest.raises(ModelError, match=message):
        refuse_leak(train, test, FOUR)


def two_years(firms=12):
    applied = pd.DatetimeIndex(["2022-01-10"] * firms + ["2023-08-10"] * firms)
    names = [f"F{number}" for number in range(firms)] * 2
    return outcomes(applied, entity_id=names, bad=pd.array([False] * 2 * firms, dtype="boolean"))


def test_fewer_than_two_folds_or_fewer_groups_than_folds_are_refused():
    with pytest.raises(ModelError, match="1 folds; at least two are needed"):
        out_of_time_and_firm(two_years(), folds=1)
    with pytest.raises(ModelError, match="3 company groups in the test period cannot be dealt into 5 folds"):
        out_of_time_and_firm(two_years(3), folds=5)


def test_a_fold_without_anything_to_learn_from_is_refused():
    table = two_years(4).assign(entity_id=["A"] * 4 + ["A", "B", "C", "D"])
    with pytest.raises(
        ModelError, match=r"fold \d has nothing to train on: all loans before 2023-02-11 belong"
    ):
        out_of_time_and_firm(table, folds=2)


def test_the_folds_are_a_cross_validation_of_scikit_learn():
    table = two_years(30)
    rng = np.random.default_rng(0)
    split = out_of_time_and_firm(table, folds=3)
    X, y = rng.normal(size=(60, 2)), rng.integers(0, 2, 60)
    assert len(cross_val_score(LogisticRegression(), X, y, cv=split)) == split.get_n_splits() == 3
