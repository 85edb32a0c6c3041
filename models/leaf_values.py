"""What leaves give to the columns on their ways, worked out for all parts with as many questions at once.

A leaf's Shapley values depend only on which of the columns on its way let a firm through. These few cases
are worked out once a leaf; every pattern of answers to the questions of the leaf's part takes its own.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PARTS_AT_ONCE = 64
"""Parts worked out together: their tables stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf and the way to it.

    Attributes:
        value: The leaf's value.
        columns: Places, among the columns of its part, of those asked about on the way; each once.
        unknown: By column, the share of the firms of training that its questions let through.
        turns: For each question passed its place among those of the part, whether to the left, and the place
            of its column in `columns`.
    """

    value: float
    columns: list[int]
    unknown: list[float]
    turns: list[tuple[int, bool, int]]


@dataclass(frozen=True, slots=True)
class Outline:
    """A part before its tables.

    Attributes:
        questions: How many it asks.
        columns: How many columns these ask about.
        leaves: Its leaves; those that other parts have are not among them.
    """

    questions: int
    columns: int
    leaves: list[Leaf]


def tables_of(outlines: Sequence[Outline]) -> list[tuple[Floats, Floats]]:
    """For each part what each column gives (axis 0) for every pattern (axis 1), and each pattern's margin."""
    alike = defaultdict(list)
    for place, outline in enumerate(outlines):
        alike[outline.questions].append(place)
    made: list[tuple[Floats, Floats]] = [(np.empty((0, 1)), np.zeros(1))] * len(outlines)
    for questions, places in alike.items():
        for begin in range(0, len(places), PARTS_AT_ONCE):
            some = places[begin : begin + PARTS_AT_ONCE]
            for place, tables in zip(some, _tables([outlines[at] for at in some], questions), strict=True):
                made[place] = tables
    return made


def _tables(outlines: list[Outline], questions: int) -> list[tuple[Floats, Floats]]:
    """The tables of parts with as many questions."""
    bits = (np.arange(2**questions) >> np.arange(questions)[::-1, None] & 1).astype(np.bool_)
    firsts = np.cumsum([0, *(outline.columns for outline in outlines)])
    margins = np.zeros((len(outlines), bits.shape[1]))
    given = np.zeros((firsts[-1], bits.shape[1]))
    by_count = defaultdict(list)
    for place, outline in enumerate(outlines):
        for leaf in outline.leaves:
            by_count[len(leaf.columns)].append((place, leaf))
    for count, found in sorted(by_count.items()):
        parts, leaves = np.array([part for part, _ in found]), [leaf for _, leaf in found]
        values = np.array([leaf.value for leaf in leaves])
        through = _through_by_answers(leaves, count, bits)
        _add(margins, parts, values[:, None] * (through == 2**count - 1))
        small = _small_tables(values, np.array([leaf.unknown for leaf in leaves]))
        rows = firsts[parts][:, None] + np.array([leaf.columns for leaf in leaves], np.int64)
        for column in range(count):
            _add(given, rows[:, column], np.take_along_axis(small[column], through, axis=1))
    return [
        (given[begin:end], margin)
        for begin, end, margin in zip(firsts[:-1], firsts[1:], margins, strict=True)
    ]


def _add(totals: Floats, rows: Ints, values: Floats) -> None:
    """Add each row of values to its total; those of one total one after the other."""
    order = np.argsort(rows, kind="stable")
    begins = np.flatnonzero(np.diff(rows[order], prepend=-1))
    totals[rows[order][begins]] += np.add.reduceat(values[order], begins, axis=0)


def _through_by_answers(leaves: list[Leaf], count: int, bits: Bools) -> Ints:
    """By leaf (axis 0) and pattern of answers (axis 1) which columns let a firm through, the first as 1."""
    known = np.ones((len(leaves), count, bits.shape[1]), np.bool_)
    for turn in range(max(len(leaf.turns) for leaf in leaves)):
        there = [place for place, leaf in enumerate(leaves) if turn < len(leaf.turns)]
        asked, left, slot = (
            np.array(one) for one in zip(*(leaves[at].turns[turn] for at in there), strict=True)
        )
        known[there, slot] &= bits[asked] == left[:, None]
    return np.tensordot(known, 2 ** np.arange(count), (1, 0))


def _small_tables(values: Floats, unknown: Floats) -> Floats:
    """What leaves (axis 1) give to each column on their ways (0), by which columns let a firm through (2).

    A column's Shapley value is what it adds to the leaf's value when it becomes known, averaged over the
    orders in which the columns may become known.
    """
    count = unknown.shape[1]
    known = np.arange(2**count) >> np.arange(count)[:, None] & 1
    shares = unknown.T[:, :, None]
    orders = [factorial(size) * factorial(count - 1 - size) / factorial(count) for size in range(count)]
    given = np.empty((count, len(values), 2**count))
    for column in range(count):
        others = [other for other in range(count) if other != column]
        through = np.tensordot(orders, _through(known[others], shares[others]), 1)
        given[column] = values[:, None] * (known[column] - shares[column]) * through
    return given


def _through(known: Ints, unknown: Floats) -> Floats:
    """What share comes through when k of the columns are known (axis 0), summed over such sets of columns."""
    through = np.zeros((len(known) + 1, unknown.shape[1] if len(known) else 1, known.shape[1]))
    through[0] = 1.0
    for passes, share in zip(known, unknown, strict=True):
        through[1:] = share * through[1:] + passes * through[:-1]
        through[0] *= share
    return through
