"""Numbers as people write them: full-width, with thousands, in brackets, with a unit behind."""

import re
import unicodedata

import numpy as np
import pandas as pd

from pipelines.recipe import UNITS

_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_BRACKETED = re.compile(r"\(([^()+-]+)\)")
_MINUS = str.maketrans(dict.fromkeys("－−–—﹣", "-"))
_IN_CELL = {**UNITS, "万": UNITS["万元"], "亿": UNITS["亿元"], "": 1.0}
_WITH_UNIT = re.compile(
    r"""(?:人民币|¥)?\s*
    (?P<number>[-+(]?¥?[\d.,()eE+-]*?)\s*
    (?P<unit>[万亿]?元|[万亿分%]|)
    (?:人民币|整)?""",
    re.VERBOSE,
)


def as_numbers(text: pd.Series) -> pd.Series:
    """Text cells as floats; NaN where a cell is missing, no number, or not finite.

    Full-width digits, thousands in groups of three, brackets for negative amounts and every minus sign are
    read. A comma that groups otherwise (`12,5`) is no number: it may be a decimal comma.

    >>> as_numbers(pd.Series(["1,200.50", "（1,200.00）", "－３", "12,5", "many"])).tolist()
    [1200.5, -1200.0, -3.0, nan, nan]
    """
    numbers = pd.to_numeric(text, errors="coerce").astype("float64")
    numbers = numbers.where(np.isfinite(numbers))
    odd = numbers.isna() & text.notna()
    if odd.any():
        spelled = text[odd]
        numbers[odd] = spelled.map({cell: _number(cell) for cell in spelled.unique()}).astype("float64")
    return numbers


def number_with_unit(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Numbers and the factor to yuan (of %, to a share) that each cell's own unit asks for.

    A cell without a unit has the factor 1: it is in the catalogue's unit. The units are those of a recipe's
    `unit`, and 万 and 亿 alone; 人民币, ¥ and 整 around them change nothing. A cell with anything else, such
    as 万美元, is no number: its number and factor are NaN.

    >>> numbers, factor = number_with_unit(pd.Series(["12.5万元", "1,200元", "3亿", "4.35%", "7", "8万美元"]))
    >>> (numbers * factor).tolist()
    [125000.0, 1200.0, 300000000.0, 0.0435, 7.0, nan]
    """
    parts = {cell: _parts(cell) for cell in text.dropna().unique()}
    digits = text.map({cell: part[0] for cell, part in parts.items()}).astype("str")
    numbers = as_numbers(digits)
    factor = text.map({cell: part[1] for cell, part in parts.items()}).astype("float64")
    return numbers, factor.where(numbers.notna())


def _parts(cell: str) -> tuple[str | None, float]:
    found = _WITH_UNIT.fullmatch(_half_width(cell))
    if found is None:
        return None, np.nan
    return found["number"].replace("¥", ""), _IN_CELL[found["unit"]]


def _number(cell: str) -> float:
    plain = _half_width(cell)
    if bracketed := _BRACKETED.fullmatch(plain):
        plain = f"-{bracketed[1]}"
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    return float(plain) if _PLAIN.fullmatch(plain) and np.isfinite(float(plain)) else np.nan


def _half_width(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).translate(_MINUS).strip()
