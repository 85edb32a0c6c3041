"""Raw cells into the catalogue's types. A cell that cannot be typed refuses its row and says why."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from features import uscc
from features.catalogue import Column
from pipelines.recipe import UNITS, ColumnRule, Table

FEN_TOLERANCE = 0.01
"""Largest distance from whole fen that is float noise and not a third decimal."""

TRUE, FALSE = {"true", "1", "是", "yes"}, {"false", "0", "否", "no"}


@dataclass(slots=True)
class Typed:
    """The rows of a chunk in the catalogue's types, and which rows broke which rule on the way.

    Attributes:
        rows: Text as text, dates as datetime64, numbers as float64 (money in yuan, exact to the fen),
            flags as nullable booleans. Missing stays missing.
        broken: Rule → the rows that broke it (booleans with the index of `rows`).
    """

    rows: pd.DataFrame
    broken: dict[str, pd.Series] = field(default_factory=dict)

    def refuse(self, rule: str, where: pd.Series) -> None:
        """Note that the rows `where` broke `rule`."""
        if where.any():
            self.broken[rule] = where | self.broken.get(rule, False)


def type_rows(raw: pd.DataFrame, table: Table) -> Typed:
    """The chunk `raw` as rows of the table's source; columns that the recipe leaves out are missing."""
    typed = Typed(pd.DataFrame(index=raw.index))
    cells = _Cells(raw, table.missing)
    columns = {**_KEYS, **table.source.columns}
    later = [name for name in columns if name in table.columns and table.columns[name].after]
    for name, column in columns.items():
        if name in table.columns and name not in later:
            typed.rows[name] = _typed_column(typed, cells, column, table.columns[name])
    for name in later:
        rule = table.columns[name]
        typed.rows[name] = typed.rows[str(rule.after)] + pd.Timedelta(days=rule.days)
    for name, column in columns.items():
        if name not in typed.rows:
            typed.rows[name] = "upsert" if name == "op" else _missing(column, raw.index)
    typed.rows = typed.rows[list(columns)]
    if table.key == "uscc":
        _check_codes(typed)
    return typed


class _Cells:
    """The raw cells of a chunk, trimmed, with the recipe's words for 'missing' taken out."""

    def __init__(self, raw: pd.DataFrame, missing: tuple[str, ...]) -> None:
        self.raw = raw
        self.missing = list(missing)

    def __getitem__(self, header: str) -> pd.Series:
        cells = self.raw[header]
        if pd.api.types.is_string_dtype(cells.dtype):
            cells = cells.str.strip()
            return cells.mask(cells.isin(self.missing))
        return cells

    def text(self, header: str) -> pd.Series:
        cells = self[header]
        return (
            cells if pd.api.types.is_string_dtype(cells.dtype) else cells.astype("str").where(cells.notna())
        )


def _typed_column(typed: Typed, cells: _Cells, column: Column, rule: ColumnRule) -> pd.Series:
    if rule.content:
        return _content_keys(cells, rule)
    if rule.header is None:
        return pd.Series(_constant(rule.constant), index=cells.raw.index)
    return _TYPES[column.dtype](typed, cells, column, rule)


def _constant(value: object) -> object:
    return pd.Timestamp(value) if isinstance(value, date) else value


def _text(_typed: Typed, cells: _Cells, _column: Column, rule: ColumnRule) -> pd.Series:
    text = cells.text(str(rule.header))
    return text.replace(rule.values) if rule.values else text


def _date(typed: Typed, cells: _Cells, column: Column, rule: ColumnRule) -> pd.Series:
    found = cells[str(rule.header)]
    if pd.api.types.is_datetime64_any_dtype(found.dtype):
        return found.dt.normalize()
    text = cells.text(str(rule.header))
    dates = pd.Series(pd.NaT, index=text.index, dtype="datetime64[us]")
    for spelling in rule.formats:
        open_ = dates.isna() & text.notna()
        if not open_.any():
            break
        dates[open_] = _end_of_period(_parse(text[open_], spelling), spelling)
    typed.refuse(
        f"{column.name}: not a date written {' or '.join(rule.formats)}", dates.isna() & text.notna()
    )
    return dates


def _parse(text: pd.Series, spelling: str) -> pd.Series:
    """Distinct spellings are parsed once: dates repeat."""
    distinct = pd.Series(text.unique())
    parsed = pd.to_datetime(distinct, format=spelling, errors="coerce").astype("datetime64[us]")
    return text.map(dict(zip(distinct, parsed, strict=True))).astype("datetime64[us]")


