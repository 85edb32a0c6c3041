"""Numbers as Arrow holds them, as whole numerators over one power of ten, without loss."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from serving.policy.table.frame import Array

PLACES = 12
FINEST = 10**PLACES
"""No fact is finer."""
COARSEST = 2
IN_64_BITS = 18
FLOAT_PLACES = (2, 4, 6, 8)
EXACT_FLOAT = 10.0**15
"""A decimal of so many digits is named by one binary fraction alone, and is the shortest that names it."""
SIMPLE = r"^[0-9]{1,15}(\.[0-9]{1,8})?$"


@dataclass(frozen=True, slots=True)
class PlainNumbers:
    """Numerators, their denominator, where there is a value, and which values must be read one by one."""

    num: Array
    den: int
    there: Array
    hard: Array


def plain_numbers(cells: Any, *, whole: bool) -> PlainNumbers:
    """What can be read at once; of a list of plain values nothing can.

    Args:
        cells: An Arrow array, or a list.
        whole: Whether whole numbers are wanted: then fractions are read one by one.
    """
    if not isinstance(cells, pa.Array):
        return _none_of(np.array([cell is not None for cell in cells], dtype=bool))
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    kind, there = cells.type, _there(cells)
    if pa.types.is_integer(kind) and not pa.types.is_uint64(kind):
        num = pc.fill_null(cells.cast(pa.int64()), 0).to_numpy()
        return PlainNumbers(num, 1, there, np.zeros(len(num), dtype=bool))
    if pa.types.is_decimal128(kind) and 0 <= kind.scale <= PLACES and not whole:
        return _decimals(cells, there)
    if pa.types.is_floating(kind) and not whole:
        return _floats(pc.fill_null(cells.cast(pa.float64()), 0.0).to_numpy(), there)
    if (pa.types.is_string(kind) or pa.types.is_large_string(kind)) and not whole:
        return _texts(cells, there)
    return _none_of(there)


def _there(cells: Any) -> Array:
    if not cells.null_count:
        return np.ones(len(cells), dtype=bool)
    mask: Array = cells.is_valid().to_numpy(zero_copy_only=False)
    return mask


def _none_of(there: Array) -> PlainNumbers:
    return PlainNumbers(np.zeros(len(there), dtype=np.int64), 100, there, there.copy())


def _decimals(cells: Any, there: Array) -> PlainNumbers:
    start, count = cells.offset, len(cells)
    halves = np.frombuffer(cells.buffers()[1], dtype=np.int64).reshape(-1, 2)[start : start + count]
    low, high = halves[:, 0], halves[:, 1]
    hard = np.zeros(count, dtype=bool)
    if cells.type.precision > IN_64_BITS:
        hard = there & (high != low >> 63)
    num = np.where(there & ~hard, low, 0)  # under a null there may be anything
    places = cells.type.scale
    while places > COARSEST and not (num % 100).any():
        num, places = num // 100, places - 2
    return PlainNumbers(num, 10**places, there, hard)


def _floats(values: Array, there: Array) -> PlainNumbers:
    """By the shortest decimal that names each: what has too many digits is left."""
    with np.errstate(invalid="ignore", over="ignore"):
        for places in FLOAT_PLACES:
            num = np.rint(values * 10.0**places)
            sure = (np.abs(num) < EXACT_FLOAT) & (num / 10.0**places == values)
            if sure.all() or places == FLOAT_PLACES[-1]:
                break
    hard = there & ~sure
    return PlainNumbers(np.where(there & sure, num, 0).astype(np.int64), 10**places, there, hard)


def _texts(cells: Any, there: Array) -> PlainNumbers:
    simple = pc.match_substring_regex(cells, SIMPLE)
    hard = there & ~pc.fill_null(simple, False).to_numpy(zero_copy_only=False)
    decimals = pc.if_else(pc.fill_null(simple, False), cells, None).cast(pa.decimal128(38, 8))
    read = _decimals(decimals, there & ~hard)
    return PlainNumbers(read.num, read.den, there, hard | read.hard)
