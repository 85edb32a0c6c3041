"""Log-odds that are a sum of steps: what a table of points holds, and how it is read for a firm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Additive:
    """base + Σ steps of variables + Σ tables of pairs, in log-odds of default; means over training are zero.

    Attributes:
        base: Log-odds of the average firm.
        steps: For each variable what each of its bins adds.
        pairs: Places of the variables that are also read together.
        tables: For each pair what each bin of the one (rows) with each of the other (columns) adds beyond
            what the bins add alone.
        inside: For each variable, which row or column of a pair's table each of its bins belongs to.
    """

    base: float
    steps: list[Floats]
    pairs: list[tuple[int, int]]
    tables: list[Floats]
    inside: list[Ints]

    def log_odds(self, places: Ints) -> Floats:
        """Log-odds of firms.

        Args:
            places: Bin of each firm (axis 0) in each variable (axis 1).
        """
        total = np.full(len(places), self.base)
        for variable, added in enumerate(self.steps):
            total += added[places[:, variable]]
        for number in range(len(self.pairs)):
            total += self._together(number, places)
        return total

    def shares(self, places: Ints) -> Floats:
        """What each variable adds for each firm: its step, and half of each table that it stands in.

        These are the exact Shapley values of the log-odds against the firms of training, variables drawn
        one by one: alone a variable tells its step, and what a pair tells together is shared equally.
        """
        shares = np.zeros(places.shape)
        for variable, added in enumerate(self.steps):
            shares[:, variable] = added[places[:, variable]]
        for number, pair in enumerate(self.pairs):
            half = self._together(number, places) / 2
            for variable in pair:
                shares[:, variable] += half
        return shares

    def scaled(self, slope: float, intercept: float) -> "Additive":
        """The log-odds times `slope` plus `intercept`, as a sum of steps again."""
        return Additive(
            slope * self.base + intercept,
            [slope * added for added in self.steps],
            self.pairs,
            [slope * table for table in self.tables],
            self.inside,
        )

    def reach(self, variable: int) -> float:
        """The most that a variable can move log-odds away from the average."""
        own = [self.steps[variable]]
        own += [table for pair, table in zip(self.pairs, self.tables, strict=True) if variable in pair]
        return float(sum(np.abs(part).max() for part in own))

    def only(self, kept: Sequence[int]) -> "Additive":
        """Without the other variables and their pairs."""
        stay = [number for number, pair in enumerate(self.pairs) if set(pair) <= set(kept)]
        return Additive(
            self.base,
            [self.steps[at] for at in kept],
            [(kept.index(self.pairs[number][0]), kept.index(self.pairs[number][1])) for number in stay],
            [self.tables[number] for number in stay],
            [self.inside[at] for at in kept],
        )

    def as_record(self) -> dict[str, Any]:
        """What JSON keeps, and `from_record` takes; every digit stays."""
        return {
            "base": self.base,
            "steps": [added.tolist() for added in self.steps],
            "pairs": [list(pair) for pair in self.pairs],
            "tables": [table.tolist() for table in self.tables],
            "inside": [one.tolist() for one in self.inside],
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """The same sum to the bit."""
        return cls(
            float(record["base"]),
            [np.array(added, dtype=np.float64) for added in record["steps"]],
            [(int(one), int(other)) for one, other in record["pairs"]],
            [np.array(table, dtype=np.float64) for table in record["tables"]],
            [np.array(one, dtype=np.int64) for one in record["inside"]],
        )

    def _together(self, number: int, places: Ints) -> Floats:
        one, other = self.pairs[number]
        rows, columns = self.inside[one][places[:, one]], self.inside[other][places[:, other]]
        found: Floats = self.tables[number][rows, columns]
        return found


def centred(sum_: Additive, places: Ints, weight: Floats) -> Additive:
    """The same log-odds with every mean over training moved into the base.

    What a table tells of one of its variables alone goes to that variable's step (both taken as independent);
    a missing value that training never saw counts as the average.
    """
    base, steps = sum_.base, [added.copy() for added in sum_.steps]
    tables = []
    for (one, other), table in zip(sum_.pairs, sum_.tables, strict=True):
        rows, columns = sum_.inside[one][places[:, one]], sum_.inside[other][places[:, other]]
        of_row, of_column = _masses(rows, weight, len(table)), _masses(columns, weight, table.shape[1])
        by_row, by_column = table @ of_column, of_row @ table
        middle = float(of_row @ by_row)
        steps[one] += (by_row - middle)[sum_.inside[one]]
        steps[other] += (by_column - middle)[sum_.inside[other]]
        pure = table - by_row[:, None] - by_column[None, :] + middle
        pure[of_row == 0] = 0.0
        pure[:, of_column == 0] = 0.0
        rest = float(np.average(pure[rows, columns], weights=weight))
        tables.append(pure - rest)
        base += middle + rest
    for variable, added in enumerate(steps):
        mass = _masses(places[:, variable], weight, len(added))
        mean = float(mass @ added)
        base += mean
        steps[variable] = added - mean
        if mass[-1] == 0:
            steps[variable][-1] = 0.0
    return Additive(base, steps, sum_.pairs, tables, sum_.inside)


def _masses(places: Ints, weight: Floats, bins: int) -> Floats:
    mass: Floats = np.bincount(places, weight, minlength=bins) / weight.sum()
    return mass
