"""Which of several names hold in each row, as one small code a row."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from serving.policy.table.frame import Array

BITS = 8
ROOM = 2**20
"""Codes below it are counted by a table, which is faster than by hashing."""

Names = tuple[str, ...]


def combos(count: int, marks: Sequence[tuple[str, Array]]) -> tuple[Array, list[Names]]:
    """Codes of rows, and for each code the names that hold there, each once, in their order.

    Args:
        count: How many rows.
        marks: Names and where each holds; a name may come again.
    """
    some = [(name, rows) for name, rows in marks if rows.any()]
    codes: Array = np.zeros(count, dtype=np.int32)
    found: list[Names] = [()]
    for start in range(0, len(some), BITS):
        codes, found = _joined(codes, found, some[start : start + BITS])
    each = [tuple(dict.fromkeys(names)) for names in found]
    different = list(dict.fromkeys(each))
    if len(different) == len(each):
        return codes, each
    places = {names: place for place, names in enumerate(different)}  # different marks may have one name
    return np.array([places[names] for names in each], dtype=np.int32)[codes], different


def _joined(
    codes: Array, found: list[Names], marks: Sequence[tuple[str, Array]]
) -> tuple[Array, list[Names]]:
    """Add the names of as many marks as one byte has bits."""
    bits = np.zeros(len(codes), dtype=np.uint8)
    names: list[Names] = [()]
    for place, (name, rows) in enumerate(marks):
        bits |= rows.view(np.uint8) << np.uint8(place)
        names += [(*before, name) for before in names]
    if len(found) == 1:
        together, different = distinct(bits, len(names))
        return together, [found[0] + names[value] for value in different]
    width = len(names)
    together, different = distinct(codes.astype(np.intp) * width + bits, len(found) * width)
    return together, [found[value // width] + names[value % width] for value in different]


def distinct(values: Array, most: int) -> tuple[Array, list[int]]:
    """Each row's place among the different values, all from zero to less than `most`; and those."""
    if most > ROOM:
        coded = pa.array(values).dictionary_encode()
        return coded.indices.to_numpy(), coded.dictionary.to_pylist()
    at = values.astype(np.intp)
    present = np.zeros(most, dtype=bool)
    present[at] = True
    different = np.flatnonzero(present)
    places = np.zeros(most, dtype=np.int32)
    places[different] = np.arange(len(different))
    return places.take(at), different.tolist()
