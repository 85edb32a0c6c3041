"""What was met before in a file, by hashes of 64 bits: eight bytes a row, however long its keys are."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]


class Runs:
    """Hashes in sorted runs, each at least twice as long as the next.

    So a chunk is looked up in a few of them, and none is sorted again and again.
    """

    def __init__(self) -> None:
        self._runs: list[Hashes] = []

    def __iter__(self) -> Iterator[Hashes]:
        return iter(self._runs)

    def add(self, ordered: Hashes) -> None:
        """Remember hashes, sorted already."""
        if len(ordered):
            self._runs.append(ordered)
        while len(self._runs) > 1 and len(self._runs[-2]) < 2 * len(self._runs[-1]):
            merged = np.concatenate([self._runs.pop(), self._runs.pop()])
            merged.sort(kind="stable")
            self._runs.append(merged)


class Versions:
    """Versions of records met so far: record, day of availability and operation."""

    def __init__(self) -> None:
        self._met = Runs()

    def standing(self, rows: pd.DataFrame) -> NDArray[np.int64]:
        """1 for rows whose version stood before, here or in an earlier chunk; 0 for the first of each.

        A version without record or day is none: it never stood before.
        """
        keys = _version_hashes(rows)
        known = (rows["record_id"].notna() & rows["available_at"].notna()).to_numpy()
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        again = np.zeros(len(keys), dtype=bool)
        again[order[1:]] = ordered[1:] == ordered[:-1]
        for run in self._met:
            place = np.searchsorted(run, ordered)
            again[order] |= run[np.minimum(place, len(run) - 1)] == ordered
        self._met.add(ordered)
        return (again & known).astype(np.int64)


class Repeats:
    """How often a key was met so far: the number that tells rows alike in everything apart."""

    def __init__(self) -> None:
        self._met = Runs()

    def before(self, keys: pd.Series) -> NDArray[np.int64]:
        """How often each key stood before, here or in an earlier chunk."""
        hashes = pd.util.hash_array(keys.to_numpy(dtype=object), categorize=False)
        order = np.argsort(hashes, kind="stable")
        ordered = hashes[order]
        met = np.arange(len(ordered)) - np.searchsorted(ordered, ordered)
        for run in self._met:
            met += np.searchsorted(run, ordered, side="right") - np.searchsorted(run, ordered)
        self._met.add(ordered)
        counts = np.empty(len(ordered), dtype=np.int64)
        counts[order] = met
        return counts


class Numbered(Repeats):
    """Numbers that rows were given when they were first read."""

    def __init__(self, numbers: NDArray[np.int64]) -> None:
        super().__init__()
        self._numbers = numbers

    def before(self, keys: pd.Series) -> NDArray[np.int64]:
        """The numbers, one a key."""
        return self._numbers[: len(keys)]


def _version_hashes(rows: pd.DataFrame) -> Hashes:
    record = pd.util.hash_array(rows["record_id"].to_numpy(dtype=object, na_value=""), categorize=False)
    operation = pd.util.hash_pandas_object(rows["op"], index=False).to_numpy()
    day = pd.util.hash_array(rows["available_at"].astype("datetime64[us]").to_numpy().view("int64"))
    # Odd factors keep (a, b) and (b, a) apart; overflow is wanted.
    return record * np.uint64(3) + day * np.uint64(5) + operation * np.uint64(7)
