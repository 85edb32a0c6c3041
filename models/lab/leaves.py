"""How many firms stand behind a leaf of a model that leaves, and trees without small leaves.

A leaf's value is a mean over the firms in it, so no leaf may hold fewer than the smallest cell. LightGBM
estimates the rows of a leaf from sums of its gradients while it looks for a question, and writes down the
true number afterwards: with `min_data_in_leaf=10` leaves of five rows are found in its trees. And a leaf's
rows are loans, of which a firm may have several. `enough_rows` says how many rows surely hold enough firms,
and `full_leaves` leaves out every question that would part fewer.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import lightgbm as lgb
import pandas as pd

from features.errors import ModelError
from models.lab.booster_text import BoosterText, Tree, asks, numbers

CATEGORICAL = 1
"""The bit of a decision type by which a question is one of words."""

TREES, DEPTH, LEAVES = 100, 3, 8
"""Most trees, questions from root to leaf, and leaves of one size that the rows would fill, in what leaves.

Measured on 2,000 loans of the embedded city, four fifths of them learnt from: the attack with a reference
model finds members with AUC 0.54, against 0.60 in a model of the usual shape; later loans are ranked alike.
"""

ASKED = ("split_feature", "split_gain", "decision_type", "internal_value", "internal_weight")
"""Lines with a number for each question that need no renumbering."""


def smallest_leaf(booster: lgb.Booster) -> int:
    """Rows in the smallest leaf of all trees; trees of a single leaf ask nothing and do not count.

    Raises:
        ModelError: No tree asks anything.
    """
    trees = BoosterText.read(booster.model_to_string()).trees
    counts = [count for tree in trees if asks(tree) for count in numbers(tree, "leaf_count")]
    if not counts:
        raise ModelError("no tree of the model asks a question; there is nothing to look at")
    return int(min(counts))


def refuse_small_leaves(booster: lgb.Booster, smallest: int) -> int:
    """The smallest leaf, where it holds enough rows.

    Args:
        booster: What is about to leave.
        smallest: Fewest rows that a leaf may hold.

    Raises:
        ModelError: A leaf holds fewer; the message tells no count below the cell.
    """
    found = smallest_leaf(booster)
    if found < smallest:
        raise ModelError(
            f"a leaf of the model holds fewer than {smallest} firms; fit it with min_data_in_leaf={smallest} "
            "and take out what LightGBM let pass with models.lab.leaves.full_leaves"
        )
    return found


def enough_rows(firms: Sequence[Hashable] | pd.Series, smallest: int) -> int:
    """The fewest rows that surely are of `smallest` different firms, whichever rows they are.

    Nine firms hold at most the rows of the nine that have most; one row more is of a tenth.

    Args:
        firms: The firm of each row of training.
        smallest: Fewest firms of a leaf.

    Raises:
        ModelError: There are fewer firms at all.

    >>> enough_rows(["A", "A", "A", "B", "B", "C", "D"], 3)
    6
    """
    counts = pd.Series(list(firms)).value_counts()
    if len(counts) < smallest:
        raise ModelError(f"fewer firms than {smallest}; no leaf can hold that many")
    return int(counts.iloc[: smallest - 1].sum()) + 1


def shape_for_export(firms: Sequence[Hashable] | pd.Series, smallest: int) -> dict[str, int]:
    """Arguments of a `CreditModel` that is to leave: few trees of three questions, leaves of an eighth.

    Of fewer than some 1,500 loans even such a model may tell too much: the review of the export says so.

    Args:
        firms: The firm of each row of training.
        smallest: Fewest firms of a leaf.

    Raises:
        ModelError: As of `enough_rows`.

    >>> shape_for_export([*range(3000), 7, 7], 10)
    {'n_estimators': 100, 'max_depth': 3, 'min_data_in_leaf': 375}
    """
    rows = max(enough_rows(firms, smallest), len(firms) // LEAVES)
    return {"n_estimators": TREES, "max_depth": DEPTH, "min_data_in_leaf": rows}


def full_leaves(booster: lgb.Booster, smallest: int) -> lgb.Booster:
    """The same booster, in which no leaf of a tree that asks anything has fewer rows.

    Two leaves of which one is small become one with the mean of their values, each row counting alike; a
    small leaf beside further questions gives its rows to these. Directions stay: a mean lies between, and
    what lay within bounds still does. In a tree, only rows of small leaves and their neighbours change.

    Args:
        booster: As trained, its counts not yet rounded.
        smallest: Fewest rows; see `enough_rows`.
    """
    text = BoosterText.read(booster.model_to_string())
    trees = [_pruned(tree, smallest) if asks(tree) else tree for tree in text.trees]
    return lgb.Booster(model_str=replace(text, trees=trees).write())


@dataclass(frozen=True, slots=True)
class _Leaf:
    rows: int
    value: str
    weight: float


@dataclass(frozen=True, slots=True)
class _Question:
    place: int
    left: "_Node"
    right: "_Node"


_Node = _Leaf | _Question


@dataclass(slots=True)
class _Written:
    """A tree as it is written anew, its root first.

    Attributes:
        questions: Places that the questions had before.
        left: Where each goes to the left; a leaf is the complement of its number.
        right: To the right.
        counts: Rows that reach each question.
        leaves: The leaves.
    """

    questions: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    leaves: list[_Leaf] = field(default_factory=list)

    def add(self, node: _Node) -> tuple[int, int]:
        """The number of a node and its rows, once it and all below it are written."""
        if isinstance(node, _Leaf):
            self.leaves.append(node)
            return ~(len(self.leaves) - 1), node.rows
        at = len(self.questions)
        self.questions.append(node.place)
        for line in (self.left, self.right, self.counts):
            line.append(0)
        (self.left[at], one), (self.right[at], other) = self.add(node.left), self.add(node.right)
        self.counts[at] = one + other
        return at, self.counts[at]


def _pruned(tree: Tree, smallest: int) -> Tree:
    counts = [int(one) for one in tree["leaf_count"].split()]
    if min(counts) >= smallest:
        return tree
    written = _Written()
    written.add(_node(tree, counts, 0, smallest))
    kept = {name: _picked(tree[name], written.questions) for name in ASKED}
    words = _words(tree, written.questions)
    renewed = {
        "num_leaves": str(len(written.leaves)),
        "left_child": _line(written.left),
        "right_child": _line(written.right),
        "leaf_value": " ".join(leaf.value for leaf in written.leaves),
        "leaf_weight": _line(leaf.weight for leaf in written.leaves),
        "leaf_count": _line(leaf.rows for leaf in written.leaves),
        "internal_count": _line(written.counts),
    }
    whole = tree | kept | words | renewed
    if whole["num_cat"] == "0":
        whole = {name: said for name, said in whole.items() if not name.startswith("cat_")}
    return whole


def _node(tree: Tree, counts: list[int], place: int, smallest: int) -> _Node:
    """A node and what is below it, without the questions that part too few rows."""
    if place < 0:
        weight = float(tree["leaf_weight"].split()[~place])
        return _Leaf(counts[~place], tree["leaf_value"].split()[~place], weight)
    left, right = (
        _node(tree, counts, int(tree[side].split()[place]), smallest)
        for side in ("left_child", "right_child")
    )
    small = [isinstance(side, _Leaf) and side.rows < smallest for side in (left, right)]
    if not any(small):
        return _Question(place, left, right)
    if isinstance(left, _Leaf) and isinstance(right, _Leaf):
        return _joined(left, right)
    return right if small[0] else left


def _joined(one: _Leaf, other: _Leaf) -> _Leaf:
    rows = one.rows + other.rows
    mean = (one.rows * float(one.value) + other.rows * float(other.value)) / max(rows, 1)
    return _Leaf(rows, repr(mean), one.weight + other.weight)


def _words(tree: Tree, questions: list[int]) -> Tree:
    """Thresholds of the questions; those of words are places in a list of their own, which is cut too."""
    thresholds, kinds = tree["threshold"].split(), tree["decision_type"].split()
    bounds = [int(one) for one in tree.get("cat_boundaries", "0").split()]
    sets = tree.get("cat_threshold", "").split()
    told: list[str] = []
    kept: list[str] = []
    ends = [0]
    for place in questions:
        if int(kinds[place]) & CATEGORICAL:
            at = int(float(thresholds[place]))
            kept += sets[bounds[at] : bounds[at + 1]]
            told.append(str(len(ends) - 1))
            ends.append(len(kept))
        else:
            told.append(thresholds[place])
    lists = (
        {"cat_boundaries": _line(ends), "cat_threshold": " ".join(kept)} if "cat_threshold" in tree else {}
    )
    return {"num_cat": str(len(ends) - 1), "threshold": " ".join(told)} | lists


def _picked(line: str, places: list[int]) -> str:
    said = line.split()
    return " ".join(said[place] for place in places)


def _line(values: Iterable[object]) -> str:
    return " ".join(map(str, values))
