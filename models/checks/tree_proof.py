"""Proof, tree by tree, that a boosted model's margin moves one way with a feature, whatever its value.

    leaf A: debt ≤ 0.4, sales > 10   −0.3        A and B meet in sales, and A lies below B in debt:
    leaf B: debt > 0.4, sales > 20    0.1        risk rises with debt only if A's value ≤ B's

A leaf answers for a box: an interval, or a set of words, of each feature. A tree moves one way with a
feature exactly if, of any two leaves whose boxes meet in all other features, the one that lies lower in that
feature has the value that is to be lower. A sum of such trees moves one way, too. Nothing is sampled, and
nothing that the training promised is taken on trust (LightGBM#5358, #6155).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
ROUNDING = 1e-12


class UnprovableError(Exception):
    """A tree is of a kind that the proof does not cover."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved of a booster.

    Attributes:
        trees: Trees looked at.
        splits: Splits on features with a direction.
        broken: Columns with a pair of leaves the wrong way round → how many trees have one.
        missing_riskier: Splits on features with a direction at which a missing value takes the riskier side.
        missing_safer: Those at which it takes the safer side; at the others nothing was missing in training.
    """

    trees: int
    splits: int
    broken: dict[int, int]
    missing_riskier: int
    missing_safer: int


@dataclass(frozen=True, slots=True)
class _Leaf:
    """The box of a leaf; a feature that is not named may take any value.

    Attributes:
        value: What the leaf adds to the margin.
        spans: Numeric feature → from (excluded), to (included), and whether a missing value gets here.
        words: Categorical feature → places of its words as bits; the lowest bit stands for any other word.
    """

    value: float
    spans: dict[int, tuple[float, float, bool]] = field(default_factory=dict)
    words: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Missing:
    riskier: int = 0
    safer: int = 0
    splits: int = 0


_ANYWHERE = (-np.inf, np.inf, True)


def prove(trees: Sequence[dict[str, Any]], signs: Sequence[int]) -> Proof:
    """Look at every tree of a booster.

    Args:
        trees: `tree_info` of LightGBM's `dump_model`.
        signs: Of each column: 1 where the margin may only rise with it, -1 only fall, 0 where it is free.

    Raises:
        UnprovableError: A tree has linear leaves, several classes, or treats zero as missing.
    """
    broken: dict[int, int] = {}
    missing = _Missing()
    for tree in trees:
        leaves: list[_Leaf] = []
        _collect(tree["tree_structure"], _Leaf(0.0), leaves, signs, missing)
        for column in _wrong_columns(leaves, signs):
            broken[column] = broken.get(column, 0) + 1
    return Proof(len(trees), missing.splits, broken, missing.riskier, missing.safer)


def _collect(
    node: dict[str, Any], box: _Leaf, leaves: list[_Leaf], signs: Sequence[int], missing: _Missing
) -> None:
    """Every leaf below a node with its box."""
    if "leaf_value" in node:
        if node.get("leaf_coeff"):
            raise UnprovableError("leaves hold linear models")
        leaves.append(_Leaf(float(node["leaf_value"]), box.spans, box.words))
        return
    _count(node, signs[node["split_feature"]], missing)
    for side in ("left", "right"):
        _collect(node[f"{side}_child"], _narrowed(box, node, left=side == "left"), leaves, signs, missing)


def _count(node: dict[str, Any], sign: int, missing: _Missing) -> None:
    if not sign:
        return
    missing.splits += 1
    if node["missing_type"] == "NaN":
        to_riskier = bool(node["default_left"]) == (sign < 0)
        missing.riskier += to_riskier
        missing.safer += not to_riskier


def _narrowed(box: _Leaf, node: dict[str, Any], *, left: bool) -> _Leaf:
    column = int(node["split_feature"])
    if node["decision_type"] == "==":
        asked = sum(1 << (int(word) + 1) for word in str(node["threshold"]).split("||"))
        before = box.words.get(column, -1)  # all bits
        return _Leaf(0.0, box.spans, box.words | {column: before & (asked if left else ~asked)})
    if node["decision_type"] != "<=" or node["missing_type"] == "Zero":
        raise UnprovableError(f"a split by {node['decision_type']}, missing as {node['missing_type']}")
    low, high, unknown = box.spans.get(column, _ANYWHERE)
    cut = float(node["threshold"])
    # where nothing was missing in training, a missing value is read as zero
    goes_left = bool(node["default_left"]) if node["missing_type"] == "NaN" else cut >= 0
    span = (
        (low, min(high, cut), unknown and goes_left)
        if left
        else (max(low, cut), high, unknown and not goes_left)
    )
    return _Leaf(0.0, box.spans | {column: span}, box.words)


def _wrong_columns(leaves: list[_Leaf], signs: Sequence[int]) -> list[int]:
    """Columns with a direction of which some pair of leaves stands the wrong way round."""
    used = sorted({column for leaf in leaves for column in (*leaf.spans, *leaf.words)})
    directed = [column for column in used if signs[column]]
    if not directed:
        return []
    meets = {column: _meet(leaves, column) for column in used}
    apart = sum((~meet).astype(np.int64) for meet in meets.values())
    values = np.array([leaf.value for leaf in leaves])
    rise = values[None, :] - values[:, None]
    return [
        column
        for column in directed
        if ((apart - ~meets[column] == 0) & _below(leaves, column) & (signs[column] * rise < -ROUNDING)).any()
    ]


def _meet(leaves: list[_Leaf], column: int) -> Bools:
    """Of which pairs of leaves both can be reached with one value of the column."""
    if any(column in leaf.words for leaf in leaves):
        words = np.array([leaf.words.get(column, -1) for leaf in leaves], dtype=object)
        return np.asarray((words[:, None] & words[None, :]) != 0, dtype=bool)
    low, high, unknown = _spans(leaves, column)
    shared = np.maximum.outer(low, low) < np.minimum.outer(high, high)
    result: Bools = shared | (unknown[:, None] & unknown[None, :])
    return result


def _below(leaves: list[_Leaf], column: int) -> Bools:
    """Of which pairs the first leaf's values of the column all lie below the second's, known values only."""
    low, high, _ = _spans(leaves, column)
    some = low < high
    result: Bools = (high[:, None] <= low[None, :]) & some[:, None] & some[None, :]
    return result


def _spans(leaves: list[_Leaf], column: int) -> tuple[NDArray[np.float64], NDArray[np.float64], Bools]:
    spans = [leaf.spans.get(column, _ANYWHERE) for leaf in leaves]
    low, high, unknown = zip(*spans, strict=True)
    return np.array(low), np.array(high), np.array(unknown)
