"""Conditions on rows, written once however they were put, and what a value is where no row meets them."""

from collections.abc import Iterable
from typing import Any, Literal

import ibis.expr.operations as ops

from features.levels import Node

Empty = Literal["missing", "zero", "unknown"]
"""What is left of a value where nothing was aggregated."""


def distinct_parts(conditions: Iterable[Node]) -> list[Node]:
    """The conditions that must all hold, each once; of upper bounds on one value only the lowest."""
    parts = list(dict.fromkeys(part for one in conditions for part in _parts(one)))
    lowest: dict[Node, Any] = {}
    for part in parts:
        if _is_bound(part):
            lowest[part.left] = min(lowest.get(part.left, part.right.value), part.right.value)
    return [part for part in parts if not _is_bound(part) or part.right.value == lowest[part.left]]


def _parts(condition: Node) -> list[Node]:
    if isinstance(condition, ops.And):
        return [*_parts(condition.left), *_parts(condition.right)]
    return [condition]


def _is_bound(part: Node) -> bool:
    told = isinstance(part, ops.LessEqual) and isinstance(part.right, ops.Literal)
    return told and part.right.value is not None


def missing_over_nothing(value: Node) -> bool:
    """Whether a value is surely missing where no row meets the conditions of its aggregates."""
    return _over_nothing(value) == "missing"


def _over_nothing(value: Node) -> Empty:
    if isinstance(value, ops.Reduction):
        return "zero" if isinstance(value, _COUNTS) else _missing_if(isinstance(value, _PICKS))
    if isinstance(value, ops.Literal):
        return "zero" if value.value == 0 else _missing_if(value.value is None)
    parts = [_over_nothing(part) for part in value.args if isinstance(part, ops.Value)]
    if isinstance(value, ops.Cast):
        return parts[0]
    if isinstance(value, ops.NullIf):
        return _missing_if(parts[0] == "missing" or parts == ["zero", "zero"])
    return _missing_if(_lacks(value, parts))


def _lacks(value: Node, parts: list[Empty]) -> bool:
    """Whether a value is missing because some or all of its parts are."""
    if isinstance(value, ops.IfElse):
        return parts[2] == "missing" and "missing" in parts[:2]
    if isinstance(value, ops.Greatest | ops.Least):
        return bool(value.arg) and all(_over_nothing(part) == "missing" for part in value.arg)
    return isinstance(value, _STRICT) and "missing" in parts


def _missing_if(known: bool) -> Empty:  # noqa: FBT001 - its only argument
    return "missing" if known else "unknown"


_COUNTS = (ops.Count, ops.CountStar, ops.CountDistinct)
_PICKS = (ops.Sum, ops.Mean, ops.Min, ops.Max, ops.Median, ops.ArgMax, ops.ArgMin, ops.Any, ops.All)
_COMPARISONS = (ops.Equals, ops.NotEquals, ops.Less, ops.LessEqual, ops.Greater, ops.GreaterEqual)
_STRICT = (*_COMPARISONS, ops.NumericBinary, ops.Negate, ops.Sqrt, ops.DateDelta, ops.Not)
