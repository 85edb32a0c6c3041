"""Values of a database as cells."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pandas as pd

from pipelines.dates import CHINA


def column_of(values: list[Any]) -> pd.Series:
    """Dates and moments as datetime64, everything else as text; None is missing."""
    filled = [value for value in values if value is not None]
    if filled and all(isinstance(value, dt.date) for value in filled):
        return pd.Series([_moment(value) for value in values], dtype="datetime64[us]")
    return pd.Series([None if value is None else spelled(value) for value in values], dtype="str")


def joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Parts of one table below each other; a part whose dates are all missing follows the others."""
    for name in parts[0].columns:
        kinds = [pd.api.types.is_datetime64_any_dtype(part[name].dtype) for part in parts]
        if not any(kinds) or all(kinds):
            continue
        empty = all(kind or part[name].isna().all() for kind, part in zip(kinds, parts, strict=True))
        for part in parts:
            column = part[name]
            part[name] = (
                column.astype("datetime64[us]") if empty else column.astype("str").where(column.notna())
            )
    return pd.concat(parts, ignore_index=True)


def _moment(value: dt.date | None) -> dt.datetime | None:
    """A moment with a zone counts in China's time."""
    if not isinstance(value, dt.datetime):
        return None if value is None else dt.datetime.combine(value, dt.time())
    if value.tzinfo is None:
        return value
    return pd.Timestamp(value).tz_convert(CHINA).tz_localize(None).to_pydatetime()


def spelled(value: Any) -> str:
    """A value as text that loses nothing: every digit of a number, true and false, bytes as hexadecimals."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=spelled)
    return str(value)
