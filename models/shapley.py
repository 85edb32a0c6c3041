"""Margins and exact Shapley values: by tables of patterns, or of few rows by the booster itself.

Tables take half a second to make for 500 trees. They are made for many rows, or where `warm` says that firm
after firm will be asked about; once made, they answer for every row, alone or among others, to the bit.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any, Self
from weakref import WeakKeyDictionary

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from models.one_row import OneRow
from models.patterns import Floats, Part, Question, parts_of

Column = NDArray[Any]
"""Numbers, or places of words."""

MANY_ROWS = 2_000
"""From here on tables are worth making for."""

TOGETHER = 200
"""From here on rows are quicker through the tables together than one by one."""

FEW_ROWS = 2
"""Up to here margins through the tables are quicker than the booster's."""

VERY_MANY_ROWS = 100_000
"""From here on margins alone are worth making tables for."""

CHUNK_ROWS = 16_384


def warm(booster: lgb.Booster) -> None:
    """Make the tables now, so that one firm after the other is explained in a tenth of the booster's time.

    Args:
        booster: A booster of one margin a row; it is left alone where tables cannot hold its trees.
    """
    _tables(booster)


def shapley(booster: lgb.Booster, matrix: Floats, *, threads: int) -> Floats:
    """By how much log-odds each column moved each row's margin from the mean of training.

    Path-dependent TreeSHAP (Lundberg 2020). Both ways agree to 1e-9; a row's values do not depend on the rows
    beside it. Trees deeper than 8 are left to the booster, however many rows there are.

    Args:
        booster: A booster of one margin a row.
        matrix: Rows as the booster reads them; missing is NaN.
        threads: Threads for many rows; few rows take one.

    Returns:
        The shape of `matrix`; a row's sum and the mean margin of training make its margin.
    """
    tables = _tables(booster) if len(matrix) >= MANY_ROWS or _made(booster) else None
    if tables is not None:
        return tables.values(matrix, threads)
    threads = 1 if len(matrix) < MANY_ROWS else threads
    return np.asarray(booster.predict(matrix, pred_contrib=True, num_threads=threads))[:, :-1]


def margins(booster: lgb.Booster, matrix: Floats, *, threads: int) -> Floats:
    """The margin of each row: to the bit the booster's own, for one or very many rows in less time.

    Tables add up the same leaves in the same order. They are used where they have been made already, or where
    rows are so many that making them pays.

    Args:
        booster: A booster of one margin a row.
        matrix: Rows as the booster reads them; missing is NaN.
        threads: Threads.
    """
    made = _made(booster) and (len(matrix) >= MANY_ROWS or len(matrix) <= FEW_ROWS)
    tables = _tables(booster) if made or len(matrix) >= VERY_MANY_ROWS else None
    if tables is not None:
        return tables.margins(matrix, threads)
    return np.asarray(booster.predict(matrix, raw_score=True, num_threads=threads))


