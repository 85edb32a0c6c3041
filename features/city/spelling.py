"""How a department spells days, money, numbers and words: whole columns fast, single values alike."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.city.look import EXCEL, Look

SERIAL_DAY_0 = date(1899, 12, 30)
"""The day from which Excel counts, its 29 February 1900 allowed for."""

EPOCH = date(1970, 1, 1)

FULL_WIDTH = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
YUAN_PER_WAN = 10_000
THOUSAND = 1000


def spell(column: str, value: object, look: Look) -> str:
    """Return one value as a text file of this look writes it."""
    if isinstance(value, date):
        return _spell_day(value, look.date_forms(column)[0])
    if isinstance(value, Decimal):
        return _spell_money(value, look)
    if isinstance(value, float) and column in look.percent:
        return str(round(value * 100, 4))
    return look.words.get(column, {}).get(value, str(value))  # type: ignore[call-overload]


def _spell_day(day: date, form: str) -> str:
    if form == EXCEL:
        return str((day - SERIAL_DAY_0).days)
    for word, written in (("%-m", f"{day.month}"), ("%-d", f"{day.day}")):
        form = form.replace(word, written)
    return day.strftime(form)


def _spell_money(yuan: Decimal, look: Look) -> str:
    if look.unit == "万元":
        text = f"{(yuan / YUAN_PER_WAN).normalize():f}"
    else:
        text = f"{yuan:,.2f}" if look.digits == "thousands" else f"{yuan:.2f}"
    return text.translate(FULL_WIDTH) if look.digits == "full_width" else text


def spelled(name: str, values: pa.ChunkedArray, look: Look) -> pa.Array | pa.ChunkedArray:
    """Return a column as text; missing stays missing."""
    if pa.types.is_date(values.type):
        return _days(name, values, look)
    if pa.types.is_string(values.type) and name not in look.words:
        return values
    if pa.types.is_decimal(values.type) and look.unit == "元":
        if look.digits == "thousands":
            return thousands(values)
        if look.digits == "plain":
            return values.cast(pa.string())
    if _is_number(values) and name not in look.percent:
        return values.cast(pa.string())
    return relabelled(values, lambda value: spell(name, value, look))


def _is_number(values: pa.ChunkedArray) -> bool:
    return bool(pa.types.is_floating(values.type) or pa.types.is_integer(values.type))


def _days(name: str, values: pa.ChunkedArray, look: Look) -> pa.Array:
    """Spell days in the column's form; several forms take turns from row to row."""
    forms = look.date_forms(name)
    number = values.cast(pa.int32())
    each = [_calendar(form, number) for form in forms]
    if len(each) == 1:
        return each[0]
    return pc.choose(pa.array(np.arange(len(values)) % len(forms)), *each)


def _calendar(form: str, number: pa.ChunkedArray) -> pa.Array:
    """Spell days, given by their number from 1970-01-01: years are spelled once and looked up."""
    ends = pc.min_max(number).as_py()
    first, last = ((EPOCH + timedelta(ends[end] or 0)).year for end in ("min", "max"))
    years = pa.concat_arrays([_year(form, year) for year in range(first, last + 1)])
    return years.take(pc.subtract(number, (date(first, 1, 1) - EPOCH).days))


@cache
def _year(form: str, year: int) -> pa.Array:
    """Return how every day of a year is spelled in a form."""
    count = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    days = (date(year, 1, 1) + timedelta(number) for number in range(count))
    return pa.array([_spell_day(day, form) for day in days])


def relabelled(values: pa.ChunkedArray, label: Callable[[Any], str]) -> pa.Array:
    """Return text for a column of few different values, labelling each value once."""
    encoded = values.combine_chunks().dictionary_encode()
    labels = pa.array([label(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return labels.take(encoded.indices)


_GROUP = pa.array([f"{number:03d}" for number in range(THOUSAND)])
_FIRST = pa.array([str(number) for number in range(THOUSAND)])
_FEN = pa.array([f".{number:02d}" for number in range(100)])


def thousands(values: pa.ChunkedArray) -> pa.Array:
    """Return decimals of two places as 1,234.50, by looking up groups of three digits."""
    fen = np.rint(values.cast(pa.float64()).to_numpy(zero_copy_only=False) * 100)
    missing = np.isnan(fen)
    whole = np.where(missing, 0, np.abs(fen)).astype(np.int64)
    yuan = whole // 100
    text = _FEN.take(pa.array(whole % 100))
    deepest = int(np.log10(max(int(yuan.max(initial=0)), 1))) // 3
    for depth in range(deepest + 1):
        group = yuan // THOUSAND**depth
        digits = pa.array(group % THOUSAND)
        inner = pc.binary_join_element_wise(",", _GROUP.take(digits), text, "")
        first = pc.binary_join_element_wise(_FIRST.take(digits), text, "")
        begins = pa.array((group < THOUSAND) & ((group > 0) | (depth == 0)))
        text = pc.if_else(pa.array(group >= THOUSAND), inner, pc.if_else(begins, first, text))
    text = pc.if_else(pa.array(fen < 0), pc.binary_join_element_wise("-", text, ""), text)
    return pc.if_else(pa.array(missing), pa.scalar(None, pa.string()), text)
