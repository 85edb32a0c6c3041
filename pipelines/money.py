"""Amounts to the fen. Text and decimals never pass through a float; floats must hold whole fen."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from features.lake import MONEY, with_scale
from features.narrow import as_floats, one_array
from pipelines.numbers import as_numbers, number_with_unit
from pipelines.recipe import IN_CELL, UNITS

FEN_TOLERANCE = 0.01
"""Largest distance from whole fen that is float noise and not a third decimal."""

PLAIN = r"^[+-]?[0-9]{1,16}(\.[0-9]{1,8})?$"
"""Amounts in text that are read digit by digit; others are read as people write (`pipelines.numbers`)."""

MOST_YUAN = Decimal(10**16)
WIDE = pa.decimal128(38, 12)
WHOLE = pa.decimal128(38, 0)
MOST_FEN = pa.scalar(Decimal(10**18 - 1), WHOLE)
"""The largest amount that the lake holds: 18 digits, two of them behind the point."""

EXACT_FLOAT = 2.0**53
"""Fen from which on a float may have lost some."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """A column of amounts; the booleans tell of each cell what keeps it from being one.

    Attributes:
        yuan: Exact decimals with two places; missing where the cell is missing or is no such amount.
        unread: It is no number.
        parts: It has parts of a fen.
        too_large: It has more digits than the lake, or a float, holds exactly.
    """

    yuan: pd.Series
    unread: pd.Series
    parts: pd.Series
    too_large: pd.Series


def exact_yuan(cells: pd.Series, unit: str | None = None) -> Amounts:
    """Amounts in `unit` (yuan by default) as exact yuan.

    >>> cells = pd.Series(["12.3456", "9007199254.740993", "0.0000001"])
    >>> exact_yuan(cells, "万元").yuan.astype("str").tolist()
    ['123456.00', '90071992547409.93', nan]
    """
    found = one_array(cells)
    if pa.types.is_decimal128(found.type) and unit in (None, "元") and _fits(found.type):
        return _amounts(cells, found.cast(MONEY))
    digits = _digits(found) if unit != IN_CELL else pa.nulls(len(found), WIDE)
    # In 分 the integers of a decimal with twelve places have ten of them, in 亿元 none.
    fen = with_scale(digits, pa.decimal128(38, 10 - _places(unit)))
    whole = pc.round(fen, 0).cast(WHOLE)
    parts = pc.not_equal(fen, pc.round(fen, 0)).fill_null(False)
    loose = _loose(cells[_mask(pc.and_(digits.is_null(), found.is_valid()), cells)], unit)
    whole = pc.coalesce(whole, _reindexed(loose.whole, cells))
    too_large = pc.greater(pc.abs(whole), MOST_FEN).fill_null(False)
    kept = pc.if_else(pc.or_(parts, too_large), pa.scalar(None, WHOLE), whole)
    return Amounts(
        yuan=_column(with_scale(kept, pa.decimal128(38, 2)).cast(MONEY), cells.index),
        unread=_everywhere(loose.unread, cells),
        parts=_mask(parts, cells) | _everywhere(loose.parts, cells),
        too_large=_mask(too_large, cells) | _everywhere(loose.too_large, cells),
    )


@dataclass(frozen=True, slots=True)
class _Loose:
    """Amounts that came by way of a float, as whole fen; missing where one of the others is true."""

    whole: pd.Series
    unread: pd.Series
    parts: pd.Series
    too_large: pd.Series


def _loose(cells: pd.Series, unit: str | None) -> _Loose:
    """Cells that are floats, or text that is not plain digits."""
    numbers, factor = _numbers(cells, unit)
    fen = numbers * factor * 100
    whole = fen.round()
    too_large = fen.abs() >= EXACT_FLOAT
    noise = np.maximum(FEN_TOLERANCE, 2 * np.spacing(fen.abs().fillna(0.0)))
    parts = (fen - whole).abs().gt(noise) & ~too_large
    return _Loose(whole.mask(parts | too_large), numbers.isna(), parts, too_large)


def _numbers(cells: pd.Series, unit: str | None) -> tuple[pd.Series, pd.Series | float]:
    if unit == IN_CELL:
        return number_with_unit(cells.astype("str"))
    factor = UNITS[unit] if unit else 1.0
    if pd.api.types.is_string_dtype(cells.dtype):
        return as_numbers(cells), factor
    numbers = pd.Series(as_floats(cells), index=cells.index)
    return numbers.where(np.isfinite(numbers)), factor


def _digits(found: pa.Array) -> pa.Array:
    """The cells that can be read digit by digit; missing where they cannot."""
    if pa.types.is_large_string(found.type) or pa.types.is_string(found.type):
        plain = pc.match_substring_regex(found, PLAIN)
        return pc.if_else(plain, found, pa.scalar(None, found.type)).cast(WIDE)
    if pa.types.is_integer(found.type):
        return found.cast(WIDE)
    if pa.types.is_decimal128(found.type) and found.type.scale <= WIDE.scale:
        return _short(found).cast(WIDE)
    return pa.nulls(len(found), WIDE)


def _short(found: pa.Array) -> pa.Array:
    """Decimals with so many digits that more places would not fit are left out: Arrow would not notice."""
    kind = found.type
    if kind.precision - kind.scale <= WIDE.precision - WIDE.scale:
        return found
    fits = pc.less(pc.abs(found), pa.scalar(MOST_YUAN, kind))
    return pc.if_else(fits, found, pa.scalar(None, kind))


def _places(unit: str | None) -> int:
    """By how many places the unit moves the point: 4 for 万元, −2 for 分."""
    return round(np.log10(UNITS[unit])) if unit and unit != IN_CELL else 0


def _fits(kind: pa.DataType) -> bool:
    return kind.scale == MONEY.scale and kind.precision <= MONEY.precision


def _amounts(cells: pd.Series, yuan: pa.Array) -> Amounts:
    never = pd.Series(False, index=cells.index)
    return Amounts(_column(yuan, cells.index), never, never, never)


def _column(yuan: pa.Array, index: pd.Index) -> pd.Series:
    return pd.Series(pd.array(yuan, dtype=pd.ArrowDtype(MONEY)), index=index)


def _mask(where: pa.Array, cells: pd.Series) -> pd.Series:
    return pd.Series(where.to_numpy(zero_copy_only=False), index=cells.index, dtype="bool")


def _everywhere(where: pd.Series, cells: pd.Series) -> pd.Series:
    return where.reindex(cells.index, fill_value=False)


def _reindexed(whole: pd.Series, cells: pd.Series) -> pa.Array:
    return (
        pa.Array.from_pandas(whole.reindex(cells.index).astype("Int64"))
        .cast(pa.decimal128(19, 0))
        .cast(WHOLE)
    )
