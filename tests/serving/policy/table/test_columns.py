"""Columns of words and of days, and a column chosen out of several."""

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.policy.days import days_within_year, years_after
from serving.policy.kinds import SizeClass
from serving.policy.logic import among, by_word, choose, least, most, with_all
from serving.policy.table.days import Days, numbered
from serving.policy.table.exact import Exact
from serving.policy.table.frame import Frame
from serving.policy.table.truth import Truths
from serving.policy.table.words import Words

DATES = st.dates(date(1900, 1, 1), date(2100, 1, 1)) | st.sampled_from([date(2024, 2, 29), date(2000, 2, 29)])
FIRST = date(1970, 1, 1)


def days(frame, given_days):
    """A column of days; None is unknown."""
    there = np.array([day is not None for day in given_days])
    return Days(frame, np.array([numbered(day or FIRST) for day in given_days]), there)


def dates(found):
    """The days of a column."""
    rows = zip(found.days.tolist(), found.there, strict=True)
    return [FIRST + timedelta(days=day) if there else None for day, there in rows]


@settings(max_examples=30, deadline=None)
@given(st.lists(DATES, min_size=1, max_size=6), st.integers(0, 30))
def test_years_after_are_counted_as_for_one_firm(given_days, years):
    found = years_after(days(Frame(len(given_days)), given_days), years)
    assert dates(found) == [years_after(day, years) for day in given_days]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(DATES, DATES), min_size=1, max_size=6), st.integers(1990, 2050))
def test_days_within_a_year_are_counted_as_for_one_firm(pairs, year):
    frame = Frame(len(pairs))
    start, end = (days(frame, side) for side in zip(*pairs, strict=True))
    found = days_within_year(start, end, year)
    assert found.num.tolist() == [days_within_year(*pair, year) for pair in pairs]


def test_days_compare_with_each_other_and_with_one_day():
    frame = Frame(3)
    found = days(frame, [date(2026, 1, 1), date(2026, 1, 2), None])
    assert (found < date(2026, 1, 2)).yes.tolist() == [True, False, False]
    assert (date(2026, 1, 2) == found).yes.tolist() == [False, True, False]
    assert (found != date(2026, 1, 2)).yes.tolist() == [True, False, True]
    assert (found >= days(frame, [FIRST] * 3)).there.tolist() == [True, True, False]
    assert dates(found - timedelta(days=1))[0] == date(2025, 12, 31)
    assert among(found, [date(2026, 1, 1)]).yes.tolist() == [True, False, False]


WORDS = ("MICRO", "SMALL", "MEDIUM")


def test_words_are_told_apart_and_what_is_not_known_is_none_of_them():
    found = Words(Frame(4), np.array([0, 1, 2, -1]), WORDS)
    assert (found == SizeClass.SMALL).yes.tolist() == [False, True, False, False]
    assert (found != "SMALL").yes.tolist() == [True, False, True, True]
    assert among(found, (SizeClass.MICRO, "LARGE")).yes.tolist() == [True, False, False, False]
    assert (found == "nowhere").no.all()


def test_what_stands_beside_a_word_is_asked_only_where_the_word_occurs():
    found = Words(Frame(3), np.array([0, 1, -1]), WORDS)
    beside = by_word(
        found, {"MICRO": Fraction(1, 3), "SMALL": lambda: Fraction(1, 4), "MEDIUM": lambda: 1 / 0}
    )
    assert beside.there.tolist() == [True, True, False]
    assert [Fraction(int(num), beside.den) for num in beside.num[:2]] == [Fraction(1, 3), Fraction(1, 4)]


def test_chosen_words_and_days_and_numbers_keep_their_rows():
    frame = Frame(3)
    truth = Truths(frame, np.array([True, False, False]), np.array([False, True, False]))
    words = choose(truth, "A", Words(frame, np.array([0, 0, 0]), ("B",)))
    assert [words.words[code] if code >= 0 else None for code in words.codes] == ["A", "B", None]
    assert dates(choose(truth, date(2026, 1, 1), None)) == [date(2026, 1, 1), None, None]
    numbers = choose(truth, 5, Exact.of(frame, Fraction(1, 2)))
    assert (numbers.num / numbers.den).tolist()[:2] == [5, 0.5]
    assert numbers.there.tolist() == [True, True, False]
    assert choose(truth, None, None) is None


def test_least_and_most_are_taken_row_by_row():
    frame = Frame(2)
    one, two = Exact(frame, np.array([1, 5]), 1, frame.full(True)), Exact.of(frame, 3)
    assert least(one, two).num.tolist() == [1, 3]
    assert most(one, two).num.tolist() == [3, 5]
    assert with_all(least, one, None) is None


@pytest.mark.parametrize("column", [Days.of(Frame(1), FIRST), Words.of(Frame(1), "A"), Exact.of(Frame(1), 1)])
def test_a_column_of_one_kind_does_not_compare_with_another(column):
    with pytest.raises(TypeError):
        _ = column < object()


def test_many_days_close_together_are_counted_as_few():
    given_days = [date(2024, 2, 25) + timedelta(days=step % 9) for step in range(40)]
    found = years_after(days(Frame(40), given_days), 1)
    assert dates(found) == [years_after(day, 1) for day in given_days]
