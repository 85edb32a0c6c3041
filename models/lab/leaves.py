"""What the text of a booster tells of the firms that it learnt from, and how that is made harmless.

A leaf value is a mean over the firms in the leaf, so no leaf may hold fewer than the smallest cell. Beside
the values, LightGBM's text holds the least and greatest value of every column, each of which is one firm's
own, and exact counts, from which differences of two exports could single firms out. What remains are
thresholds: they lie between the values of neighbouring bins of at least three firms.
"""

import re
from collections.abc import Mapping

import lightgbm as lgb

from features.errors import ModelError

_RANGES = "feature_infos"
_SIZES = "tree_sizes"
_MEASURES = ("leaf_weight", "internal_weight", "split_gain")
"""Sums over firms that no prediction needs."""


def smallest_leaf(booster: lgb.Booster) -> int:
    """Firms (rows) in the smallest leaf of all trees; trees of a single leaf ask nothing and do not count.

    Raises:
        ModelError: No tree asks anything.
    """
    head, trees, _ = _parts(booster.model_to_string())
    del head
    counts = [count for tree in trees for count in _numbers(tree, "leaf_count") if _asks(tree)]
    if not counts:
        raise ModelError("no tree of the model asks a question; there is nothing to look at")
    return int(min(counts))


def refuse_small_leaves(booster: lgb.Booster, smallest: int) -> int:
    """The smallest leaf, where it holds enough firms.

    Args:
        booster: What is about to leave.
        smallest: Fewest firms that a leaf may hold.

    Raises:
        ModelError: A leaf holds fewer; the message tells no count below the cell.
    """
    found = smallest_leaf(booster)
    if found < smallest:
        raise ModelError(
            f"a leaf of the model holds fewer than {smallest} firms; fit it with min_data_in_leaf={smallest}"
        )
    return found


def rounded_export(text: str, smallest: int) -> str:
    """The same model without ranges of columns, with counts in whole multiples of the smallest cell.

    Predictions stay the same to the bit. Shapley values rest on counts and move a little; they still add up.

    Args:
        text: LightGBM's own text.
        smallest: The smallest cell.

    Raises:
        ModelError: It is no text of a booster.
    """
    head, trees, tail = _parts(text)
    made = [_rounded(tree, smallest) for tree in trees]
    head = re.sub(rf"(?m)^{_RANGES}=.*$", lambda found: _without_ranges(found[0]), head)
    head = re.sub(rf"(?m)^{_SIZES}=.*$", f"{_SIZES}={' '.join(str(len(one.encode())) for one in made)}", head)
    return head + "".join(made) + tail


def _parts(text: str) -> tuple[str, list[str], str]:
    """What stands before the trees, each tree, and what stands after them."""
    first, end = text.find("Tree=0\n"), text.find("end of trees")
    if first < 0 or end < first:
        raise ModelError("no text of a LightGBM booster: it has no trees")
    trees = re.split(r"(?m)^(?=Tree=\d+$)", text[first:end])
    return text[:first], [one for one in trees if one], text[end:]


def _without_ranges(line: str) -> str:
    ranges = line.partition("=")[2].split(" ")
    return f"{_RANGES}={' '.join('none' if one == 'none' else '[-inf:inf]' for one in ranges)}"


def _rounded(tree: str, smallest: int) -> str:
    for name in _MEASURES:
        tree = _replaced(tree, name, [0] * len(_numbers(tree, name)))
    leaves = [max(1, round(count / smallest)) * smallest for count in _numbers(tree, "leaf_count")]
    tree = _replaced(tree, "leaf_count", leaves)
    if not _asks(tree):
        return tree
    left, right = (_numbers(tree, name) for name in ("left_child", "right_child"))
    counts: dict[int, int] = {}
    for node in reversed(range(len(left))):  # children have higher numbers than their parent
        counts[node] = sum(_count(int(child), leaves, counts) for child in (left[node], right[node]))
    return _replaced(tree, "internal_count", [counts[node] for node in range(len(left))])


def _count(child: int, leaves: list[int], nodes: Mapping[int, int]) -> int:
    """Rows of a child: a leaf is the bitwise complement of its number."""
    return leaves[~child] if child < 0 else nodes[child]


def _asks(tree: str) -> bool:
    return bool(_numbers(tree, "left_child"))


def _numbers(tree: str, name: str) -> list[float]:
    found = re.search(rf"(?m)^{name}=(.*)$", tree)
    return [float(one) for one in found[1].split()] if found else []


def _replaced(tree: str, name: str, numbers: list[int]) -> str:
    return re.sub(rf"(?m)^{name}=.*$", f"{name}={' '.join(map(str, numbers))}", tree)
