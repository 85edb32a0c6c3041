"""Exact columns: what Fraction gives, row by row; what leaves 64 bits is marked and never wrapped."""

from decimal import Decimal
from fractions import Fraction
from operator import add, eq, ge, gt, le, lt, mul, ne, sub, truediv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.policy.money import to_fen
from serving.policy.table.exact import MOST, Exact
from serving.policy.table.frame import Frame

NUMBERS = st.builds(Fraction, st.integers(-(10**12), 10**12), st.sampled_from([1, 7, 100, 10_000]))
COLUMNS = st.lists(NUMBERS, min_size=1, max_size=5)


def column(frame, values):
    """A column over the common denominator; None is unknown."""
    known = [Fraction(value or 0) for value in values]
    den = int(np.lcm.reduce([value.denominator for value in known] or [1]))
    kind = object if frame.unbounded else np.int64
    num = np.array([int(value * den) for value in known], dtype=kind)
    return Exact(frame, num, den, np.array([value is not None for value in values]))


def values(found):
    """What a column holds, row by row."""
    dens = found.den if isinstance(found.den, np.ndarray) else [found.den] * len(found.num)
    rows = zip(found.num, dens, found.there, strict=True)
    return [Fraction(int(num), int(den)) if there else None for num, den, there in rows]


@pytest.mark.parametrize("unbounded", [False, True])
@pytest.mark.parametrize("work", [add, sub, mul])
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_arithmetic_is_that_of_fractions_wherever_it_is_not_marked(work, unbounded, data):
    one = data.draw(COLUMNS)
    two = data.draw(st.lists(NUMBERS, min_size=len(one), max_size=len(one)))
    frame = Frame(len(one), unbounded=unbounded)
    found = values(work(column(frame, one), column(frame, two)))
    assert not (unbounded and frame.wide.any())
    for row, pair in enumerate(zip(one, two, strict=True)):
        assert frame.wide[row] or found[row] == work(*pair)


@settings(max_examples=30, deadline=None)
@given(COLUMNS, st.fractions(0, 10**4, max_denominator=500))
def test_a_plain_number_stands_on_either_side(one, number):
    frame = Frame(len(one))
    left, right = values(number - column(frame, one)), values(column(frame, one) * number)
    for row, value in enumerate(one):
        assert frame.wide[row] or (left[row], right[row]) == (number - value, value * number)


@settings(max_examples=30, deadline=None)
@given(COLUMNS, st.fractions(Fraction(1, 100), 10**4, max_denominator=500))
def test_quotients_are_exact_and_unknown_where_the_divisor_is_zero(one, number):
    frame = Frame(len(one))
    by_row = values(truediv(column(frame, [number] * len(one)), column(frame, one)))
    for row, value in enumerate(one):
        assert frame.wide[row] or by_row[row] == (number / value if value else None)


@pytest.mark.parametrize("how", [lt, le, gt, ge, eq, ne])
@settings(max_examples=30, deadline=None)
@given(one=COLUMNS, number=NUMBERS | st.sampled_from([Decimal("0.045"), Decimal(10) ** 30]))
def test_comparisons_are_those_of_fractions(how, one, number):
    frame = Frame(len(one))
    held = how(column(frame, one), number)
    expected = [how(value, Fraction(number)) for value in one]
    assert held.yes.tolist() == expected
    beside = how(column(frame, one), column(frame, [*one[1:], one[0]]))
    for row, (value, other) in enumerate(zip(one, [*one[1:], one[0]], strict=True)):
        assert frame.wide[row] or bool(beside.yes[row]) == how(value, other)


def test_what_is_not_known_compares_with_nothing_and_equals_nothing():
    frame = Frame(2)
    found = column(frame, [None, Fraction(5)])
    assert (found <= 5).there.tolist() == [False, True]
    assert (found == 0).no.tolist() == [True, True]
    assert values(found + 1) == [None, 6]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.builds(abs, NUMBERS), min_size=1, max_size=5))
def test_rounding_is_half_up_as_for_one_firm(amounts):
    frame = Frame(len(amounts))
    found = column(frame, amounts).to_fen()
    by_row = (column(frame, amounts) / column(frame, [Fraction(1)] * len(amounts))).to_fen()
    for row, amount in enumerate(amounts):
        assert frame.wide[row] or found.num[row] == by_row.num[row] == int(to_fen(amount) * 100)


def test_half_a_fen_goes_up():
    frame = Frame(3)
    found = column(frame, [Fraction("0.005"), Fraction("0.0049"), Fraction("1.015")]).to_fen()
    assert found.num.tolist() == [1, 0, 102]


def test_a_product_that_leaves_64_bits_is_marked_in_its_row_alone():
    frame = Frame(3)
    column(frame, [Fraction(2**40), Fraction(3), Fraction(0)]) * column(frame, [Fraction(2**40)] * 3)
    assert frame.wide.tolist() == [True, False, False]


def test_a_factor_beyond_64_bits_marks_all_but_zero():
    frame = Frame(2)
    found = column(frame, [Fraction(0), Fraction(1)]) * (MOST * 4)
    assert frame.wide.tolist() == [False, True]
    assert found.num[0] == 0
