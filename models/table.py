"""Tables of numbers and categories as the plain matrix that a booster reads."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import ModelError

Floats = NDArray[np.float64]
SHOWN = 5
"""Names that an error lists before it says that there are more."""


@dataclass(slots=True)
class Encoder:
    """Remembers the columns of training, and the place of each category among them.

    A category that was not there in training becomes missing: unknown, not a category of its own.
    """

    columns: list[str] = field(default_factory=list)
    categories: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def learn(cls, table: pd.DataFrame) -> "Encoder":
        """The columns of a table as they are in training.

        Raises:
            ModelError: A name stands twice, or a column is neither number nor category.
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
        return cls(names, categories)

    def matrix(self, table: pd.DataFrame) -> Floats:
        """The table as float64, one column a feature in the order of training; missing is NaN.

        Raises:
            ModelError: A column of training is missing, holds words where numbers were, or is infinite.
        """
        missing = [name for name in self.columns if name not in table.columns]
        if missing:
            told = f"{', '.join(missing[:SHOWN])}{' …' if len(missing) > SHOWN else ''}"
            raise ModelError(f"{len(missing)} columns of training are missing: {told}")
        values = np.empty((len(table), len(self.columns)))
        for place, name in enumerate(self.columns):
            values[:, place] = self._column(table[name], name)
        if np.isinf(values).any():
            named = [self.columns[place] for place in np.flatnonzero(np.isinf(values).any(axis=0))]
            raise ModelError(f"infinite values in {', '.join(named)}; expected numbers or missing")
        return values

    @property
    def categorical(self) -> list[int]:
        """Places of the categorical columns."""
        return [self.columns.index(name) for name in self.categories]

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
