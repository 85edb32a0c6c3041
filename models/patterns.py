"""Trees as tables: what each column gives to a margin, for every pattern of answers to a tree's questions.

Path-dependent TreeSHAP (Lundberg 2020): a column that is not known is averaged over the firms of training
that reached the same node. So what a tree gives to a firm depends only on which of its questions the firm
answers with yes. A tree is cut into parts of a few questions; every pattern of answers is worked out once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.leaf_values import Leaf, Outline, tables_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Node = dict[str, Any]
"""A node as LightGBM's `dump_model` writes it."""

Turn = tuple[Node, bool]
"""A node that was passed, and whether to the left."""

Way = tuple[float, list[Turn]]
"""A leaf's value, and the turns on the way to it from the root of its tree."""

MOST_QUESTIONS = 8
"""Questions of one part: a table of 2⁸ patterns stays in the processor's cache."""

ENDLESS = 1e300
"""How `dump_model` writes infinity: such a question only tells whether a value is missing."""


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
    found = [part for root in roots for part in _parts(root, [])]
    made = tables_of([_outline(splits, ways) for splits, ways in found])
    return [
        Part([_question(split) for split in splits], _columns(splits), table, margins)
        for (splits, _), (table, margins) in zip(found, made, strict=True)
    ]


def _is_plain(node: Node, depth: int = 0) -> bool:
    if "leaf_value" in node:
        return "leaf_coeff" not in node and depth <= MOST_QUESTIONS
    sides = (node["left_child"], node["right_child"])
    return node["missing_type"] != "Zero" and all(_is_plain(side, depth + 1) for side in sides)


def _parts(node: Node, above: list[Turn]) -> Iterator[tuple[list[Node], list[Way]]]:
    """The largest subtrees of which all questions, those above included, make one pattern.

    A tree without any question is a part of one pattern, which gives no column anything.
    """
    splits = [split for split, _ in above] + _splits(node)
    if len(splits) > MOST_QUESTIONS:
        yield from _parts(node["left_child"], [*above, (node, True)])
        yield from _parts(node["right_child"], [*above, (node, False)])
    else:
        yield splits, list(_ways(node, above))


def _splits(node: Node) -> list[Node]:
    if "leaf_value" in node:
        return []
    return [node, *_splits(node["left_child"]), *_splits(node["right_child"])]


def _ways(node: Node, above: list[Turn]) -> Iterator[Way]:
    """The value of each leaf below a node, and the turns on the way to it from the root of its tree."""
    if "leaf_value" in node:
        yield node["leaf_value"], above
        return
    yield from _ways(node["left_child"], [*above, (node, True)])
    yield from _ways(node["right_child"], [*above, (node, False)])


def _outline(splits: list[Node], ways: list[Way]) -> Outline:
    places = {split["split_index"]: place for place, split in enumerate(splits)}
    columns = {column: place for place, column in enumerate(_columns(splits))}
    return Outline(len(splits), len(columns), [_leaf(value, turns, places, columns) for value, turns in ways])


def _columns(splits: list[Node]) -> list[int]:
    return list(dict.fromkeys(split["split_feature"] for split in splits))


def _question(node: Node) -> Question:
    column = node["split_feature"]
    if node["decision_type"] == "==":
        codes = [int(code) for code in node["threshold"].split("||")]
        words = np.zeros(max(codes) + 2, dtype=bool)
        words[codes] = True
        return Question(column, np.nan, words, missing_left=False)
    most = float(node["threshold"])
    most = np.inf if most >= ENDLESS else most
    # where none was missing in training, LightGBM takes a missing value for zero
    missing_left = node["default_left"] if node["missing_type"] == "NaN" else most >= 0
    return Question(column, most, None, missing_left)


def _leaf(value: float, turns: list[Turn], places: dict[int, int], columns: dict[int, int]) -> Leaf:
    unknown: dict[int, float] = {}
    for node, left in turns:
        column = node["split_feature"]
        unknown[column] = unknown.get(column, 1.0) * _share(node, left=left)
    slots = {column: slot for slot, column in enumerate(unknown)}
    passed = [(places[node["split_index"]], left, slots[node["split_feature"]]) for node, left in turns]
    return Leaf(value, [columns[column] for column in unknown], list(unknown.values()), passed)


def _share(node: Node, *, left: bool) -> float:
    """The share of a node's firms of training that went this way."""
    side = node["left_child" if left else "right_child"]
    reached: int = side["leaf_count"] if "leaf_value" in side else side["internal_count"]
    return reached / node["internal_count"]
