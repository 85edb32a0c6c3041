"""Cells survive the way through JSON exactly, whatever they were."""

import json
from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.raw_cells import as_json, from_json


def through(raw: pd.DataFrame) -> pd.DataFrame:
    cells, kinds = as_json(raw)
    return from_json(cells, kinds, raw.index.tolist())


def arrow(values: list[object], kind: pa.DataType) -> pd.Series:
    return pd.Series(pd.array(pa.array(values, type=kind), dtype=pd.ArrowDtype(kind)))


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(["浙江", " x ", "", None, "1.10", "2024-01-05"], dtype="str"),
        pd.Series([0.1, 1e300, -0.0, 1 / 3, float("nan")]),
        pd.Series([2**53 + 1, -1, 0]),
        pd.Series([2**53 + 1, None], dtype="Int64"),
        pd.Series([True, False]),
        pd.Series([True, None], dtype="boolean"),
        pd.Series(pd.to_datetime(["2024-01-05 10:30:00.123456", None])).astype("datetime64[us]"),
        pd.Series(pd.to_datetime(["2024-01-05", "1949-10-01"])).astype("datetime64[ms]"),
        pd.Series([datetime(9999, 12, 31), datetime(1500, 1, 1)], dtype="datetime64[us]"),  # noqa: DTZ001
        pd.Series(pd.to_datetime(["2024-01-05 10:30"]).tz_localize("Asia/Shanghai")),
        arrow([Decimal("1.10"), None, Decimal("9999999999999999.99")], pa.decimal128(18, 2)),
        arrow([Decimal("0.1234567890")], pa.decimal128(38, 10)),
    ],
    ids=lambda column: str(column.dtype),
)
def test_a_column_comes_back_as_it_was(column):
    raw = pd.DataFrame({"列": column, "other": "x"})
    raw.index = pd.Index([7, *range(9, 8 + len(raw))], name="row")
    pd.testing.assert_frame_equal(through(raw), raw)


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.text()), min_size=1))
def test_any_text_comes_back(cells):
    raw = pd.DataFrame(
        {"a": pd.Series(cells, dtype="str")}, index=pd.RangeIndex(1, len(cells) + 1, name="row")
    )
    assert through(raw)["a"].tolist() == raw["a"].tolist() or raw["a"].isna().any()
    pd.testing.assert_frame_equal(through(raw), raw, check_index_type=False)


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=False), min_size=1))
def test_any_float_comes_back(cells):
    raw = pd.DataFrame({"a": cells}, index=pd.RangeIndex(1, len(cells) + 1, name="row"))
    assert through(raw)["a"].tolist() == cells


def test_a_person_reads_dates_and_amounts_as_they_are_written():
    raw = pd.DataFrame(
        {"日期": pd.to_datetime(["2024-01-05"]), "金额": arrow([Decimal("1.10")], pa.decimal128(18, 2))}
    )
    (cells,), kinds = as_json(raw)
    assert json.loads(cells) == {"日期": "2024-01-05 00:00:00", "金额": "1.10"}
    assert set(json.loads(kinds)) == {"日期", "金额"}


def test_cells_of_no_kind_that_is_known_stand_as_text():
    raw = pd.DataFrame({"a": pd.Series([date(2024, 1, 5), None, "x"], dtype="object")})
    assert through(raw)["a"].tolist() == ["2024-01-05", None, "x"]


def test_rows_that_an_older_version_kept_are_read_as_text():
    frame = from_json(['{"a": "1", "b": 2.5}'], "{}", [3])
    assert frame.loc[3].tolist() == ["1", "2.5"]
