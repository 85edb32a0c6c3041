"""Tables of counts without small cells, and the proof that nobody works these out from the totals.

A count below the smallest cell is withheld. A reader who knows the totals subtracts what is told from them,
so further cells are withheld until every withheld one may lie in a range at least as wide as the smallest
cell: complementary suppression (Cox 1980; Fischetti, Salazar 2000). The proof is linear programming over the
told cells and totals, which for tables of one or two ways gives the exact range of whole numbers: the
equations are those of a network.

Nobody is not always harmless: no bad firm among twelve tells that all twelve are good, and so it does where
no group has a bad one. So a zero counts as small unless its whole row is empty: a group of nobody tells of no
firm anything. Outcomes therefore stand in columns; `zeros_told` is for tables of which neither side is one.
All withheld cells bear the same mark: were the small ones told apart from those withheld beside them, a
reader would know more than the proof assumes. Two tables of nearly the same firms, such as of two months, are
not compared with each other here.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import ModelError
from models.lab.withholding import cheapest, enough, ranges, weak

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MARK = "*"
"""A withheld cell: below the smallest, or the means to find one that is."""

NOTE = {
    "zh": "* 少于{smallest}户，或可据以推算出少于{smallest}户的数",
    "en": "* fewer than {smallest}, or a number from which such a one could be worked out",
}


def told(count: float | None, smallest: int) -> str:
    """A single count, as a text or table prints it.

    >>> told(1234, 10), told(3, 10), told(0, 10), told(None, 10)
    ('1,234', '<10', '<10', '*')
    """
    if count is None or pd.isna(count):
        return MARK
    return f"<{smallest}" if count < smallest else f"{int(count):,}"


def suppressed(
    counts: pd.DataFrame,
    smallest: int,
    margins: bool = True,  # noqa: FBT001, FBT002 - a table with or without its totals
    *,
    zeros_told: bool = False,
    total: str = "total",
) -> pd.DataFrame:
    """A table of counts with its totals, small cells and what would betray them withheld.

    Little tables lose as few firms' worth of cells as can be; larger ones nearly so.

    Args:
        counts: Whole numbers without totals, groups in rows, outcomes or further groups in columns; a single
            column for one way.
        smallest: Least count that is told.
        margins: Whether totals are told, too: behind the last row and column, where there are several.
        zeros_told: Whether an empty cell is told; only where neither side of the table is an outcome.
        total: What the row and column of totals are called.

    Returns:
        The counts as whole numbers, missing where withheld.

    Raises:
        ModelError: The table is empty, holds something else than counts, or has a group of the totals' name.
    """
    values = _counts(counts, total)
    if not margins:
        return _frame(values, _small(values, smallest, zeros_told=zeros_told), counts, total)
    full = _with_totals(values)
    small = _small(full, smallest, zeros_told=zeros_told)
    floor = 1 if zeros_told else 0
    fixed = _empty(full) if not zeros_told else full == 0
    hidden = cheapest(full, small, fixed, smallest, floor)
    while (open_ones := weak(np.where(hidden, np.nan, full), smallest, floor)).any():
        hidden = enough(full, hidden, fixed, open_ones, smallest, floor)
    return _frame(full, hidden, counts, total)


def protects(counts: pd.DataFrame, shown: pd.DataFrame, smallest: int, *, zeros_told: bool = False) -> bool:
    """Whether a table with withheld cells keeps every small count of the whole table.

    True where each told cell is the truth and large enough, and every withheld one that may be small may also
    lie `smallest` higher, whatever a reader works out from the told cells and totals.

    Args:
        counts: The whole table, without totals.
        shown: As `suppressed` gives it, with or without totals.
        smallest: Least count that may be told.
        zeros_told: As of `suppressed`.
    """
    values = _counts(counts, "")
    truth = values if shown.shape == values.shape else _with_totals(values)
    seen = shown.to_numpy(dtype=np.float64, na_value=np.nan)
    agrees = seen.shape == truth.shape and bool((np.isnan(seen) | (seen == truth)).all())
    margins = truth is not values
    return agrees and not weak_cells(shown, smallest, margins, zeros_told=zeros_told)


def weak_cells(
    shown: pd.DataFrame,
    smallest: int,
    margins: bool = True,  # noqa: FBT001, FBT002 - as of `suppressed`
    *,
    zeros_told: bool = False,
) -> list[str]:
    """The names of cells that tell of too few; none where the table may leave.

    Args:
        shown: Counts, missing where withheld.
        smallest: Least count that may be told.
        margins: Whether the last row and the last column, where there are several, are totals.
        zeros_told: As of `suppressed`.

    Raises:
        ModelError: The totals are not those of the cells.
    """
    seen = shown.to_numpy(dtype=np.float64, na_value=np.nan)
    found = _small(seen, smallest, zeros_told=zeros_told)
    if margins:
        found |= weak(seen, smallest, 1 if zeros_told else 0)
    return [f"{shown.index[row]} / {shown.columns[column]}" for row, column in np.argwhere(found)]


def bounds(shown: pd.DataFrame, *, least: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The least and the largest count that each cell may have for a reader who knows all told cells.

    Args:
        shown: As `suppressed` gives it with its totals; missing where withheld.
        least: What a reader knows every withheld cell to be at least: 1 where zeros are told.

    Returns:
        Two tables of the same shape; told cells lie between themselves, infinity where nothing bounds one.
    """
    low, high = ranges(shown.to_numpy(dtype=np.float64, na_value=np.nan), least)
    return tuple(pd.DataFrame(one, shown.index, shown.columns) for one in (low, high))


