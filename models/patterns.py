"""Trees as tables: what each column gives to a margin, for every pattern of answers to a tree's questions.

Path-dependent TreeSHAP (Lundberg 2020): a column that is not known is averaged over the firms of training
that reached the same node. So what a tree gives to a firm depends only on which of its questions the firm
answers with yes. A tree is cut into parts of a few questions; every pattern of answers is worked out once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Node = dict[str, Any]
"""A node as LightGBM's `dump_model` writes it."""

Turn = tuple[Node, bool]
"""A node that was passed, and whether to the left."""

MOST_QUESTIONS = 8
"""Questions of one part: a table of 2⁸ patterns stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Question:
    """One split of a tree.

    Attributes:
        column: The column asked about.
        most: Values up to this one go left.
        words: By code of the category whether it goes left, and False behind the last; None for a number.
        missing_left: Whether a missing value goes left.
    """

    column: int
    most: float
    words: Bools | None
    missing_left: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Leaves of a tree that hang together, and the questions on the ways to them.

    Attributes:
        questions: A pattern's bits are their answers, 1 for left; the first is the highest bit.
        columns: The columns that the questions ask about.
        table: What each column gives (axis 0) for every pattern (axis 1).
        margins: For every pattern the value of the leaf that it leads to; 0 where another part has it.
    """

    questions: list[Question]
    columns: list[int]
    table: Floats
    margins: Floats


def parts_of(dump: Node) -> list[Part] | None:
    """All trees of a booster, in parts, in order.

    Args:
        dump: The booster as `dump_model` gives it.

    Returns:
        None where a tree is deeper than 8, has functions for leaves or takes zero for missing, or where the
        booster has several margins or averages its trees.
    """
    roots = [tree["tree_structure"] for tree in dump["tree_info"]]
    several = dump["num_tree_per_iteration"] != 1 or dump["average_output"]
    if several or not all(_is_plain(root) for root in roots):
        return None
    return [part for root in roots for part in _parts(root, [])]


def _is_plain(node: Node, depth: int = 0) -> bool:
    if "leaf_value" in node:
        return "leaf_coeff" not in node and depth <= MOST_QUESTIONS
    sides = (node["left_child"], node["right_child"])
    return node["missing_type"] != "Zero" and all(_is_plain(side, depth + 1) for side in sides)


def _parts(node: Node, above: list[Turn]) -> Iterator[Part]:
    """The largest subtrees of which all questions, those above included, make one pattern.

    A tree without any question is a part of one pattern, which gives no column anything.
    """
    splits = [split for split, _ in above] + _splits(node)
    if len(splits) > MOST_QUESTIONS:
        yield from _parts(node["left_child"], [*above, (node, True)])
        yield from _parts(node["right_child"], [*above, (node, False)])
    else:
        yield _part(splits, list(_ways(node, above)))


def _splits(node: Node) -> list[Node]:
    if "leaf_value" in node:
        return []
    return [node, *_splits(node["left_child"]), *_splits(node["right_child"])]


def _ways(node: Node, above: list[Turn]) -> Iterator[tuple[float, list[Turn]]]:
    """The value of each leaf below a node, and the turns on the way to it from the root of its tree."""
    if "leaf_value" in node:
        yield node["leaf_value"], above
        return
    yield from _ways(node["left_child"], [*above, (node, True)])
    yield from _ways(node["right_child"], [*above, (node, False)])


def _part(splits: list[Node], ways: list[tuple[float, list[Turn]]]) -> Part:
    bits = np.arange(2 ** len(splits)) >> np.arange(len(splits))[::-1, None] & 1
    answers = {split["split_index"]: row for split, row in zip(splits, bits.astype(bool), strict=True)}
    table = {split["split_feature"]: np.zeros(bits.shape[1]) for split in splits}
    leaves = [_leaf(value, turns, answers) for value, turns in ways]
    for count in {len(leaf.columns) for leaf in leaves} - {0}:
        alike = [leaf for leaf in leaves if len(leaf.columns) == count]
        for leaf, given in zip(alike, _given(alike, count), strict=True):
            for column, values in zip(leaf.columns, given, strict=True):
                table[column] += values
    margins = np.sum([leaf.value * leaf.known.all(axis=0) for leaf in leaves], axis=0)
    given = np.array(list(table.values())).reshape(len(table), bits.shape[1])
    return Part([_question(split) for split in splits], list(table), given, margins)


def _question(node: Node) -> Question:
    column = node["split_feature"]
    if node["decision_type"] == "==":
        codes = [int(code) for code in node["threshold"].split("||")]
        words = np.zeros(max(codes) + 2, dtype=bool)
        words[codes] = True
        return Question(column, np.nan, words, missing_left=False)
    most = float(node["threshold"])
    # where none was missing in training, LightGBM takes a missing value for zero
    missing_left = node["default_left"] if node["missing_type"] == "NaN" else most >= 0
    return Question(column, most, None, missing_left)


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A leaf and the way to it.

    Attributes:
        value: The leaf's value.
        columns: The columns asked about on the way.
        known: By column and pattern, 1 where a firm of which the column is known gets through.
        unknown: By column, the share of the firms of training that its questions let through.
    """

    value: float
    columns: list[int]
    known: Floats
    unknown: Floats


def _leaf(value: float, turns: list[Turn], answers: dict[int, Bools]) -> _Leaf:
    known: dict[int, Bools] = {}
    unknown: dict[int, float] = {}
    for node, left in turns:
        column, fits = node["split_feature"], answers[node["split_index"]] == left
        known[column] = known[column] & fits if column in known else fits
        unknown[column] = unknown.get(column, 1.0) * _share(node, left=left)
    through = np.array(list(known.values()), float).reshape(len(known), -1 if known else 1)
    return _Leaf(value, list(known), through, np.array(list(unknown.values())))


def _share(node: Node, *, left: bool) -> float:
    """The share of a node's firms of training that went this way."""
    side = node["left_child" if left else "right_child"]
    reached: int = side["leaf_count"] if "leaf_value" in side else side["internal_count"]
    return reached / node["internal_count"]


def _given(leaves: list[_Leaf], count: int) -> Floats:
    """What leaves give (axis 0) to each of the `count` columns on their way (1), by pattern (2).

    A column's Shapley value is what it adds to the leaf's value when it becomes known, averaged over the
    orders in which the columns may become known.
    """
    values = np.array([leaf.value for leaf in leaves])[:, None]
    known = np.array([leaf.known for leaf in leaves])
    unknown = np.array([leaf.unknown for leaf in leaves])[:, :, None]
    orders = [factorial(size) * factorial(count - 1 - size) / factorial(count) for size in range(count)]
    given = np.empty(known.shape)
    for column in range(count):
        others = [other for other in range(count) if other != column]
        through = np.tensordot(orders, _through(known[:, others], unknown[:, others]), 1)
        given[:, column] = values * (known[:, column] - unknown[:, column]) * through
    return given


def _through(known: Floats, unknown: Floats) -> Floats:
    """What share comes through when k of the columns are known (axis 0), summed over such sets of columns."""
    through = np.zeros((known.shape[1] + 1, known.shape[0], known.shape[2]))
    through[0] = 1.0
    for column in range(known.shape[1]):
        through[1:] = unknown[:, column] * through[1:] + known[:, column] * through[:-1]
        through[0] *= unknown[:, column]
    return through
