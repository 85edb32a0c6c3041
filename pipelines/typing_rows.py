"""Raw cells into the catalogue's types. A cell that cannot be typed refuses its row and says why."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from features import uscc
from features.catalogue import OPERATIONS, Column, DType
from features.lake import MONEY
from features.narrow import as_floats, one_array
from pipelines.dates import parse_dates
from pipelines.met import Repeats
from pipelines.money import exact_yuan
from pipelines.numbers import as_numbers, number_with_unit
from pipelines.recipe import IN_CELL, UNITS, ColumnRule, Table

TRUE, FALSE = {"true", "1", "是", "yes"}, {"false", "0", "否", "no"}


@dataclass(slots=True)
class Typed:
    """The rows of a chunk in the catalogue's types, and which rows broke which rule on the way.

    Attributes:
        rows: Text as text, dates as datetime64, money as exact decimal yuan, other numbers as float64, flags
            as nullable booleans. Missing stays missing.
        broken: Rule → the rows that broke it (booleans with the index of `rows`).
        repeats: How many rows alike stood before each row; None where the recipe does not number those.
    """

    rows: pd.DataFrame
    broken: dict[str, pd.Series] = field(default_factory=dict)
    repeats: NDArray[np.int64] | None = None

    def refuse(self, rule: str, where: pd.Series) -> None:
        """Note that the rows `where` broke `rule`."""
        if where.any():
            self.broken[rule] = where | self.broken.get(rule, False)


def type_rows(raw: pd.DataFrame, table: Table, repeats: Repeats | None = None) -> Typed:
    """The chunk `raw` as rows of the table's source; columns that the recipe leaves out are missing.

    Args:
        raw: Cells as they were read.
        table: The table of the recipe.
        repeats: Keys met in earlier chunks, where rows alike are numbered; it learns those of this one.
    """
    typed = Typed(pd.DataFrame(index=raw.index))
    cells = _Cells(raw, table.missing, repeats or Repeats())
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

    def __init__(self, raw: pd.DataFrame, missing: tuple[str, ...], repeats: Repeats) -> None:
        self.raw = raw
        self.repeats = repeats
        self.missing = list(missing)
        self._trimmed: dict[str, pd.Series] = {}

    def __getitem__(self, header: str) -> pd.Series:
        if header not in self._trimmed:
            self._trimmed[header] = self._trim(self.raw[header])
        return self._trimmed[header]

    def _trim(self, cells: pd.Series) -> pd.Series:
        if not pd.api.types.is_string_dtype(cells.dtype):
            return cells
        cells = cells.str.strip()
        said_missing = cells.isin(self.missing)
        return cells.mask(said_missing) if said_missing.any() else cells

    def text(self, header: str) -> pd.Series:
        cells = self[header]
        return (
            cells if pd.api.types.is_string_dtype(cells.dtype) else cells.astype("str").where(cells.notna())
        )


def _typed_column(typed: Typed, cells: _Cells, column: Column, rule: ColumnRule) -> pd.Series:
    if rule.content:
        return _content_keys(typed, cells, rule)
    if rule.header is None:
        return _constant(column, rule.constant, cells.raw.index)
    return _TYPES[column.dtype](typed, cells, column, rule)


def _constant(column: Column, value: Any, index: pd.Index) -> pd.Series:
    if value is None:
        return _missing(column, index)
    if column.dtype == "money":
        return exact_yuan(pd.Series(str(value), index=index, dtype="str")).yuan
    return pd.Series(pd.Timestamp(value) if column.dtype == "date" else value, index=index).astype(
        _missing(column, index).dtype
    )


def _text(_typed: Typed, cells: _Cells, _column: Column, rule: ColumnRule) -> pd.Series:
    text = cells.text(str(rule.header))
    return text.replace(rule.values) if rule.values else text


def _date(typed: Typed, cells: _Cells, column: Column, rule: ColumnRule) -> pd.Series:
    found = cells[str(rule.header)]
    dates = parse_dates(found, rule.formats)
    typed.refuse(
        f"{column.name}: not a date written {' or '.join(rule.formats)}", dates.isna() & found.notna()
    )
    return dates


def _number(typed: Typed, cells: _Cells, column: Column, rule: ColumnRule) -> pd.Series:
    found = cells[str(rule.header)]
    factor: pd.Series | float = UNITS.get(rule.unit or "", 1.0)
    if rule.unit == IN_CELL:
        numbers, factor = number_with_unit(cells.text(str(rule.header)))
    elif pd.api.types.is_string_dtype(found.dtype):
        numbers = as_numbers(found)
    else:
        numbers = pd.Series(as_floats(found), index=found.index)
        numbers = numbers.where(np.isfinite(numbers))
    typed.refuse(f"{column.name}: not a number", numbers.isna() & found.notna())
    return numbers * factor


def _money(typed: Typed, cells: _Cells, column: Column, rule: ColumnRule) -> pd.Series:
    amounts = exact_yuan(cells[str(rule.header)], rule.unit)
    typed.refuse(f"{column.name}: not a number", amounts.unread)
    typed.refuse(f"{column.name}: has parts of a fen", amounts.parts)
    typed.refuse(f"{column.name}: too large to be exact to the fen", amounts.too_large)
    return amounts.yuan


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


def _key(name: str, dtype: DType, zh: str, meaning: str, meaning_zh: str, *values: str) -> Column:
    return Column(
        name, dtype, zh, meaning, "confidential", meaning_zh=meaning_zh, values=values, required=not values
    )


_KEYS = {
    column.name: column
    for column in (
        _key("entity_id", "text", "主体", "Key of the firm.", "企业的标识。"),
        _key("record_id", "text", "记录号", "Key of the record.", "记录的标识。"),
        _key("event_date", "date", "发生日期", "When it happened.", "事实发生之日。"),
        _key("available_at", "date", "可见日期", "First day it could be seen.", "平台最早可见之日。"),
        _key(
            "op",
            "category",
            "操作",
            "upsert or withdraw.",
            "新增更正（upsert）或撤回（withdraw）。",
            *OPERATIONS,
        ),
    )
}


def _missing(column: Column, index: pd.Index) -> pd.Series:
    kinds: dict[DType, Any] = {
        "text": "str",
        "category": "str",
        "date": "datetime64[us]",
        "flag": "boolean",
        "money": pd.ArrowDtype(MONEY),
    }
    return pd.Series(None, index=index, dtype=kinds.get(column.dtype, "float64"))


def _content_keys(typed: Typed, cells: _Cells, rule: ColumnRule) -> pd.Series:
    """A key from what the row says: the same content gives the same key in every file."""
    words = [cells.text(header).fillna("") for header in rule.content]
    joined = words[0].str.cat(words[1:], sep="\x1f") if len(words) > 1 else words[0]
    keys = joined.map(lambda content: hashlib.blake2b(content.encode(), digest_size=12).hexdigest())
    if rule.repeated == "keep":
        typed.repeats = cells.repeats.before(keys)
        nth = pd.Series(typed.repeats, index=keys.index)
        keys = keys.mask(nth > 0, keys + "-" + nth.astype("str"))
    return keys


def _check_codes(typed: Typed) -> None:
    """Firms repeat: a code is normalised and checked once a chunk."""
    found = one_array(typed.rows["entity_id"]).dictionary_encode()
    as_read = pd.Series(pd.array(found.dictionary, dtype="str"))
    codes = uscc.normalise_all(as_read)
    invalid = (codes.notna() & ~uscc.are_valid(codes)).to_numpy()
    index = typed.rows.index
    if codes is not as_read:
        tidy = pd.array(pa.array(codes).take(found.indices), dtype="str")
        typed.rows["entity_id"] = pd.Series(tidy, index=index)
    places = found.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    rule = "entity_id: not a unified social credit code (GB 32100-2015, check digits)"
    typed.refuse(rule, pd.Series(np.append(invalid, False)[places], index=index))