@dataclass(frozen=True, slots=True)
class _Tables:
    """All trees of a booster.

    Attributes:
        parts: The trees in parts.
        words: The columns of which a question asks for words.
        alone: The same for one row.
    """

    parts: list[Part]
    words: frozenset[int]
    alone: OneRow

    @classmethod
    def of(cls, parts: list[Part], width: int) -> Self:
        """The tables of these parts; those for one row are the same memory."""
        asked = [question for part in parts for question in part.questions]
        words = frozenset(question.column for question in asked if question.words is not None)
        alone = OneRow.of(parts, width)
        return cls(alone.shared(parts), words, alone)

    def values(self, matrix: Floats, threads: int) -> Floats:
        """Shapley values of every row: few one by one, many some thousand at a time in each thread."""
        if len(matrix) < TOGETHER:
            return np.array([self.alone.shapley(row) for row in matrix]).reshape(matrix.shape)
        given = np.empty(matrix.shape[::-1])

        def work(rows: slice) -> None:
            own = np.zeros((matrix.shape[1], len(matrix[rows])))
            desk, columns = self._read(matrix[rows])
            for part in self.parts:
                desk.look_up(part, columns, own)
            given[:, rows] = own

        _in_threads(work, len(matrix), threads)
        return given.T

    def margins(self, matrix: Floats, threads: int) -> Floats:
        """Margins of every row, likewise."""
        if len(matrix) < TOGETHER:
            return np.array([self.alone.margin(row) for row in matrix])
        given = np.zeros(len(matrix))

        def work(rows: slice) -> None:
            desk, columns = self._read(matrix[rows])
            for part in self.parts:
                desk.answer_all(part, columns)
                desk.add(part.margins, given[rows])

        _in_threads(work, len(matrix), threads)
        return given

    def _read(self, rows: Floats) -> tuple["_Desk", list[Column]]:
        columns = np.ascontiguousarray(rows.T)
        read = [_codes(one) if place in self.words else one for place, one in enumerate(columns)]
        return _Desk(len(rows)), read


def _in_threads(work: Callable[[slice], None], rows: int, threads: int) -> None:
    chunks = [slice(begin, min(begin + CHUNK_ROWS, rows)) for begin in range(0, rows, CHUNK_ROWS)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, chunks))


class _Desk:
    """Arrays to work in, so that none is made anew for each question."""

    def __init__(self, rows: int) -> None:
        self.answer = np.empty(rows, dtype=np.bool_)
        self.bits = np.empty(rows, dtype=np.uint8)
        self.pattern = np.empty(rows, dtype=np.intp)
        self.found = np.empty(rows)

    def look_up(self, part: Part, columns: Sequence[Column], given: Floats) -> None:
        """Add what a part gives to each row, column by column of the model."""
        self.answer_all(part, columns)
        for column, values in zip(part.columns, part.table, strict=True):
            self.add(values, given[column])

    def add(self, values: Floats, given: Floats) -> None:
        """Add the value of each row's pattern."""
        np.take(values, self.pattern, out=self.found, mode="clip")
        np.add(given, self.found, out=given)

    def answer_all(self, part: Part, columns: Sequence[Column]) -> None:
        """The pattern of each row's answers to a part's questions."""
        self.bits.fill(0)
        for question in part.questions:
            self._ask(question, columns[question.column])
            np.add(self.bits, self.bits, out=self.bits)
            np.add(self.bits, self.answer.view(np.uint8), out=self.bits)
        np.copyto(self.pattern, self.bits)

    def _ask(self, question: Question, values: Column) -> None:
        """Where each value goes; a comparison with a missing value is false."""
        if question.words is not None:
            np.take(question.words, values, out=self.answer, mode="clip")
        elif question.missing_left:
            np.logical_not(np.greater(values, question.most, out=self.answer), out=self.answer)
        else:
            np.less_equal(values, question.most, out=self.answer)


def _codes(values: Floats) -> NDArray[np.intp]:
    """Places of words; one that is missing or unknown has a place behind all others."""
    return np.where(values > -1, values, np.iinfo(np.int32).max).astype(np.intp)


_MADE: WeakKeyDictionary[lgb.Booster, tuple[int, _Tables | None]] = WeakKeyDictionary()
"""Tables by booster, and how many trees it had when they were made."""


_MAKING = Lock()


def _made(booster: lgb.Booster) -> bool:
    return _MADE.get(booster, (-1, None))[0] == booster.num_trees()


def _tables(booster: lgb.Booster) -> _Tables | None:
    """The tables of a booster, made once; None where only the booster itself can explain its trees."""
    with _MAKING:
        if not _made(booster):
            parts = parts_of(booster.dump_model())
            tables = None if parts is None else _Tables.of(parts, booster.num_feature())
            _MADE[booster] = (booster.num_trees(), tables)
        return _MADE[booster][1]
