"""The rows that are computed together, and which of them are being asked just now."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]


class Frame:
    """Rows that are computed together.

    Args:
        count: How many rows.
        unbounded: Whether numbers are Python's own, which no product can overflow; slower.

    Attributes:
        asked: Rows for which the present question is asked; what happens to others has no meaning.
        wide: Rows whose numbers left 64 bits; their values are void and are to be computed unbounded.
        refused: Rows for which one firm alone would give an error.
    """

    __slots__ = ("_constant", "asked", "count", "refused", "unbounded", "wide")

    def __init__(self, count: int, *, unbounded: bool = False) -> None:
        self.count = count
        self.unbounded = unbounded
        self._constant = (np.zeros(count, dtype=bool), np.ones(count, dtype=bool))
        for mask in self._constant:
            mask.setflags(write=False)  # they are handed to everyone
        self.asked = self._constant[True]
        self.wide: Array = np.zeros(count, dtype=bool)
        self.refused: Array = np.zeros(count, dtype=bool)

    @contextmanager
    def only(self, rows: Array) -> Iterator[bool]:
        """Ask the rows of a mask alone; gives whether there is any."""
        before = self.asked
        self.asked = before if rows is self._constant[True] else before & rows
        try:
            yield bool(self.asked.any())
        finally:
            self.asked = before

    @contextmanager
    def everywhere(self) -> Iterator[None]:
        """Ask all rows, whatever was asked before: for what is kept."""
        before = self.asked
        self.asked = self.full(True)
        try:
            yield
        finally:
            self.asked = before

    def ask(self, rows: Array, value: Any) -> Any:
        """A value, or what a function gives for the rows of a mask; None where it is asked of none."""
        if not callable(value):
            return value
        work: Callable[[], Any] = value
        with self.only(rows) as some:
            return work() if some else None

    def refuse(self, rows: Array) -> None:
        """Remember rows that are asked and would give an error."""
        self.refused |= rows & self.asked

    def full(self, value: bool) -> Array:  # noqa: FBT001 - the value itself
        """One truth for all rows; nobody may write into it."""
        return self._constant[value]
