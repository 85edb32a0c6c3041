"""Which firms two parties both know, and what may be told of it.

Whoever knows how many firms each list has can work out the third count from any two of matched, left over on
the left and left over on the right. So if either remainder lies below the smallest cell, none of the three is
told exactly: only that at most so few are left over. A number of matches below the smallest cell is an error
that does not say whether it was none: a party that lists one true firm among invented ones would else learn
whether the other side knows it.

This holds for one comparison. Two lists that differ by one firm give it away by the difference of two exact
counts, whatever is told of each; that lists are not compared again and again is what the ledger is for.
"""

from dataclasses import dataclass, field

import pandas as pd

from features.errors import ModelError

SMALLEST_CELL = 10
RATE_DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """How far two lists of firms agree.

    Attributes:
        left: Different firms on the left list.
        right: Different firms on the right list.
        matched: Firms on both.
        smallest_cell: No count below it is told.

    Raises:
        ModelError: A list is too short for anything to be told, or fewer firms than the smallest cell match.
        ValueError: There is no smallest cell, or more firms match than a list has.
    """

    left: int
    right: int
    matched: int = field(repr=False)  # a repr ends up in logs
    smallest_cell: int = SMALLEST_CELL

    def __post_init__(self) -> None:
        if self.smallest_cell < 1 or self.matched > min(self.left, self.right):
            raise ValueError("expected a smallest cell of 1 or more, and no more matches than firms listed")
        shortest = shortest_list(self.smallest_cell)
        if min(self.left, self.right) < shortest:
            side = "left" if self.left < shortest else "right"
            raise ModelError(
                f"the {side} list names fewer than {shortest} different firms; expected that many or more, "
                f"so that the smallest cell of {self.smallest_cell} can be kept"
            )
        if self.matched < self.smallest_cell:
            raise ModelError(
                f"fewer than {self.smallest_cell} firms are on both lists, possibly none: how many is not "
                "told, and nothing is joined. Look whether both parties keyed with the same key (compare the "
                "fingerprints), whether their ids are credit codes and not numbers of their own, and whether "
                "the lists are of the same region and years"
            )

    @property
    def exact(self) -> bool:
        """Whether the counts may be told: each remainder is at least the smallest cell."""
        return min(self.left, self.right) - self.matched >= self.smallest_cell

    @property
    def at_least(self) -> int:
        """The largest number of which it may be told that at least so many firms match."""
        if self.exact:
            return self.matched
        return min(self.left, self.right) - self.smallest_cell + 1

    def told(self) -> dict[str, int | float | str]:
        """What both parties and the ledger may learn.

        Returns:
            `left`, `right`: firms on each list. `matched`, `left_only`, `right_only`: exact counts, or words
            such as "<10", ">=991" and "<=1017" where a remainder is below the smallest cell. `left_rate`,
            `right_rate`: share of each list that matched; then the largest share that it surely is, as ">=…".
        """
        lists: dict[str, int | float | str] = {"left": self.left, "right": self.right}
        if self.exact:
            return lists | {
                "matched": self.matched,
                "left_only": self.left - self.matched,
                "right_only": self.right - self.matched,
                "left_rate": round(self.matched / self.left, RATE_DIGITS),
                "right_rate": round(self.matched / self.right, RATE_DIGITS),
            }
        return lists | {
            "matched": f">={self.at_least}",
            "left_only": self._rest(self.left),
            "right_only": self._rest(self.right),
            "left_rate": f">={_rounded_down(self.at_least / self.left)}",
            "right_rate": f">={_rounded_down(self.at_least / self.right)}",
        }

    def _rest(self, firms: int) -> str:
        most = firms - self.at_least
        return f"<{self.smallest_cell}" if most < self.smallest_cell else f"<={most}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Two lists side by side. The firms themselves are for the inside of the lab only; `told` may leave it.

    Attributes:
        matched: Keyed ids on both lists, in their order.
        left_only: Those on the left list alone.
        right_only: Those on the right list alone.
        left_duplicates: Entries of the left list that repeat an earlier one.
        right_duplicates: Entries of the right list that repeat an earlier one.
        left_missing: Entries of the left list without an id.
        right_missing: Entries of the right list without an id.
        overlap: The counts.
    """

    matched: pd.Index = field(repr=False)
    left_only: pd.Index = field(repr=False)
    right_only: pd.Index = field(repr=False)
    left_duplicates: int = field(repr=False)
    right_duplicates: int = field(repr=False)
    left_missing: int = field(repr=False)
    right_missing: int = field(repr=False)
    overlap: Overlap

    def told(self) -> dict[str, int | float | str]:
        """What may leave: the overlap, and duplicates and missing ids where they are no small cell."""
        extra = {
            name: told_count(getattr(self, name), self.overlap.smallest_cell)
            for name in ("left_duplicates", "right_duplicates", "left_missing", "right_missing")
        }
        return self.overlap.told() | extra


def matching(left: pd.Series, right: pd.Series, *, smallest_cell: int = SMALLEST_CELL) -> Matching:
    """Align the keyed ids of two parties.

    Args:
        left: Keyed ids of one side, repeated or missing ones among them.
        right: Keyed ids of the other side, made under the same key.
        smallest_cell: No count below it is told.

    Raises:
        ModelError: A list is too short, or fewer firms than the smallest cell match; the message does not
            tell how many.
    """
    here, there = (_different(side) for side in (left, right))
    both = there.get_indexer(here) >= 0  # many times as fast as isin for text
    matched = here[both]
    overlap = Overlap(left=len(here), right=len(there), matched=len(matched), smallest_cell=smallest_cell)
    return Matching(
        matched=matched,
        left_only=here[~both],
        right_only=there[matched.get_indexer(there) < 0],
        left_duplicates=int(left.notna().sum()) - len(here),
        right_duplicates=int(right.notna().sum()) - len(there),
        left_missing=int(left.isna().sum()),
        right_missing=int(right.isna().sum()),
        overlap=overlap,
    )


def shortest_list(smallest_cell: int) -> int:
    """How many firms a list needs at least.

    With fewer, that no less than the smallest cell match would leave fewer than the smallest cell of numbers
    that it can be: of ten firms, all.

    >>> shortest_list(10)
    19
    """
    return 2 * smallest_cell - 1


def told_count(count: int, smallest_cell: int) -> int | str:
    """A count, or "<10" where it lies below the smallest cell; none at all is not told apart from few.

    >>> told_count(10, 10), told_count(9, 10), told_count(0, 10)
    (10, '<10', '<10')
    """
    return count if count >= smallest_cell else f"<{smallest_cell}"


def _different(side: pd.Series) -> pd.Index:
    return pd.Index(side.dropna().unique(), dtype="str", name="entity_id").sort_values()


def _rounded_down(share: float) -> float:
    """A share to so many digits that never says more than is known."""
    scale: int = 10**RATE_DIGITS
    return int(share * scale) / scale
