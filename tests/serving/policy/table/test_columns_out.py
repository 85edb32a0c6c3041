"""Columns of findings: rows that were computed again take their place, whatever the others hold."""

from datetime import date
from decimal import Decimal

import numpy as np

from serving.policy.table.columns_out import Out

THERE, NOT = np.array([True, True]), np.array([False, False])
SECOND = np.array([1])


def replaced(one, other):
    one.replace(SECOND, other)
    return one.to_arrow().to_pylist()


def test_words_of_two_lists_become_one():
    one = Out("word", np.array([0, 0]), THERE, ["A"])
    assert replaced(one, Out("word", np.array([1]), THERE[:1], ["A", "B"])) == ["A", "B"]


def test_names_stand_between_semicolons():
    one = Out("names", np.array([0, 1]), THERE, [(), ("a", "b")])
    assert one.to_arrow().to_pylist() == ["", "a;b"]


def test_whole_numbers_with_and_without_places_are_the_same():
    one = Out("whole", np.array([3, 0]), THERE, [])
    assert replaced(one, Out("number", np.array([2 * 10**12], dtype=object), THERE[:1], [], 12)) == [3, 2]
    one = Out("number", np.array([3 * 10**12, 0]), THERE, [], 12)
    assert replaced(one, Out("whole", np.array([2]), THERE[:1], [])) == [3, 2]


def test_a_column_without_values_takes_the_kind_of_the_others():
    one = Out("word", np.array([0, 0]), NOT, [""])
    assert replaced(one, Out("day", np.array([1]), THERE[:1], [])) == [None, date(1970, 1, 2)]
    one = Out("day", np.array([1, 0]), THERE, [])
    assert replaced(one, Out("word", np.array([0]), NOT[:1], [""])) == [date(1970, 1, 2), None]


def test_numbers_beyond_64_bits_stay_exact():
    one = Out("number", np.array([1, 0]), THERE, [], 2)
    assert replaced(one, Out("number", np.array([10**25], dtype=object), THERE[:1], [], 2)) == [
        Decimal("0.01"),
        Decimal(10) ** 23,
    ]


def test_numbers_that_fit_go_back_into_64_bits():
    one = Out("number", np.array([1, 0]), THERE, [], 2)
    one.replace(SECOND, Out("number", np.array([5], dtype=object), THERE[:1], [], 2))
    assert one.values.dtype == np.int64
