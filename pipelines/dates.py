"""Dates as departments write them: several spellings in one column, Excel's day numbers, months, years."""

import re
import unicodedata
from collections.abc import Callable

import pandas as pd

from pipelines.recipe import ANY_DATE, EXCEL_DATE

CHINA = "Asia/Shanghai"
"""A moment that names its zone counts on its day in China."""

EXCEL_FIRST, EXCEL_LAST = pd.Timestamp("1949-01-01"), pd.Timestamp("2100-12-31")
"""Excel's day numbers outside of these are amounts or typing errors, not dates."""

UNAMBIGUOUS = (
    (r"\d{4}-\d{1,2}-\d{1,2}", "%Y-%m-%d"),
    (r"\d{4}/\d{1,2}/\d{1,2}", "%Y/%m/%d"),
    (r"\d{4}\.\d{1,2}\.\d{1,2}", "%Y.%m.%d"),
    (r"\d{4}年\d{1,2}月\d{1,2}日", "%Y年%m月%d日"),
    (r"(?:19|20)\d{6}|99991231", "%Y%m%d"),
    (r"\d{4}-\d{1,2}", "%Y-%m"),
    (r"\d{4}/\d{1,2}", "%Y/%m"),
    (r"\d{4}\.\d{2}", "%Y.%m"),
    (r"\d{4}年\d{1,2}月", "%Y年%m月"),
    (r"(?:19|20)\d{4}", "%Y%m"),
    (r"\d{4}年", "%Y年"),
    (r"(?:19|20)\d{2}", "%Y"),
)
"""What `any` reads, beside moments such as 2015/8/1 10:30: the year first, of four digits.

Digits alone must begin like a year of now: 150801 is not January 1508. `2015.1` is not read, because a
spreadsheet writes October so, too.
"""

_PROGRAMS = "moments"
_WRITTEN_BY_PROGRAMS = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}.*"
_MOMENT = re.compile(
    r"^(?P<y>\d{4})(?P<between>[-/.])(?P<m>\d{1,2})(?P=between)(?P<d>\d{1,2})(?:T|\s+)"
    r"(?P<clock>\d{1,2}:\d{2})(?P<seconds>:\d{2})?(?:[.,]\d+)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?\Z"
)
_TOUCHING = re.compile(r"%[mdjHMSy](?=%[mdjHMSy])")
_YEARS, _NEVER = (1900, 2100), 9999
_LENGTH_OF = pd.Timestamp("2000-12-31 11:11:11")


def parse_dates(cells: pd.Series, formats: tuple[str, ...]) -> pd.Series:
    """Days (datetime64[us], no zone); NaT where a cell is missing or written in none of the `formats`.

    Formats are tried in order: a spelling such as `%Y/%m/%d`; `any`, the spellings of `UNAMBIGUOUS`; or
    `excel`, day numbers of Excel's 1900 system from 1949 to 2100. Where a spelling has no day, the last day
    of the month or year stands, because nothing was known before. Cells that are moments already, or are
    written as programs write them (2015-08-01 00:00:00), pass under every format. Full-width characters
    count as plain ones.

    >>> cells = pd.Series(["2015年8月", "２０１５/8/1", "45231", "1/8/15"])
    >>> parse_dates(cells, ("any", "excel")).astype("str").tolist()
    ['2015-08-31', '2015-08-01', '2023-11-01', nan]
    """
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return _day(cells)
    distinct = pd.Series(cells.dropna().unique())
    text = distinct.map(_plain).astype("str")
    days = pd.Series(pd.NaT, index=distinct.index, dtype="datetime64[us]")
    for spelling in (*formats, _PROGRAMS):
        open_ = days.isna()
        if not open_.any():
            break
        days[open_] = _PARSERS.get(spelling, _Spelling(spelling))(text[open_])
    return cells.map(dict(zip(distinct, days, strict=True))).astype("datetime64[us]")


def end_of_period(days: pd.Series, spelling: str) -> pd.Series:
    """The last day of the month or year where the spelling names no day."""
    if _names(spelling, "%d", "%j", "%x", "%c"):
        return days
    return days + (pd.offsets.MonthEnd(0) if _names(spelling, "%m", "%b", "%B") else pd.offsets.YearEnd(0))


def _names(spelling: str, *words: str) -> bool:
    return any(word in spelling for word in words)


class _Spelling:
    """A strftime spelling of the recipe."""

    def __init__(self, spelling: str) -> None:
        self.spelling = spelling

    def __call__(self, text: pd.Series) -> pd.Series:
        days = pd.to_datetime(text, format=self.spelling, errors="coerce", utc="%z" in self.spelling)
        if _TOUCHING.search(self.spelling):
            # 201511 is not the first of January: numbers that touch have no borders but all their digits.
            days = days.where(text.str.len() == len(_LENGTH_OF.strftime(self.spelling)))
        if "%Y%m" in self.spelling:
            # Nor is 45231 a month of 4523.
            days = days.where(days.dt.year.between(*_YEARS) | (days.dt.year == _NEVER))
        return end_of_period(_day(days), self.spelling)


def _any(text: pd.Series) -> pd.Series:
    days = _moments(text)
    squeezed = text.str.replace(r"\s*([年月日号])\s*", r"\1", regex=True).str.replace("号", "日", regex=False)
    for pattern, spelling in UNAMBIGUOUS:
        fits = days.isna() & squeezed.str.fullmatch(pattern)
        if fits.any():
            days[fits] = _Spelling(spelling)(squeezed[fits])
    return days


def _programs(text: pd.Series) -> pd.Series:
    return _moments(text.where(text.str.fullmatch(_WRITTEN_BY_PROGRAMS)))


def _moments(text: pd.Series) -> pd.Series:
    """The day of each moment; a moment with a zone counts on its day in China."""
    part = text.str.extract(_MOMENT)
    written = (
        part["y"] + "-" + part["m"] + "-" + part["d"] + " " + part["clock"] + part["seconds"].fillna(":00")
    )
    moments = pd.to_datetime(written, format="%Y-%m-%d %H:%M:%S", errors="coerce").astype("datetime64[us]")
    zoned = part["zone"].notna() & moments.notna()
    if zoned.any():
        zone = part["zone"][zoned].str.replace("Z", "+0000").str.replace(":", "", regex=False)
        ahead = zone.str[1:3].astype("int64") * 60 + zone.str[3:5].astype("int64")
        ahead = ahead.where(zone.str[0] == "+", -ahead)
        greenwich = moments[zoned] - pd.to_timedelta(ahead, unit="min")
        moments[zoned] = _day(greenwich.dt.tz_localize("UTC"))
    return _day(moments)


def _excel(text: pd.Series) -> pd.Series:
    """Day 60 is 29 February 1900, which never was; all that is in range lies after it."""
    numbers = pd.to_numeric(text.where(text.str.fullmatch(r"\d{5}(?:\.\d+)?")), errors="coerce")
    days = pd.Timestamp("1899-12-30") + pd.to_timedelta(numbers // 1, unit="D")
    return days.where(days.between(EXCEL_FIRST, EXCEL_LAST)).astype("datetime64[us]")


def _plain(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell)
    return text if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def _day(moments: pd.Series) -> pd.Series:
    if moments.dt.tz is not None:
        moments = moments.dt.tz_convert(CHINA).dt.tz_localize(None)
    return moments.dt.normalize().astype("datetime64[us]")


_PARSERS: dict[str, Callable[[pd.Series], pd.Series]] = {
    ANY_DATE: _any,
    EXCEL_DATE: _excel,
    _PROGRAMS: _programs,
}