def safe_rates(
    groups: pd.DataFrame, *, rows: str, bads: str, smallest: int, total: str = "total"
) -> pd.DataFrame:
    """Groups with their bads and rate of default, and the total, so that no small number can be worked out.

    A rate is withheld where its numerator, the rest or the whole is small: no bad among twelve tells of all
    twelve, and so does every one of twelve.

    Args:
        groups: A row a group, with the columns of counts `rows` and `bads`.
        rows: Column of all firms or loans of a group.
        bads: Column of those that defaulted.
        smallest: Least count that is told.
        total: What the row of all groups is called.

    Returns:
        `rows`, `bads` and `rate` by group, the total last where there are several; missing where withheld.

    Raises:
        ModelError: As of `suppressed`; more bads than rows are negative goods.
    """
    split = pd.DataFrame({bads: groups[bads], "goods": groups[rows] - groups[bads]}, index=groups.index)
    shown = suppressed(split, smallest, total=total)
    safe = pd.DataFrame({rows: shown[total], bads: shown[bads]})
    return safe.assign(rate=(safe[bads] / safe[rows]).astype("Float64"))


def as_text(shown: pd.DataFrame) -> pd.DataFrame:
    """A table of counts as it is printed, withheld cells with their mark; `NOTE` says what it means."""
    return shown.astype("object").map(lambda count: MARK if pd.isna(count) else f"{int(count):,}")


def _counts(counts: pd.DataFrame, total: str) -> Floats:
    values = counts.to_numpy(dtype=np.float64, na_value=np.nan)
    if not values.size:
        raise ModelError(f"a table of shape {values.shape}; expected counts of at least one group")
    if not (np.isfinite(values).all() and (values >= 0).all() and (values == np.round(values)).all()):
        raise ModelError(
            "a table of counts holds missing, negative or broken numbers; expected whole numbers from zero on"
        )
    if total in counts.index or total in counts.columns:
        raise ModelError(f"a group is called '{total}' as the totals are; give the totals another name")
    return values


def _with_totals(values: Floats) -> Floats:
    """Totals behind each side that has several groups."""
    if values.shape[0] > 1:
        values = np.vstack([values, values.sum(axis=0)])
    return np.column_stack([values, values.sum(axis=1)]) if values.shape[1] > 1 else values


def _frame(full: Floats, hidden: Flags, counts: pd.DataFrame, total: str) -> pd.DataFrame:
    index, columns = (
        [*names, *([total] if size > len(names) else [])]
        for names, size in zip((counts.index, counts.columns), full.shape, strict=True)
    )
    told_ones = pd.DataFrame(np.where(hidden, np.nan, full), index, columns).astype("Int64")
    return told_ones.rename_axis(index=counts.index.name, columns=counts.columns.name)


def _small(full: Floats, smallest: int, *, zeros_told: bool) -> Flags:
    """Told cells that may not be: small ones, and zeros within groups of somebody."""
    harmless = full == 0 if zeros_told else _empty(full)
    return (full < smallest) & ~harmless


def _empty(full: Floats) -> Flags:
    """Cells of groups in which nobody is."""
    return np.broadcast_to((full == 0).all(axis=1)[:, None], full.shape)
