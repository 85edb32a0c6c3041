"""Which cells of a table are withheld beside the small ones, and what the told ones leave open.

A table stands here with its totals behind the last row and column; a side of one group has none. Its sums
are the equations of a network (rows and columns are its nodes, cells its arcs), so that what linear
programming says of real numbers holds for whole ones, and a change that keeps all sums moves no cell by more
than the one that it is made for.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import block_diag, csr_array, hstack, kron

from features.errors import ModelError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LITTLE_CELLS, LITTLE_SMALL = 30, 8
"""Cells, and small ones among them, up to which the cheapest choice is looked for."""

NODES = 200
"""Branches after which the search for it ends; a number of seconds would differ from machine to machine."""

SLACK = 1e-6
"""What linear programming may be off by; counts are whole."""

ALREADY = 1e-4
"""What it costs to lean on a cell that is withheld already, beside one that is not: next to nothing."""


@cache
def equations(shape: tuple[int, int]) -> Floats:
    """The sums of a table with totals: a row an equation, which is zero, a column a cell, row after row."""
    lines = [*_lines(np.arange(shape[0] * shape[1]).reshape(shape))]
    sums = np.zeros((len(lines), shape[0] * shape[1]))
    for equation, line in zip(sums, lines, strict=True):
        equation[line[:-1]], equation[line[-1]] = 1.0, -1.0
    return sums


def _lines(places: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    if places.shape[1] > 1:
        yield from places
    if places.shape[0] > 1:
        yield from places.T


def weak(seen: Floats, smallest: int, floor: int) -> Flags:
    """Withheld cells that may be small, and whose range is narrower than the smallest cell."""
    low, high = ranges(seen, floor)
    return np.isnan(seen) & (low < smallest) & (high - low < smallest)


def ranges(seen: Floats, floor: int) -> tuple[Floats, Floats]:
    """The least and largest count of each cell that the told ones allow.

    Args:
        seen: The table with its totals; missing where withheld.
        floor: What every withheld cell is known to be at least.

    Raises:
        ModelError: No table has these cells and totals.
    """
    low, high = seen.copy(), seen.copy()
    unknown = np.flatnonzero(np.isnan(seen))
    sums = equations(seen.shape)
    left, right = sums[:, unknown], -sums @ np.where(np.isnan(seen), 0.0, seen).ravel()
    if not len(unknown):
        return low, high
    asked = np.flatnonzero(np.abs(left).sum(axis=1))
    for place, cell in enumerate(unknown):
        aim = np.zeros(len(unknown))
        aim[place] = 1.0
        low.flat[cell] = _least(aim, left[asked], right[asked], floor)
        high.flat[cell] = -_least(-aim, left[asked], right[asked], floor)
    return low, high


def _least(aim: Floats, left: Floats, right: Floats, floor: int) -> float:
    if not len(left):
        return float(floor) if aim.sum() > 0 else -np.inf
    found = linprog(aim, A_eq=left, b_eq=right, bounds=(floor, None), method="highs")
    if found.status == 3:  # noqa: PLR2004 - nothing bounds it
        return -np.inf
    if found.status != 0:
        raise ModelError("told cells and totals contradict each other; expected the totals of these cells")
    whole = round(float(found.fun))
    return float(whole) if abs(whole - found.fun) < SLACK else float(found.fun)


def cheapest(full: Floats, small: Flags, fixed: Flags, smallest: int, floor: int) -> Flags:
    """The cells to withhold that lose the fewest firms; of a large table the small cells alone.

    For every small cell two other tables must agree with all told cells and sums, the one with a count higher
    by `smallest` in that cell than the other (Fischetti, Salazar 2000, with a sliding range).

    Args:
        full: The table with its totals.
        small: Cells that must be withheld.
        fixed: Cells that are told whatever happens: nobody is there.
        smallest: Least count that may be told, and the narrowest range.
        floor: What every withheld cell is known to be at least.
    """
    cells, asked = full.ravel(), np.flatnonzero(small)
    if not len(asked) or full.size > LITTLE_CELLS or len(asked) > LITTLE_SMALL:
        return small
    size, others = len(cells), 2 * len(asked)
    free, eye = np.where(fixed.ravel(), 0.0, 1.0), csr_array(np.eye(size))
    sums = block_diag([csr_array(equations(full.shape))] * others)
    nothing = csr_array((sums.shape[0], size))
    ones = np.ones((others, 1))
    apart = csr_array((len(asked), size * (others + 1)))
    apart = apart.tolil()
    for place, cell in enumerate(asked):
        apart[place, size * (1 + 2 * place) + cell], apart[place, size * (2 + 2 * place) + cell] = 1.0, -1.0
    each = kron(np.eye(others), eye)
    told = np.tile(cells, others)
    rules = [
        LinearConstraint(hstack([nothing, sums]).tocsr(), 0, 0),
        LinearConstraint(hstack([kron(ones, -smallest * eye), each]).tocsr(), -np.inf, told),
        LinearConstraint(hstack([kron(ones, np.diag(cells - floor)), each]).tocsr(), told, np.inf),
        LinearConstraint(apart.tocsr(), smallest, np.inf),
    ]
    low = np.concatenate([small.ravel().astype(np.float64), np.zeros(others * size)])
    high = np.concatenate([free, np.full(others * size, np.inf)])
    found = milp(
        np.concatenate([cells + 1, np.zeros(others * size)]),
        integrality=np.concatenate([np.ones(size), np.zeros(others * size)]),
        bounds=Bounds(low, high),
        constraints=rules,
        options={"node_limit": NODES},
    )
    return small if found.x is None else (found.x[:size] > 0.5).reshape(full.shape)  # noqa: PLR2004 - yes or no


def enough(full: Floats, hidden: Flags, fixed: Flags, wanted: Flags, smallest: int, floor: int) -> Flags:
    """More cells withheld, so that each of the wanted ones may lie in a range of `smallest` or more.

    One after the other gets its range by the two other tables that change the least beyond what is withheld
    already (Kelly, Golden, Assad 1992); the cells that they change are withheld.
    """
    kept = hidden.copy()
    for cell in np.flatnonzero(wanted):
        moved = _moved(full.ravel(), kept.ravel(), fixed.ravel(), int(cell), smallest, floor, full.shape)
        kept |= moved.reshape(full.shape)
    return kept


def _moved(
    cells: Floats, kept: Flags, fixed: Flags, cell: int, smallest: int, floor: int, shape: tuple[int, int]
) -> Flags:
    """The cells in which two tables differ from this one, so that `cell` differs by `smallest` in the two."""
    size = len(cells)
    sums = equations(shape)
    upper = np.where(fixed, 0.0, np.inf)
    lower = np.where(fixed, 0.0, np.maximum(cells - floor, 0.0))
    cost = np.where(kept, ALREADY, 1.0) * (cells + 1)
    turns = np.hstack([sums, -sums])  # up, down
    none = np.zeros_like(turns)
    gap = np.zeros(4 * size)
    gap[[cell, 3 * size + cell]], gap[[size + cell, 2 * size + cell]] = -1.0, 1.0
    found = linprog(
        np.tile(cost, 4),
        A_ub=gap[None, :],
        b_ub=[-smallest],
        A_eq=np.vstack([np.hstack([turns, none]), np.hstack([none, turns])]),
        b_eq=np.zeros(2 * len(sums)),
        bounds=np.column_stack([np.zeros(4 * size), np.tile(np.concatenate([upper, lower]), 2)]),
        method="highs",
    )
    if found.x is None:  # pragma: no cover - with its totals withheld a cell may always be larger
        return np.ones(size, dtype=np.bool_) & ~fixed
    moved: Flags = (found.x.reshape(4, size) > SLACK).any(axis=0)
    return moved
