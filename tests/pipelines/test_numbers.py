"""Numbers as people write them, and what is no number."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.numbers import as_numbers, number_with_unit


def number(cell: str) -> float:
    return as_numbers(pd.Series([cell], dtype="str")).iloc[0]


def in_unit(cell: str) -> float:
    numbers, factor = number_with_unit(pd.Series([cell], dtype="str"))
    return (numbers * factor).iloc[0]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1200.50", 1200.5),
        ("1,200.50", 1200.5),
        ("1，200．50", 1200.5),
        ("12,345,678", 12_345_678),
        ("１２", 12),
        ("(1,200.00)", -1200),
        ("（1，200.00）", -1200),
        ("－3", -3),
        ("−3", -3),
        ("—3", -3),
        ("-1,200", -1200),
        ("+5", 5),
        ("1e5", 100_000),
        (".5", 0.5),
    ],
)
def test_what_people_write_is_read(cell, expected):
    assert number(cell) == expected


@pytest.mark.parametrize(
    "cell",
    [
        "12,5",
        "1,2345",
        "1,23",
        ",5",
        "(-5)",
        "(5",
        "5)",
        "()",
        "--5",
        "many",
        "inf",
        "1e400",
        "五",
        "1 200",
        "12.5万元",
        "",
    ],
)
def test_what_could_be_read_in_two_ways_is_no_number(cell):
    assert np.isnan(number(cell))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("12.5万元", 125_000),
        ("1,200元", 1200),
        ("0.3亿元", 30_000_000),
        ("３亿", 300_000_000),
        ("100万", 1_000_000),
        ("100万元人民币", 1_000_000),
        ("人民币100万元整", 1_000_000),
        ("¥1,200.50", 1200.5),
        ("￥-5元", -5),
        ("（1,200）元", -1200),
        ("-3.5 万元", -35_000),
        ("150分", 1.5),
        ("4.35%", 0.0435),
        ("4.35％", 0.0435),
        ("7", 7),
    ],
)
def test_a_cell_may_name_its_own_unit(cell, expected):
    assert in_unit(cell) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("cell", ["8万美元", "3千", "万元", "12,5万元", "5元/吨", "元5", "1万2千元", "5 %%"])
def test_an_unknown_unit_is_no_number(cell):
    numbers, factor = number_with_unit(pd.Series([cell], dtype="str"))
    assert numbers.isna().all()
    assert factor.isna().all()


def test_missing_stays_missing_and_the_index_stays():
    cells = pd.Series(["1元", None, "2万元"], index=[7, 8, 9], dtype="str")
    numbers, factor = number_with_unit(cells)
    assert numbers.index.tolist() == factor.index.tolist() == [7, 8, 9]
    assert (numbers * factor).tolist()[::2] == [1, 20_000]
    assert numbers.isna().tolist() == [False, True, False]
    assert as_numbers(pd.Series([None, None], dtype="str")).isna().all()


@given(st.decimals(-(10**12), 10**12, places=2), st.sampled_from(["{:f}", "{:,f}", "{:,f}元"]))
def test_every_amount_reads_back_to_the_fen(amount, spelling):
    cell = spelling.format(amount)
    read = in_unit(cell) if cell.endswith("元") else number(cell)
    assert Decimal(str(round(read, 2))) == amount
