"""Columns of words of a list."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np

from serving.policy.logic import Column
from serving.policy.table.frame import Array, Frame
from serving.policy.table.truth import Truths


class Words(Column):
    """One word a row.

    Args:
        frame: The rows.
        codes: Place of each row's word in `words`; -1 where it is unknown.
        words: The words that can occur.
    """

    __slots__ = ("_there", "codes", "frame", "words")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, frame: Frame, codes: Array, words: tuple[str, ...]) -> None:
        self.frame = frame
        self.codes = codes
        self.words = words
        self._there: Array | None = None

    @classmethod
    def of(cls, frame: Frame, value: Any) -> "Words":
        """A column of one word; None is unknown."""
        if isinstance(value, Words):
            return value
        codes = np.full(frame.count, -1 if value is None else 0, dtype=np.int32)
        return cls(frame, codes, () if value is None else (value,))

    @property
    def there(self) -> Array:
        """Where it is known."""
        if self._there is None:
            there = self.codes >= 0
            self._there = self.frame.full(True) if there.all() else there
        return self._there

    def __eq__(self, other: object) -> Any:
        """Equality as Python has it: what is not known equals no word."""
        if isinstance(other, Words):
            same = (self.codes == other.coded_by(self.words)) & self.there
        elif isinstance(other, str):
            same = self.codes == self.words.index(other) if other in self.words else self.frame.full(False)
        else:
            return NotImplemented
        return Truths(self.frame, same, ~same)

    def __ne__(self, other: object) -> Any:
        same = self.__eq__(other)
        return same if same is NotImplemented else ~same

    def among(self, words: Collection[Any]) -> Truths:
        """Which values are one of a list; what is not known is none."""
        table = np.array([word in words for word in self.words] + [None in words], dtype=bool)
        same = table[self.codes]  # the last entry stands for -1
        return Truths(self.frame, same, ~same)

    def by_word(self, cases: Mapping[Any, Any]) -> Any:
        """What stands beside each value's word; unknown where it is not known."""
        from serving.policy.table.choosing import merged

        parts = []
        for code, word in enumerate(self.words):
            rows = self.codes == code
            if rows.any():
                parts.append((rows, self.frame.ask(rows, cases[word])))
        return merged(self.frame, parts)

    def coded_by(self, words: tuple[str, ...]) -> Array:
        """The same values as places in another list; -2 for a word that is not there."""
        places = [words.index(word) if word in words else -2 for word in self.words]
        return np.array([*places, -1], dtype=np.int32)[self.codes]

    def mapped(self, how: Callable[[str], Any]) -> list[Any]:
        """What a function makes of each word that can occur."""
        return [how(word) for word in self.words]
