"""Tables of numbers and categories as the plain matrix that a booster reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import ModelError
from models.names import names_of
from models.relative import Relative

Floats = NDArray[np.float64]
FEW = 10
"""Rows up to which reading cell by cell is quicker than column by column."""

AT_ONCE = 32
"""Columns that are put into a matrix together."""

PLAIN = "biuf"
"""Kinds of columns that hold nothing but numbers, or yes and no."""

NUMBERS = {float, int, bool}

SHOWN = 5
"""Names that an error lists before it says that there are more."""


@dataclass(slots=True)
class Encoder:
    """Remembers the columns of training, and the place of each category among them.

    A category that was not there in training becomes missing: unknown, not a category of its own.

    Attributes:
        inputs: Columns that a table must have.
        categories: Categorical columns and their words.
        relative: Positions within the industry that stand behind the inputs; None for none.
    """

    inputs: list[str] = field(default_factory=list)
    categories: dict[str, list[str]] = field(default_factory=dict)
    relative: Relative | None = None
    _codes: list[tuple[int, dict[str, float]]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._codes = [
            (self.inputs.index(name), {word: float(code) for code, word in enumerate(words)})
            for name, words in self.categories.items()
        ]

    @classmethod
    def learn(cls, table: pd.DataFrame, relative: Mapping[str, Any] | None = None) -> "Encoder":
        """The columns of a table as they are in training.

        Args:
            table: Rows of training.
            relative: `by` and `columns` of positions to learn from these rows; see `Relative`.

        Raises:
            ModelError: A name stands twice, or a column is of a kind that cannot be read or placed.
        """
        names = [str(name) for name in table.columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ModelError(f"{len(twice)} columns stand twice: {', '.join(twice)}; expected each once")
        categories = {
            name: sorted(table[name].dropna().astype(str).unique())
            for name in names
            if not _numeric(table[name])
        }
        positions = Relative.learn(relative, table, categories) if relative else None
        return cls(names, categories, positions)

    @property
    def columns(self) -> list[str]:
        """Columns of the matrix, in order: the inputs, and behind them the positions within the industry."""
        return [*self.inputs, *(self.relative.names if self.relative else ())]

    def matrix(self, table: pd.DataFrame) -> Floats:
        """The table as float64, one column a feature in the order of training; missing is NaN.

        Raises:
            ModelError: A column of training is missing, holds words where numbers were, or is infinite.
        """
        places = self._places(table)
        few = self._few(table, places) if len(table) <= FEW else None
        values = self._many(table, places) if few is None else few
        if np.isinf(values).any():
            named = [self.inputs[place] for place in np.flatnonzero(np.isinf(values).any(axis=0))]
            raise ModelError(f"infinite values in {', '.join(named)}; expected numbers or missing")
        return (
            values if self.relative is None else np.hstack([values, self._positions(values, self.relative)])
        )

    def shown(self, table: pd.DataFrame, matrix: Floats | None = None) -> pd.DataFrame:
        """The table with the matrix's columns in its order, categories as words: what reasons speak of.

        Args:
            table: The firms.
            matrix: Their matrix where it is at hand already.
        """
        places = self._places(table)
        inputs = table if [*range(table.shape[1])] == places else table.iloc[:, places]
        if self.relative is None:
            return inputs
        positions = (self.matrix(table) if matrix is None else matrix)[:, len(self.inputs) :]
        beside = pd.DataFrame(positions, index=table.index, columns=self.relative.names)
        return pd.concat([inputs, beside], axis="columns")

    @property
    def categorical(self) -> list[int]:
        """Places of the categorical columns."""
        return [self.inputs.index(name) for name in self.categories]

    def _places(self, table: pd.DataFrame) -> list[int]:
        """Where in a table the columns of training stand, in their order."""
        names = names_of(table)
        if names == self.inputs:
            return [*range(len(names))]
        places = {name: place for place, name in enumerate(names)}
        missing = [name for name in self.inputs if name not in places]
        if missing:
            told = f"{', '.join(missing[:SHOWN])}{' …' if len(missing) > SHOWN else ''}"
            raise ModelError(f"{len(missing)} columns of training are missing: {told}")
        return [places[name] for name in self.inputs]

    def _positions(self, values: Floats, relative: Relative) -> Floats:
        places = [self.inputs.index(name) for name in relative.columns]
        return relative.positions(values[:, places], values[:, self.inputs.index(relative.by)])

    def _many(self, table: pd.DataFrame, places: list[int]) -> Floats:
        """Some columns at a time: one by one, each a cell of every row, they take four times as long."""
        values = np.empty((len(table), len(self.inputs)))
        for begin in range(0, len(places), AT_ONCE):
            some = places[begin : begin + AT_ONCE]
            columns = np.empty((len(some), len(table)))
            for row, place in enumerate(some):
                columns[row] = self._numbers(table.iloc[:, place], self.inputs[begin + row])
            values[:, begin : begin + len(some)] = columns.T
        return values

    def _numbers(self, column: pd.Series, name: str) -> Any:
        plain = column.dtype.kind in PLAIN and isinstance(column.dtype, np.dtype)
        if plain and name not in self.categories:
            return column.to_numpy()
        return self._column(column, name)

    def _few(self, table: pd.DataFrame, places: list[int]) -> Floats | None:
        """What `_many` gives, cell by cell; None where a cell needs a closer look than this.

        For one firm nearly all the time of `_many` is what each column costs whatever its length.
        """
        cells = table.to_numpy(dtype=object)
        flat = (cells if places == [*range(cells.shape[1])] else cells[:, places]).ravel().tolist()
        if not self._put_codes(flat):
            return None
        if not set(map(type, flat)) <= NUMBERS:
            flat = [np.nan if cell is None or cell is pd.NA else cell for cell in flat]
            if not set(map(type, flat)) <= NUMBERS:
                return None
        return np.array(flat, dtype=np.float64).reshape(len(table), len(self.inputs))

    def _put_codes(self, cells: list[Any]) -> bool:
        """Codes in the place of words, row after row; whether all cells of words were words or missing."""
        for place, codes in self._codes:
            for at in range(place, len(cells), len(self.inputs)):
                cell = cells[at]
                if isinstance(cell, str):
                    cells[at] = codes.get(cell, np.nan)
                elif not (cell is None or cell is pd.NA or cell != cell):  # noqa: PLR0124 - NaN alone differs
                    return False
        return True

    def _column(self, values: pd.Series, name: str) -> Floats:
        if name in self.categories:
            words = values.astype("str").where(values.notna())
            codes = pd.Index(self.categories[name], dtype="str").get_indexer(words)
            return np.where(codes < 0, np.nan, codes).astype(np.float64)
        if not _numeric(values) and not values.isna().all():
            raise ModelError(
                f"column '{name}' was numeric in training and holds {values.dropna().iloc[0]!r} now"
            )
        return values.to_numpy(dtype=np.float64, na_value=np.nan)


def _numeric(values: pd.Series) -> bool:
    if values.dtype.kind in PLAIN:
        return True
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        raise ModelError(f"column '{values.name}' holds dates; turn it into an age or drop it")
    if values.dtype == object:
        return bool(values.dropna().map(lambda value: isinstance(value, int | float)).all())
    return bool(pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype))


def as_frame(values: Any) -> pd.DataFrame:
    """A DataFrame as it is; an array with columns named x0, x1 and so on."""
    if isinstance(values, pd.DataFrame):
        return values
    array = np.asarray(values)
    if array.ndim != 2:  # noqa: PLR2004 - rows and columns
        raise ModelError(f"expected a table of rows and columns, found shape {array.shape}")
    return pd.DataFrame(array, columns=[f"x{place}" for place in range(array.shape[1])])