def _end_of_period(dates: pd.Series, spelling: str) -> pd.Series:
    if "%d" in spelling or "%j" in spelling:
        return dates
    return dates + (pd.offsets.MonthEnd(0) if "%m" in spelling else pd.offsets.YearEnd(0))


def _number(typed: Typed, cells: _Cells, column: Column, rule: ColumnRule) -> pd.Series:
    found = cells[str(rule.header)]
    if pd.api.types.is_string_dtype(found.dtype):
        text = _half_width(found).str.replace(",", "", regex=False)
        numbers = pd.to_numeric(text, errors="coerce").astype("float64")
    else:
        numbers = found.astype("float64")
    numbers = numbers.where(np.isfinite(numbers))
    typed.refuse(f"{column.name}: not a number", numbers.isna() & found.notna())
    return numbers * UNITS[rule.unit] if rule.unit else numbers


def _half_width(text: pd.Series) -> pd.Series:
    wide = text.notna() & ~text.str.isascii().eq(True)
    return text.mask(wide, text[wide].str.normalize("NFKC")) if wide.any() else text


def _money(typed: Typed, cells: _Cells, column: Column, rule: ColumnRule) -> pd.Series:
    """Yuan to the fen. A double holds whole fen exactly below 9e13 yuan, far above every bound here."""
    fen = _number(typed, cells, column, rule) * 100
    whole = fen.round()
    typed.refuse(f"{column.name}: has parts of a fen", (fen - whole).abs() > FEN_TOLERANCE)
    return whole / 100


def _count(typed: Typed, cells: _Cells, column: Column, rule: ColumnRule) -> pd.Series:
    numbers = _number(typed, cells, column, rule)
    typed.refuse(f"{column.name}: not a whole number", numbers.notna() & (numbers != numbers.round()))
    return numbers


def _flag(typed: Typed, cells: _Cells, column: Column, rule: ColumnRule) -> pd.Series:
    text = cells.text(str(rule.header))
    meant = {**dict.fromkeys(TRUE, True), **dict.fromkeys(FALSE, False), **rule.values}
    flags = text.str.lower().map(meant) if not rule.values else text.map(meant)
    typed.refuse(f"{column.name}: neither yes nor no", flags.isna() & text.notna())
    return flags.astype("boolean")


_TYPES: dict[str, Callable[[Typed, _Cells, Column, ColumnRule], pd.Series]] = {
    "text": _text,
    "category": _text,
    "money": _money,
    "number": _number,
    "count": _count,
    "date": _date,
    "flag": _flag,
}

_KEYS = {
    "entity_id": Column("entity_id", "text", "主体", "Key of the firm.", "confidential", required=True),
    "record_id": Column("record_id", "text", "记录号", "Key of the record.", "confidential", required=True),
    "event_date": Column(
        "event_date", "date", "发生日期", "When it happened.", "confidential", required=True
    ),
    "available_at": Column(
        "available_at", "date", "可见日期", "First day it could be seen.", "confidential", required=True
    ),
    "op": Column(
        "op", "category", "操作", "upsert or withdraw.", "confidential", values=("upsert", "withdraw")
    ),
}


def _missing(column: Column, index: pd.Index) -> pd.Series:
    kinds = {"text": "str", "category": "str", "date": "datetime64[us]", "flag": "boolean"}
    return pd.Series(None, index=index, dtype=kinds.get(column.dtype, "float64"))


def _content_keys(cells: _Cells, rule: ColumnRule) -> pd.Series:
    """A key from what the row says: the same content gives the same key in every file."""
    words = [cells.text(header).fillna("") for header in rule.content]
    joined = words[0].str.cat(words[1:], sep="\x1f") if len(words) > 1 else words[0]
    keys = joined.map(lambda content: hashlib.blake2b(content.encode(), digest_size=12).hexdigest())
    if rule.repeated == "keep":
        nth = keys.groupby(keys).cumcount()
        keys = keys.mask(nth > 0, keys + "-" + nth.astype("str"))
    return keys


def _check_codes(typed: Typed) -> None:
    codes = uscc.normalise_all(typed.rows["entity_id"])
    typed.rows["entity_id"] = codes
    distinct = pd.Series(codes.dropna().unique(), dtype="str")
    valid = distinct[uscc.are_valid(distinct)]
    rule = "entity_id: not a unified social credit code (GB 32100-2015, check digits)"
    typed.refuse(rule, codes.notna() & ~codes.isin(valid))
