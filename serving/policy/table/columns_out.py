"""What a chunk of rows gives, as Arrow columns."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from serving.policy.kinds import Result
from serving.policy.table.combos import Names
from serving.policy.table.days import Days
from serving.policy.table.exact import Exact, rounded
from serving.policy.table.frame import Array, Frame
from serving.policy.table.judging import RESULTS, Judged
from serving.policy.table.plain_numbers import FINEST, PLACES
from serving.policy.table.truth import Truths
from serving.policy.table.words import Words

FEN_PLACES = 2
BETWEEN = ";"
INT64 = np.iinfo(np.int64)


@dataclass(slots=True)
class Out:
    """Values of rows, ready to be replaced in some rows and to become Arrow.

    Attributes:
        kind: word, names, number, whole, day or truth.
        values: Codes, numerators, whole numbers, days or truths.
        there: Where there is a value.
        words: What the codes of words and names stand for.
        places: Decimal places of numbers.
    """

    kind: str
    values: Array
    there: Array
    words: list[Any]
    places: int = 0

    def replace(self, rows: Array, other: "Out") -> None:
        """Take some rows from elsewhere."""
        values = other.values if self.kind == other.kind else self._turned(other)
        if self.kind in ("word", "names"):
            together = list(dict.fromkeys([*self.words, *other.words]))
            table = np.array([together.index(word) for word in other.words] or [0], dtype=np.int64)
            self.words, values = together, table[values]
        elif values.dtype == object and all(INT64.min <= value <= INT64.max for value in values):
            values = values.astype(self.values.dtype)
        elif values.dtype == object:
            self.values = self.values.astype(object)
        self.values = self.values.copy()
        self.there = self.there.copy()
        self.values[rows] = values
        self.there[rows] = other.there

    def _turned(self, other: "Out") -> Array:
        """Values of another kind: whole numbers with or without decimal places, or none on one side."""
        if {self.kind, other.kind} == {"whole", "number"}:
            return other.values // FINEST if self.kind == "whole" else other.values.astype(object) * FINEST
        if self.there.any():
            return np.zeros(len(other.values), dtype=self.values.dtype)
        self.kind, self.words, self.places = other.kind, list(other.words), other.places
        self.values = np.zeros(len(self.values), dtype=other.values.dtype)
        return other.values

    def to_arrow(self) -> Any:
        """The same as an Arrow array."""
        if self.kind in ("word", "names"):
            words = [BETWEEN.join(word) if self.kind == "names" else str(word) for word in self.words]
            codes = pa.array(self.values.astype(np.int32, copy=False), mask=_mask(self.there))
            return pa.DictionaryArray.from_arrays(codes, pa.array(words, pa.string()))
        if self.kind == "day":
            days = self.values.astype(np.int32, copy=False)
            return pa.array(days, mask=_mask(self.there)).cast(pa.date32())
        if self.kind in ("truth", "whole"):
            return pa.array(self.values, mask=_mask(self.there))
        return _decimals(self.values, self.there, self.places)


def outs_of(judged: Judged, frame: Frame, kept: Array) -> dict[str, Out]:
    """What a measure gives to rows, by name; nothing but UNKNOWN in rows that are not kept."""
    unknown = RESULTS.index(Result.UNKNOWN)
    everywhere = frame.full(True)
    result = judged.result if kept.all() else np.where(kept, judged.result, unknown)
    outs = {"result": Out("word", result, everywhere, list(RESULTS))}
    for name, (codes, names) in judged.lists.items():
        outs[name] = _names(codes, names, kept)
    applies = kept & (judged.result != RESULTS.index(Result.NOT_APPLICABLE))
    for name, amount in judged.amounts.items():
        column = Exact.of(frame, amount)
        outs[name] = Out("number", column.num, column.there & applies, [], FEN_PLACES)
    for name, mark in judged.marks.items():
        outs[name] = _mark(frame, mark, applies)
    return outs


def _names(codes: Array, names: list[Names], kept: Array) -> Out:
    return Out("names", codes, kept, list(names))


def _mark(frame: Frame, mark: Any, rows: Array) -> Out:
    column = _column(frame, mark)
    there = column.there & rows
    if isinstance(column, Truths):
        return Out("truth", column.yes, there, [])
    if isinstance(column, Words):
        return Out("word", np.maximum(column.codes, 0), there, [str(word) for word in column.words] or [""])
    if isinstance(column, Days):
        return Out("day", column.days, there, [])
    if isinstance(column.den, int) and column.den == 1:
        return Out("whole", column.num, there, [])
    return Out("number", rounded(column, FINEST).num, there, [], PLACES)


def _column(frame: Frame, mark: Any) -> Any:
    if isinstance(mark, (Truths, Words, Days, Exact)):
        return mark
    if isinstance(mark, bool):
        return Truths.of(frame, mark)
    if mark is None or isinstance(mark, str):
        return Words.of(frame, mark)
    return Exact.of(frame, mark) if hasattr(mark, "as_integer_ratio") else Days.of(frame, mark)


def _mask(there: Array) -> Array | None:
    return None if there.all() else ~there


def _decimals(values: Array, there: Array, places: int) -> Any:
    """Whole numerators as decimals, by their bytes."""
    kind = pa.decimal128(38, places)
    if values.dtype == object:
        from decimal import Decimal

        return pa.array(
            [
                Decimal(int(value)).scaleb(-places) if known else None
                for value, known in zip(values, there, strict=True)
            ],
            kind,
        )
    halves = np.empty((len(values), 2), dtype=np.int64)
    halves[:, 0] = values
    halves[:, 1] = values >> 63
    valid = None if there.all() else pa.py_buffer(np.packbits(there, bitorder="little"))
    return pa.Array.from_buffers(kind, len(values), [valid, pa.py_buffer(halves)])
