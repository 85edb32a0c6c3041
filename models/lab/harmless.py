"""A booster as it may leave: it answers as before, and its text tells no more than answering takes.

The text that LightGBM writes holds the least and greatest value of every column, each of which is one firm's
own; exact counts, from which differences of two exports could single firms out; values and sums of the nodes
within, from which counts could be solved; and parameters: seeds, paths of files. A threshold lies half-way
between two values that firms have; who knows the one knows the other. Each is written with as few digits as
keep every row of the lab on its side, so that no answer for these changes.

What remains is what a model is made of. A leaf's value keeps all its digits: that of a first tree lets its
share of bad firms, of at least as many firms as the smallest cell, be solved. Where values are far apart few
digits are enough; where firms crowd many are needed, and then many firms lie near.
"""

import json
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import ModelError
from models.lab.booster_text import KEPT_PARAMETERS, BoosterText, Tree, asks, numbers
from models.lab.leaves import CATEGORICAL, enough_rows, full_leaves, refuse_small_leaves
from models.table import Encoder

Floats = NDArray[np.float64]

MOST_DIGITS = 17
"""Significant digits that tell any number from its neighbours."""

NOBODYS = 1e-30
"""A threshold nearer to zero than this parts zeros from the rest, and is no mean of two firms."""

FEW_DIGITS = 3

SUMS = ("split_gain", "internal_value", "internal_weight", "leaf_weight")
"""Lines of a tree with sums over firms, which no prediction needs."""


def harmless(text: str, smallest: int, rows: Floats | None = None) -> str:
    """The same model, its text made harmless.

    Args:
        text: LightGBM's own text; no leaf may be below the smallest cell (see `leaves.full_leaves`).
        smallest: The smallest cell.
        rows: All rows of the lab as the booster reads them, missing as NaN: thresholds are shortened as far
            as none of them changes its side. None leaves thresholds as they are.

    Returns:
        Text as LightGBM itself writes it. Margins of `rows` are the same to the bit; without `rows`, all are.
        Shapley values rest on counts, which are rounded, and move a little; they still add up.

    Raises:
        ModelError: It is no text of a booster, a leaf is too small, or it lists words of the data.
    """
    before = lgb.Booster(model_str=text)
    refuse_small_leaves(before, smallest)
    parts = BoosterText.read(before.model_to_string()).of_few_parameters().without_ranges()
    values = None if rows is None else _values_of(rows)
    shortened = (tree if values is None else _shortened(tree, values) for tree in parts.trees)
    trees = [_quiet(tree, smallest) for tree in shortened]
    after = lgb.Booster(model_str=replace(parts, trees=trees).write())
    if rows is not None and len(rows):
        one, other = (
            np.asarray(each.predict(rows, raw_score=True, num_threads=1)) for each in (before, after)
        )
        if (one != other).any():  # pragma: no cover - the proof of what is promised above
            raise ModelError("shortened thresholds changed an answer; nothing may leave like this")
    return after.model_to_string()


def made_harmless(
    model: "Kept", table: pd.DataFrame, firms: Sequence[Hashable] | pd.Series, smallest: int
) -> lgb.Booster:
    """The trees of a model with full leaves and a harmless text, to go by and to write.

    Args:
        model: A credit model or a half, as it was fitted.
        table: All rows of the lab, those of training among them.
        firms: The firm of each row of training.
        smallest: Fewest firms of a leaf.

    Raises:
        ModelError: As of `harmless`; or no question is left, because none parts enough firms.
    """
    full = full_leaves(model.booster_, enough_rows(firms, smallest))
    text = harmless(full.model_to_string(), smallest, model.encoder_.matrix(table))
    return lgb.Booster(model_str=text)


class Kept(Protocol):
    """A model that writes its booster and a record beside it."""

    booster_: lgb.Booster
    encoder_: Encoder

    def save(self, folder: Path) -> None:
        """Write `booster.txt` and JSON."""


def save_harmless(model: Kept, folder: Path, smallest: int, table: pd.DataFrame | None = None) -> None:
    """Write a model as it may leave.

    Args:
        model: A credit model or a half, its leaves full.
        folder: Where its files are written.
        smallest: The smallest cell.
        table: All rows of the lab, to shorten thresholds by; see `harmless`.

    Raises:
        ModelError: As of `harmless`; nothing is written then.
    """
    rows = None if table is None else model.encoder_.matrix(table)
    text = harmless(model.booster_.model_to_string(), smallest, rows)
    model.save(folder)
    (folder / "booster.txt").write_text(text, "utf-8")
    for file in folder.glob("*.json"):
        record = harmless_record(json.loads(file.read_text("utf-8")))
        file.write_text(json.dumps(record, ensure_ascii=False, indent=1), "utf-8")


