"""Amounts are exact to the fen, whatever they are written in."""

from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.money import exact_yuan

FEN = st.integers(-(10**18) + 1, 10**18 - 1)
UNITS = {"元": 1, "万元": 10_000, "亿元": 100_000_000, "分": Decimal("0.01")}


def decimals(values, precision: int, scale: int) -> pd.Series:
    kind = pa.decimal128(precision, scale)
    return pd.Series(pd.array(pa.array(values, type=kind), dtype=pd.ArrowDtype(kind)))


def text(*cells: str | None) -> pd.Series:
    return pd.Series(list(cells), dtype="str")


def faults(amounts) -> list[str]:
    names = ("unread", "parts", "too_large")
    return [" ".join(name for name in names if getattr(amounts, name)[row]) for row in amounts.yuan.index]


@settings(deadline=None)
@given(st.lists(FEN, min_size=1))
def test_text_in_yuan_is_exact_far_beyond_what_a_float_holds(fen):
    yuan = [Decimal(one).scaleb(-2) for one in fen]
    assert exact_yuan(text(*(f"{one:f}" for one in yuan))).yuan.tolist() == yuan


@settings(deadline=None)
@given(st.lists(FEN, min_size=1))
def test_decimals_are_exact(fen):
    yuan = [Decimal(one).scaleb(-2) for one in fen]
    assert exact_yuan(decimals(yuan, 18, 2)).yuan.tolist() == yuan
    assert exact_yuan(decimals(yuan, 30, 4)).yuan.tolist() == yuan


@pytest.mark.parametrize("unit", UNITS)
@settings(deadline=None)
@given(st.integers(-(10**7), 10**7), st.integers(0, 6))
def test_a_unit_moves_the_point_and_nothing_else(unit, digits, places):
    cell = Decimal(digits).scaleb(-places)
    told = exact_yuan(text(f"{cell:f}"), unit)
    yuan = cell * UNITS[unit]
    if yuan == yuan.quantize(Decimal("0.01")):
        assert told.yuan.tolist() == [yuan]
    else:
        assert faults(told) == ["parts"]


@settings(deadline=None)
@given(st.integers(-(10**13), 10**13))
def test_a_float_that_holds_whole_fen_is_that_amount(fen):
    assert exact_yuan(pd.Series([fen / 100])).yuan.tolist() == [Decimal(fen).scaleb(-2)]


@pytest.mark.parametrize(
    ("cells", "unit", "told"),
    [
        (text("12.345", "0.001", "x", "", "1e400"), None, ["parts", "parts", "unread", "unread", "unread"]),
        (text("12345678901234567", "1234567890123456.78"), None, ["too_large", ""]),
        (text("1234567890123456"), "亿元", ["too_large"]),
        (pd.Series([1.005, 9.1e13, 1e13 + 0.07]), None, ["parts", "too_large", ""]),
        (decimals([Decimal("9" * 30)], 38, 4), "元", ["too_large"]),
        (decimals([Decimal("9" * 30), Decimal("1.5")], 38, 4), "万元", ["too_large", ""]),
        (pd.Series([10**17, 1]), "万元", ["too_large", ""]),
        (text("8万美元", "1,200元", "0.001元"), "in_cell", ["unread", "", "parts"]),
    ],
)
def test_what_is_no_amount_says_why_and_is_missing(cells, unit, told):
    amounts = exact_yuan(cells, unit)
    assert faults(amounts) == told
    assert amounts.yuan.isna().tolist() == [bool(fault) for fault in told]


def test_amounts_as_people_write_them():
    assert exact_yuan(text("1,200.50", "（3）", "１２", "+4", None)).yuan.tolist()[:4] == [
        Decimal("1200.50"), Decimal(-3), Decimal(12), Decimal(4),
    ]  # fmt: skip
    assert exact_yuan(text("12.5万元", "3亿"), "in_cell").yuan.tolist() == [125_000, 300_000_000]


def test_an_empty_column_stays_empty_and_keeps_its_rows():
    told = exact_yuan(pd.Series([None, None], index=[5, 9], dtype="str"))
    assert told.yuan.index.tolist() == [5, 9]
    assert told.yuan.isna().all()
    assert faults(told) == ["", ""]
