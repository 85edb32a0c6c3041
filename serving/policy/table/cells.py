"""Reading one fact of many firms: cells become a column, and cells that cannot be are marked.

What a cell may hold is said by its `Kind`, as for one firm. Cells in common forms are read all at once; every
other cell is given to the very function that reads the fact of one firm.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from decimal import InvalidOperation
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from serving.policy.fact_kinds import DAY, FLAG, Kind
from serving.policy.logic import Column
from serving.policy.table.choosing import taken
from serving.policy.table.days import Days
from serving.policy.table.exact import MOST, Exact
from serving.policy.table.frame import Array, Frame
from serving.policy.table.plain_numbers import FINEST, PlainNumbers, plain_numbers
from serving.policy.table.truth import Truths
from serving.policy.table.words import Words

BAD = object()
NOT_READ = (ValueError, TypeError, InvalidOperation)


@dataclass(frozen=True, slots=True)
class ReadCells:
    """A column, and which cells could not be read; those count as unknown."""

    column: Column
    bad: Array


def read_cells(frame: Frame, kind: Kind, cells: Any) -> ReadCells:
    """The column of a fact.

    Args:
        frame: The rows.
        kind: The kind of the fact.
        cells: An Arrow array, or a list of plain values where Arrow has no type for them.
    """
    if kind.bounds is not None:
        return _numbers(frame, kind, cells)
    if isinstance(cells, pa.Array):
        if kind == FLAG and pa.types.is_boolean(cells.type):
            return _flags(frame, cells)
        if kind == DAY and pa.types.is_date32(cells.type):
            days = pc.fill_null(cells.cast(pa.int32()), 0).to_numpy().astype(np.int64)
            return ReadCells(Days(frame, days, valid(frame, cells)), frame.full(False))
    return _by_value(frame, kind, cells)


def unknown(frame: Frame, kind: Kind) -> Column:
    """A fact that is known of no firm."""
    if kind.bounds is not None:
        return Exact.of(frame, None)
    if kind == FLAG:
        return Truths(frame, frame.full(False), frame.full(False))
    return Days.of(frame, None) if kind == DAY else Words.of(frame, None)


def valid(frame: Frame, cells: Any) -> Array:
    """Where an Arrow array has a value."""
    if not cells.null_count:
        return frame.full(True)
    mask: Array = cells.is_valid().to_numpy(zero_copy_only=False)
    return mask


def _flags(frame: Frame, cells: Any) -> ReadCells:
    there = valid(frame, cells)
    yes: Array = pc.fill_null(cells, False).to_numpy(zero_copy_only=False)
    return ReadCells(Truths(frame, yes, there & ~yes), frame.full(False))


def _by_value(frame: Frame, kind: Kind, cells: Any) -> ReadCells:
    """Read each different value once."""
    places, values = _coded(cells)
    read = [None if value is None else _read(kind.read, value) for value in values]
    bad = frame.full(False)
    if any(value is BAD for value in read):
        bad = np.array([value is BAD for value in read], dtype=bool)[places]
    good = [None if value is BAD else value for value in read]
    if all(value is None for value in good):
        return ReadCells(unknown(frame, kind), bad)
    if isinstance(next(filter(None, good), None), str):
        words = tuple(dict.fromkeys(value for value in good if value is not None))
        codes = [-1 if value is None else words.index(value) for value in good]
        return ReadCells(Words(frame, np.array(codes, dtype=np.int32)[places], words), bad)
    return ReadCells(taken(frame, good, places, frame.full(True)), bad)


def _coded(cells: Any) -> tuple[Array, list[Any]]:
    """Each row's place among the different values; the last of them is None."""
    if isinstance(cells, pa.Array) and _is_simple(cells.type):
        coded = cells if pa.types.is_dictionary(cells.type) else cells.dictionary_encode()
        values = coded.dictionary.to_pylist()
        places = pc.fill_null(coded.indices.cast(pa.int64()), len(values)).to_numpy()
        return places, [*values, None]
    values = cells.to_pylist() if isinstance(cells, pa.Array) else cells
    places_of: dict[Any, int] = {}
    places = np.array([places_of.setdefault(_key(value), len(places_of)) for value in values], dtype=np.int64)
    different: list[Any] = [None] * (len(places_of) + 1)
    for place, value in zip(places, values, strict=True):
        different[place] = value
    return places, different


def _is_simple(kind: Any) -> bool:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(value) or pa.types.is_large_string(value) or pa.types.is_integer(value))


def _key(value: Any) -> Any:
    """What tells values apart: True is not 1 here, and what cannot be told apart stands alone."""
    return (type(value), value) if isinstance(value, Hashable) else id(value)


def _read(read: Callable[[Any], Any], value: Any) -> Any:
    try:
        return read(value)
    except NOT_READ:
        return BAD


def _numbers(frame: Frame, kind: Kind, cells: Any) -> ReadCells:
    """Numbers: what is plain at once, the rest one by one."""
    plain = _all_hard(frame, cells) if frame.unbounded else plain_numbers(cells, whole=kind.whole)
    least, most = (int(bound * plain.den) for bound in kind.bounds or ())
    num, rows = plain.num, np.flatnonzero(plain.hard)
    there = plain.there & ~plain.hard if len(rows) else plain.there
    bad = frame.full(False)
    if len(num) and (num.min() < least or num.max() > most):  # what is not there is zero
        bad = there & ((num < least) | (num > most))
    if len(rows):
        num, bad = num.copy(), bad.copy()
        for row, value in zip(rows.tolist(), _values(cells, rows), strict=True):
            read = _read(kind.read, value)
            bad[row] = read is BAD
            there[row] = read is not BAD
            num[row] = 0 if read is BAD else _numerator(frame, row, read, plain.den)
    if bad.any():
        there = there & ~bad
        num = np.where(there, num, 0)
    there = frame.full(True) if there.all() else there
    return ReadCells(Exact(frame, num, plain.den, there), bad)


def _all_hard(frame: Frame, cells: Any) -> PlainNumbers:
    arrow = isinstance(cells, pa.Array)
    there = valid(frame, cells) if arrow else np.array([cell is not None for cell in cells], dtype=bool)
    return PlainNumbers(np.zeros(frame.count, dtype=object), FINEST, there, there)


def _numerator(frame: Frame, row: int, value: Any, den: int) -> int:
    above, below = value.as_integer_ratio()
    num: int = above * den // below
    if frame.unbounded or (not den % below and num < MOST):
        return num
    frame.wide[row] = True  # finer than the column's own fractions, or larger than 64 bits
    return 0


def _values(cells: Any, rows: Array) -> Sequence[Any]:
    if isinstance(cells, pa.Array):
        values: list[Any] = cells.take(pa.array(rows)).to_pylist()
        return values
    return [cells[row] for row in rows]