def harmless_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """A model's JSON without its seed, and with whole months for the first and last day of training.

    Both days are those of single loans.
    """
    kept = dict(record)
    if record.get("period"):
        first, last = (pd.Period(day, "M") for day in record["period"])
        kept["period"] = [f"{first.start_time:%Y-%m-%d}", f"{last.end_time:%Y-%m-%d}"]
    return kept | ({"random_state": None} if "random_state" in record else {})


def digits_of_thresholds(text: str) -> dict[str, Any]:
    """How fine a text's thresholds are: how many there are, the most digits, the share with at most three.

    The share is missing where no tree asks for a number.
    """
    parts = BoosterText.read(text)
    found = Counter(
        _digits(said)
        for tree in parts.trees
        for said, kind in zip(tree.get("threshold", "").split(), _kinds(tree), strict=True)
        if not kind & CATEGORICAL and abs(float(said)) > NOBODYS
    )
    many, few = sum(found.values()), sum(count for digits, count in found.items() if digits <= FEW_DIGITS)
    return {
        "thresholds": many,
        "most_digits": max(found, default=0),
        "few_digits": few / many if many else None,
    }


def open_points(text: str, smallest: int) -> list[str]:
    """What a booster's text still tells beyond need, in words; nothing where it may leave."""
    parts = BoosterText.read(text)
    asking = [tree for tree in parts.trees if asks(tree)]
    counts = [
        count for tree in asking for count in numbers(tree, "leaf_count") + numbers(tree, "internal_count")
    ]
    found = {
        "exact counts of firms": any(count % smallest for count in counts),
        "sums over firms within": any(any(numbers(tree, name)) for tree in asking for name in SUMS),
        "the least or greatest value of a column": any(
            one not in {"none", "[-inf:inf]"} for one in parts.ranges
        ),
        "parameters beyond need": any(name not in KEPT_PARAMETERS for name in parts.parameters),
    }
    return [what for what, there in found.items() if there]


def _quiet(tree: Tree, smallest: int) -> Tree:
    """Without sums over firms, with counts in whole multiples of the smallest cell."""
    silent = {name: " ".join("0" for _ in numbers(tree, name)) for name in SUMS if name in tree}
    leaves = [max(1, round(count / smallest)) * smallest for count in numbers(tree, "leaf_count")]
    told = tree | silent | {"leaf_count": " ".join(map(str, leaves))}
    if not asks(tree):
        return told
    counts: dict[int, int] = {}
    sides = [[int(child) for child in numbers(tree, name)] for name in ("left_child", "right_child")]
    for node, children in reversed(list(enumerate(zip(*sides, strict=True)))):  # children come after parents
        # a leaf is the bitwise complement of its number
        counts[node] = sum(leaves[~child] if child < 0 else counts[child] for child in children)
    return told | {"internal_count": " ".join(str(counts[node]) for node in sorted(counts))}


def _values_of(rows: Floats) -> list[Floats]:
    """The different values of each column, rising."""
    return [np.unique(column[~np.isnan(column)]) for column in rows.T]


def _shortened(tree: Tree, values: list[Floats]) -> Tree:
    if not asks(tree):
        return tree
    columns = [int(one) for one in tree["split_feature"].split()]
    told = [
        said if kind & CATEGORICAL else _short(said, values[column])
        for said, kind, column in zip(tree["threshold"].split(), _kinds(tree), columns, strict=True)
    ]
    return tree | {"threshold": " ".join(told)}


def _short(said: str, values: Floats) -> str:
    """A threshold with as few digits as keep each value on its side: up to it left, above it right."""
    threshold = float(said)
    after = int(np.searchsorted(values, threshold, side="right"))
    if abs(threshold) <= NOBODYS or after in (0, len(values)):
        return said
    low, high = values[after - 1], values[after]
    for digits in range(1, MOST_DIGITS):
        short = f"{threshold:.{digits}g}"
        if low <= float(short) < high:
            return short
    return said


def _kinds(tree: Tree) -> list[int]:
    return [int(one) for one in tree.get("decision_type", "").split()]


def _digits(said: str) -> int:
    """Significant digits that a number needs; LightGBM writes 17 whatever it is.

    >>> [_digits(one) for one in ("0.91000000000000003", "1500", "-12.25", "1.0000000000000001e-05")]
    [2, 2, 4, 1]
    """
    return len(repr(float(said)).lstrip("-").partition("e")[0].replace(".", "").strip("0")) or 1
