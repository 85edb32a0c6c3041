"""Typed columns in types that are quick to copy and compare, and what their types are called."""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from features.catalogue import DType

KIND: dict[DType, str] = {
    "text": "text",
    "category": "text",
    "money": "exact decimal",
    "number": "number",
    "count": "number",
    "date": "date",
    "flag": "flag",
}
"""What a typed column of each catalogue type is."""


def kind_of(dtype: Any) -> str:
    """What a column of a pandas type is, in the words of `KIND`; the type's own name where it is none."""
    if isinstance(dtype, pd.ArrowDtype) and pa.types.is_decimal(dtype.pyarrow_dtype):
        return "exact decimal"
    if isinstance(dtype, pd.StringDtype):
        return "text"
    return {"M": "date", "f": "number", "b": "flag"}.get(dtype.kind, str(dtype))


def one_array(values: pd.Series) -> pa.Array:
    """A column as one Arrow array; pandas may hold it in several parts."""
    found = pa.array(values)
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def as_floats(values: pd.Series) -> NDArray[np.float64]:
    """Numbers of any kind as floats, decimals without a detour; missing is NaN."""
    if isinstance(values.dtype, pd.ArrowDtype):
        return one_array(values).cast(pa.float64()).to_numpy(zero_copy_only=False)
    return values.to_numpy(dtype="float64", na_value=np.nan)


def narrow(values: pd.Series) -> Any:
    """Text as categories, decimals as floats, dates in nanoseconds where they fit; equal as to any bound.

    Bounds are far below 2^53 fen, where a float is exact, and rounding beyond keeps the order.
    """
    if isinstance(values.dtype, pd.ArrowDtype):
        return as_floats(values)
    if isinstance(values.dtype, pd.StringDtype):
        return one_array(values).dictionary_encode().to_pandas()
    if values.dtype.kind == "M":
        try:
            return values.astype("datetime64[ns]").array  # the only dates that are compared all at once
        except pd.errors.OutOfBoundsDatetime:
            return values.array
    return values.array
