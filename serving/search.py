"""Firms by the beginning of their code, or by any part of their name."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.uscc import normalise
from serving.snapshot import NAME

MOST_FOUND = 20
LONGEST_TEXT = 64
END = "\0"
"""Stands between two names; no name holds it, and nobody can look for it."""
BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Found:
    """A firm that was looked for.

    Attributes:
        entity_id: Its code, or the id that a research file gives it.
        name: As registered; None where that is not known.
    """

    entity_id: str
    name: str | None = None


class Names:
    """Codes and names of all firms, put together once so that looking through them takes milliseconds.

    Args:
        ids: Code of each firm.
        names: Name of each, in the same order; None where it is not known.
    """

    def __init__(self, ids: Sequence[str], names: Sequence[str | None]) -> None:
        self._ids, self._names = ids, names
        codes = [one.upper() for one in ids]
        self._order = sorted(range(len(ids)), key=codes.__getitem__)
        self._codes = [codes[place] for place in self._order]
        # One long text is searched by one call of C; a loop over 300,000 names takes a hundred times as long.
        self._text = _plain(END.join((name or "").replace(END, "") for name in names))
        self._ends = _places_of_ends(self._text)

    @classmethod
    def of(cls, firms: pd.DataFrame) -> Self:
        """The firms of a snapshot, indexed by `entity_id`; older ones have no names."""
        ids = firms.index.astype("str").tolist()
        if NAME not in firms:
            return cls(ids, [None] * len(ids))
        named = firms[NAME].astype("object")
        return cls(ids, named.where(named.notna(), None).tolist())

    def find(self, text: str, most: int = MOST_FOUND) -> list[Found]:
        """Firms whose code begins with a text, then those whose name holds it; at most `most`.

        Full-width letters, lower case and blanks make no difference. Nothing is found for an empty text.
        """
        wanted = normalise(text[:LONGEST_TEXT]).replace(END, "")
        if not wanted:
            return []
        by_code = list(islice(self._by_code(wanted), most))
        known = set(by_code)
        by_name = [place for place in islice(self._by_name(wanted), most) if place not in known]
        return [Found(self._ids[place], self._names[place]) for place in (by_code + by_name)[:most]]

    def _by_code(self, wanted: str) -> Iterable[int]:
        for place in range(bisect_left(self._codes, wanted), len(self._codes)):
            if not self._codes[place].startswith(wanted):
                return
            yield self._order[place]

    def _by_name(self, wanted: str) -> Iterable[int]:
        at = self._text.find(wanted)
        while at >= 0:
            place = int(np.searchsorted(self._ends, at))
            yield place
            if place >= len(self._ends):
                return
            at = self._text.find(wanted, int(self._ends[place]) + 1)


def _plain(text: str) -> str:
    return BLANKS.sub("", unicodedata.normalize("NFKC", text)).upper()


def _places_of_ends(text: str) -> NDArray[np.int64]:
    letters: NDArray[Any] = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return np.flatnonzero(letters == ord(END)).astype(np.int64)
