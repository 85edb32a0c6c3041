"""One firm through all parts of all trees at once: few operations on arrays, not thousands of questions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from models.patterns import MOST_QUESTIONS, Floats, Part, Question

Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Words:
    """The questions that ask for words.

    Attributes:
        asked: Places of the questions.
        columns: The column that each asks about.
        left: The words of all of them, one after the other.
        begins: Where the words of each begin.
        lasts: How many places further the last one stands, which is for words that are missing or unknown.
    """

    asked: Ints
    columns: Ints
    left: NDArray[np.bool_]
    begins: Ints
    lasts: Ints

    @classmethod
    def of(cls, parts: Sequence[Part]) -> Self:
        """Those of these parts."""
        told = [
            (place, question.column, question.words)
            for place, question in _placed(parts)
            if question.words is not None
        ]
        sizes = np.array([len(words) for _, _, words in told], np.intp)
        return cls(
            np.array([place for place, _, _ in told], np.intp),
            np.array([column for _, column, _ in told], np.intp),
            np.concatenate([words for _, _, words in told] or [np.empty(0, np.bool_)]),
            np.cumsum(sizes) - sizes,
            sizes - 1,
        )

    def answer(self, row: Floats, answers: NDArray[np.bool_]) -> None:
        """Fill in the answers to them."""
        values = row[self.columns]
        codes = np.where(values > -1, np.minimum(values, self.lasts), self.lasts)
        answers[self.asked] = self.left[self.begins + codes.astype(np.intp)]


@dataclass(frozen=True, slots=True)
class OneRow:
    """All parts laid out for one row; what it gives is to the bit what `Part` by `Part` adds up to.

    Attributes:
        width: Columns of a row.
        read: By question the place of its value in the row, which stands twice: missing lowest, and as it is.
        most: By question the most that goes left; missing where a part asks fewer than 8 questions.
        words: The questions that ask for words.
        values: What each column of each part gives for each pattern, one after the other.
        begins: Where each column of each part begins in `values`.
        parts: The part of each of these columns.
        columns: The column of the row that each of these is.
        margins: Each part's margins, one after the other.
        margin_begins: Where those of each part begin.
    """

    width: int
    read: Ints
    most: Floats
    words: _Words
    values: Floats
    begins: Ints
    parts: Ints
    columns: Ints
    margins: Floats
    margin_begins: Ints

    @classmethod
    def of(cls, parts: Sequence[Part], width: int) -> Self:
        """The layout of these parts for rows of so many columns."""
        read, most = (
            np.zeros(len(parts) * MOST_QUESTIONS, np.intp),
            np.full(len(parts) * MOST_QUESTIONS, np.nan),
        )
        for place, question in _placed(parts):
            read[place] = question.column + (0 if question.missing_left else width)
            most[place] = question.most
        patterns = np.array([len(part.margins) for part in parts], np.intp)
        asked = np.array([len(part.columns) for part in parts], np.intp)
        sizes = np.repeat(patterns, asked)
        return cls(
            width,
            read,
            most,
            _Words.of(parts),
            np.concatenate([part.table.ravel() for part in parts]),
            np.cumsum(sizes) - sizes,
            np.repeat(np.arange(len(parts)), asked),
            np.array([column for part in parts for column in part.columns], np.intp),
            np.concatenate([part.margins for part in parts]),
            np.cumsum(patterns) - patterns,
        )

    def shared(self, parts: Sequence[Part]) -> list[Part]:
        """The same parts, with tables that are views of the values held here: in memory once."""
        ends = np.cumsum([part.table.size for part in parts])
        return [
            replace(part, table=self.values[end - part.table.size : end].reshape(part.table.shape))
            for part, end in zip(parts, ends, strict=True)
        ]

    def shapley(self, row: Floats) -> Floats:
        """What each column gives to the margin of one row."""
        found = self.values[self.begins + self._patterns(row).take(self.parts)]
        # bincount adds one after the other, as is done for many rows
        given: Floats = np.bincount(self.columns, found, minlength=self.width).astype(np.float64, copy=False)
        return given

    def margin(self, row: Floats) -> float:
        """The margin of one row."""
        found = self.margins[self.margin_begins + self._patterns(row)]
        return float(np.add.accumulate(found)[-1])

    def _patterns(self, row: Floats) -> NDArray[np.uint8]:
        """By part the pattern of the row's answers; a comparison with a missing value is false."""
        both = np.concatenate([np.where(np.isnan(row), -np.inf, row), row])
        answers = both.take(self.read) <= self.most
        self.words.answer(row, answers)
        return np.packbits(answers)  # eight questions a part


def _placed(parts: Sequence[Part]) -> Iterator[tuple[int, Question]]:
    """Every question with its place, each part's as the last of eight: its pattern's highest bits are 0."""
    for number, part in enumerate(parts):
        first = (number + 1) * MOST_QUESTIONS - len(part.questions)
        yield from enumerate(part.questions, first)
