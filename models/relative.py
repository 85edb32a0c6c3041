"""Where a firm stands within its industry, measured by the firms of training alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import ModelError
from models.reasons import Meaning

Floats = NDArray[np.float64]

SUFFIX = "_vs_industry"

FEWEST = 30
"""An industry with fewer values in training has no middle of its own; all firms' is taken."""

FARTHEST = 5.0
"""Positions are cut off here: beyond, a firm is far off and no more can be said."""

Middle = tuple[float, float]
"""Median, and distance between the quartiles."""


@dataclass(slots=True)
class Relative:
    """Medians and quartile distances of training, by group; (x − median) / distance is a firm's position.

    Attributes:
        by: The column that names the group.
        columns: Columns that get a position.
        groups: The groups of training, in the order of their codes.
        own: Column → group → its middle, where the group had enough values and they differed.
        whole: Column → the middle of all rows; both missing where all values were the same or none was.
    """

    by: str
    columns: list[str]
    groups: list[str]
    own: dict[str, dict[str, Middle]]
    whole: dict[str, Middle]
    _middles: Floats = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        groups = [*self.groups, ""]
        middles = [[self.own[name].get(group, self.whole[name]) for group in groups] for name in self.columns]
        self._middles = np.array(middles, dtype=np.float64).reshape(len(self.columns), len(groups), 2)

    @classmethod
    def learn(
        cls, wanted: Mapping[str, Any], table: pd.DataFrame, groups: Mapping[str, list[str]]
    ) -> "Relative":
        """The middles of the rows of training.

        Args:
            wanted: `by`, the column that names the group, and `columns`, those that get a position.
            table: Rows of training.
            groups: The categorical columns of the table and their words.

        Raises:
            ModelError: `wanted` names a column that is not there or of the wrong kind.
        """
        by, columns = _refuse_unfit(wanted, table, groups)
        values = table[columns].astype("float64")
        words = table[by].astype("str").where(table[by].notna())
        own = {
            name: {
                str(group): middle
                for group, ones in values[name].groupby(words, sort=True)
                if ones.notna().sum() >= FEWEST and (middle := _middle(ones))[1] > 0
            }
            for name in columns
        }
        return cls(by, columns, groups[by], own, {name: _middle(values[name]) for name in columns})

    @property
    def names(self) -> list[str]:
        """The columns of positions, in order."""
        return [f"{name}{SUFFIX}" for name in self.columns]

    def positions(self, values: Floats, codes: Floats) -> Floats:
        """How far each value lies above its group's median, in quartile distances, cut off at ±5.

        Args:
            values: A row a firm, a column for each of `columns`.
            codes: Place of each firm's group among `groups`; missing where it was not there in training.

        Returns:
            The same shape as `values`; missing stays missing.
        """
        places = np.where(np.isnan(codes), len(self.groups), codes).astype(np.int64)
        middles = self._middles[:, places, :]
        return np.clip((values - middles[:, :, 0].T) / middles[:, :, 1].T, -FARTHEST, FARTHEST)

    def as_record(self) -> dict[str, Any]:
        """What JSON keeps, and `from_record` takes."""
        return {
            "by": self.by,
            "columns": self.columns,
            "groups": self.groups,
            "own": self.own,
            "whole": {
                name: [None if np.isnan(part) else part for part in pair] for name, pair in self.whole.items()
            },
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Relative":
        """The same positions to the bit: JSON keeps every digit."""
        own = {
            name: {group: (pair[0], pair[1]) for group, pair in middles.items()}
            for name, middles in record["own"].items()
        }
        whole = {
            name: (np.nan, np.nan) if None in pair else (pair[0], pair[1])
            for name, pair in record["whole"].items()
        }
        return cls(record["by"], list(record["columns"]), list(record["groups"]), own, whole)


def relative_meanings(meanings: Mapping[str, Meaning], columns: Sequence[str]) -> dict[str, Meaning]:
    """What the positions of columns mean, from what the columns mean; told together with them.

    The direction is the column's own: a position rises with its value.
    """
    return {f"{name}{SUFFIX}": _of_position(name, meanings[name]) for name in columns if name in meanings}


@lru_cache(maxsize=1024)
def _of_position(name: str, meaning: Meaning) -> Meaning:
    return replace(
        meaning,
        zh=f"{meaning.zh}（同行业相对水平）",
        en=f"{meaning.en.rstrip('.')}, against its industry.",
        lowers=f"{meaning.lowers}（与同行业相比）",
        raises=f"{meaning.raises}（与同行业相比）",
        unit="ratio",
        reason=meaning.reason or name,
    )


def _middle(values: pd.Series) -> Middle:
    known = values.dropna().to_numpy()
    if not len(known):
        return np.nan, np.nan
    low, median, high = (float(one) for one in np.quantile(known, [0.25, 0.5, 0.75]))
    return (median, high - low) if high > low else (np.nan, np.nan)


def _refuse_unfit(
    wanted: Mapping[str, Any], table: pd.DataFrame, groups: Mapping[str, list[str]]
) -> tuple[str, list[str]]:
    if set(wanted) != {"by", "columns"}:
        raise ModelError(f"relative says {', '.join(sorted(wanted))}; expected 'by' and 'columns'")
    by, columns = str(wanted["by"]), [str(name) for name in wanted["columns"]]
    if by not in groups:
        raise ModelError(f"relative: '{by}' is no categorical column of the table; expected one of words")
    for name in columns:
        if name not in table.columns or name in groups:
            raise ModelError(f"relative: '{name}' is no numeric column of the table")
        if f"{name}{SUFFIX}" in table.columns or columns.count(name) > 1:
            raise ModelError(f"relative: '{name}{SUFFIX}' would stand twice; expected each column once")
    return by, columns
