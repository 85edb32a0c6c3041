"""Columns of truths: Kleene's tables row by row, with the missing facts of each row."""

from itertools import product

import numpy as np
import pytest

from serving.policy.logic import Unknown, both, certainly, choose, either, negation
from serving.policy.table.frame import Frame
from serving.policy.table.truth import Truths

THREE = (True, False, Unknown(("here",)))
OTHERS = (True, False, Unknown(("there",)))
PAIRS = list(product(THREE, OTHERS))


def column(frame, truths):
    """A column of one firm's truths."""
    yes, no = (np.array([truth is value for truth in truths]) for value in (True, False))
    names = dict.fromkeys(name for truth in truths if isinstance(truth, Unknown) for name in truth.missing)
    gaps = [(n, np.array([isinstance(t, Unknown) and n in t.missing for t in truths])) for n in names]
    return Truths(frame, yes, no, gaps)


def rows(found):
    """What a column says, row by row, as of one firm."""
    told = []
    for row, (yes, no) in enumerate(zip(found.yes, found.no, strict=True)):
        missing = tuple(name for name, there in found.gaps if there[row])
        told.append(True if yes else False if no else Unknown(missing))
    return told


@pytest.mark.parametrize("work", [both, either])
def test_columns_are_joined_as_single_truths_are(work):
    frame = Frame(len(PAIRS))
    one, two = (column(frame, truths) for truths in zip(*PAIRS, strict=True))
    assert rows(work(one, two)) == [work(*pair) for pair in PAIRS]


@pytest.mark.parametrize("work", [both, either])
@pytest.mark.parametrize("plain", THREE)
def test_a_plain_truth_stands_on_either_side(work, plain):
    frame = Frame(3)
    for found, expected in (
        (work(plain, column(frame, OTHERS)), [work(plain, other) for other in OTHERS]),
        (work(column(frame, OTHERS), plain), [work(other, plain) for other in OTHERS]),
    ):
        assert rows(Truths.of(frame, found)) == expected


def test_what_became_known_is_missing_no_more():
    frame = Frame(1)
    settled = both(column(frame, [Unknown(("here",))]), column(frame, [False]))
    assert rows(either(settled, column(frame, [Unknown(("there",))]))) == [Unknown(("there",))]


def test_negation_and_certainty():
    frame = Frame(3)
    assert rows(negation(column(frame, THREE))) == [negation(truth) for truth in THREE]
    assert rows(certainly(column(frame, THREE))) == [certainly(truth) for truth in THREE]


def test_a_choice_takes_each_side_in_its_rows_and_asks_no_more():
    frame = Frame(3)
    asked = []

    def then():
        asked.append(frame.asked.tolist())
        return False

    found = choose(column(frame, THREE), then, Unknown(("other",)))
    assert rows(found) == [False, Unknown(("other",)), Unknown(("here",))]
    assert asked == [[True, False, False]]
    assert frame.asked.all()


def test_a_side_that_nobody_chooses_is_not_asked():
    found = choose(column(Frame(2), [False, False]), lambda: 1 / 0, True)
    assert rows(found) == [True, True]


def test_a_column_is_no_single_truth():
    with pytest.raises(TypeError, match="use both, either, negation and choose"):
        bool(column(Frame(1), [True]))
