"""Raw cells to a verdict on every row: typed, then judged by the catalogue's expectations."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from features.lake import to_arrow
from pipelines.met import Repeats, Versions
from pipelines.recipe import Table
from pipelines.typing_rows import type_rows

Timed = Callable[[str], AbstractContextManager[object]]
"""Surrounds a named part of the work, for whoever wants to know how long it takes."""


def untimed(_name: str) -> AbstractContextManager[object]:
    """Nobody wants to know."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Checked:
    """A chunk with the verdict on it.

    Attributes:
        raw: The rows as they were read; the index is the row's number in the file.
        stored: The same rows in the stored form; of a bad row, whatever could be read.
        broken: Rule → which rows broke it.
        bad: Which rows broke any.
        untyped: How many of the bad rows have a cell that could not be read.
        repeats: How many rows alike stood before each bad row, where the recipe numbers those; else zeros.
    """

    raw: pd.DataFrame
    stored: pa.Table
    broken: dict[str, NDArray[np.bool_]]
    bad: NDArray[np.bool_]
    untyped: int
    repeats: NDArray[np.int64]

    @property
    def rules(self) -> pd.Series:
        """The rules that each bad row broke, in words."""
        where = np.flatnonzero(self.bad)
        said = np.full(len(where), "", dtype=object)
        for rule, broke in self.broken.items():
            hit = broke[where]
            said[hit] = [f"{before}; {rule}" if before else rule for before in said[hit]]
        return pd.Series(said, index=self.raw.index[self.bad], dtype="str")


class Checker:
    """Checks the chunks of one table in the order of its rows."""

    def __init__(self, table: Table, timed: Timed = untimed) -> None:
        from features.expectations import Judge

        self.table = table
        self.versions, self.repeats = Versions(), Repeats()
        self._timed = timed
        self._judge = Judge(table.source)

    def check(self, raw: pd.DataFrame) -> Checked:
        """The verdict on a chunk."""
        with self._timed("typing"):
            typed = type_rows(raw, self.table, self.repeats)
            untyped = _any_of(typed.broken.values(), len(raw))
        with self._timed("versions"):
            standing = self.versions.standing(typed.rows)
        with self._timed("expectations"):
            # A cell that could not be typed is missing now: to say so would be a second, false charge.
            found = self._judge.broken_rules(typed.rows, standing, ~untyped if untyped.any() else None)
        broken = {rule: where.to_numpy() for rule, where in typed.broken.items()} | found
        with self._timed("stored form"):
            stored = to_arrow(typed.rows, self.table.source)
        bad = _any_of(broken.values(), len(raw))
        repeats = np.zeros(len(raw), np.int64) if typed.repeats is None else typed.repeats
        return Checked(raw, stored, broken, bad, int(untyped.sum()), repeats[bad])


def _any_of(broken: Iterable[Any], rows: int) -> NDArray[np.bool_]:
    bad = np.zeros(rows, dtype=bool)
    for where in broken:
        bad |= np.asarray(where)
    return bad
