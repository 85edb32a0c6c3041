"""Spellings of dates: what each word of a recipe reads, and what nobody may guess."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dates import parse_dates


def day(cell: object, *formats: str) -> str | None:
    (found,) = parse_dates(pd.Series([cell]), formats)
    return None if pd.isna(found) else str(found.date())


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2015-08-01", "2015-08-01"),
        ("2015-8-1", "2015-08-01"),
        ("2015/8/1", "2015-08-01"),
        ("2015.8.1", "2015-08-01"),
        ("2015年08月01日", "2015-08-01"),
        ("2015年8月1日", "2015-08-01"),
        ("2015 年 8 月 1 号", "2015-08-01"),
        ("20150801", "2015-08-01"),
        ("99991231", "9999-12-31"),
        ("2015-08-01 00:00:00", "2015-08-01"),
        ("2015-08-01T23:59:59", "2015-08-01"),
        ("2015-08-01T23:59:59.123+08:00", "2015-08-01"),
        ("2015-07-31T16:00:00Z", "2015-08-01"),
        ("2015-08-01 10:30:00 -0500", "2015-08-01"),
        ("2015-08-01 12:30:00 -0500", "2015-08-02"),
        ("2015/8/1 9:05", "2015-08-01"),
        ("2015年08月", "2015-08-31"),
        ("2016年2月", "2016-02-29"),
        ("201508", "2015-08-31"),
        ("2015-08", "2015-08-31"),
        ("2015/8", "2015-08-31"),
        ("2015.08", "2015-08-31"),
        ("2015", "2015-12-31"),
        ("2015年", "2015-12-31"),
        ("２０１５年８月１日", "2015-08-01"),
        ("２０１５－０８－０１", "2015-08-01"),
        ("２０１５／８／１", "2015-08-01"),
        ("2015年⽉", None),
        ("1/8/2015", None),
        ("01.08.2015", None),
        ("15-8-1", None),
        ("150801", None),
        ("15年8月1日", None),
        ("20158", None),
        ("2015.1", None),
        ("45231", None),
        ("2015-02-30", None),
        ("2015-13", None),
        ("201513", None),
        ("20150801x", None),
        ("2015-08/01", None),
        ("2015-08-01 25:00:00", None),
        ("八月", None),
        ("", None),
    ],
)
def test_any_reads_what_can_be_read_in_one_way_only(cell, expected):
    assert day(cell, "any") == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("45231", "2023-11-01"),
        ("45231.0", "2023-11-01"),
        ("45231.75", "2023-11-01"),
        ("４５２３１", "2023-11-01"),
        (45231, "2023-11-01"),
        (45231.0, "2023-11-01"),
        ("17899", "1949-01-01"),
        ("17898", None),
        ("73415", "2100-12-31"),
        ("73416", None),
        ("60", None),
        ("452310", None),
        ("2015-08-01", None),
        ("2015-08-01 00:00:00", "2015-08-01"),
        (datetime(2015, 8, 1, 10, 30), "2015-08-01"),  # noqa: DTZ001 - a cell of a workbook
    ],
)
def test_excels_day_numbers_count_from_1899_12_30_and_stay_within_living_memory(cell, expected):
    assert day(cell, "excel") == expected


@given(st.dates(date(1949, 1, 1), date(2100, 12, 31)))
def test_every_day_of_excel_is_that_many_days_after_the_last_of_1899(when):
    number = (when - date(1899, 12, 31)).days + 1  # The day that 1900 never had, 29 February, is counted.
    assert day(str(number), "excel") == str(when)


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d", "%Y-%m-%d %H:%M:%S"]),
)
def test_every_day_reads_back_under_any_and_under_its_own_spelling(when, spelling):
    cell = when.strftime(spelling)
    assert day(cell, "any") == day(cell, spelling) == str(when)


def test_one_column_may_mix_them_all():
    cells = pd.Series(
        ["2015年8月", "45231", None, "2015/8/1", "2015-08-01", "nix", "2015年8月"], index=list("abcdefg")
    )
    found = parse_dates(cells, ("any", "excel"))
    assert found.index.tolist() == list("abcdefg")
    assert found.dtype == "datetime64[us]"
    assert found.astype("str").fillna("").tolist() == [
        "2015-08-31", "2023-11-01", "", "2015-08-01", "2015-08-01", "", "2015-08-31",
    ]  # fmt: skip


def test_formats_are_tried_in_order():
    assert day("45231", "%Y%m", "excel") == "2023-11-01"
    assert day("01/08/2015", "%d/%m/%Y", "%m/%d/%Y") == "2015-08-01"


@pytest.mark.parametrize(
    ("cell", "spelling", "expected"),
    [
        ("20158", "%Y%m", "2015-08-31"),
        ("201511", "%Y%m%d", None),
        ("2015111", "%Y%m%d", None),
        ("20151101", "%Y%m%d", "2015-11-01"),
        ("2015213", "%Y%j", "2015-08-01"),
        ("Aug 2015", "%b %Y", "2015-08-31"),
        ("2015-08-01 00:00 +0800", "%Y-%m-%d %H:%M %z", "2015-08-01"),
    ],
)
def test_numbers_that_touch_need_all_their_digits(cell, spelling, expected):
    assert day(cell, spelling) == expected


def test_typed_columns_pass_and_moments_with_a_zone_count_in_china():
    moments = [datetime(2015, 7, 31, 16, tzinfo=UTC), datetime(2015, 7, 31, 15, 59, tzinfo=UTC), None]
    found = parse_dates(pd.Series(moments, dtype="datetime64[us, UTC]"), ("%Y",))
    assert found.astype("str").fillna("").tolist() == ["2015-08-01", "2015-07-31", ""]
    assert found.dtype == "datetime64[us]"


def test_numbers_of_a_typed_column_read_like_their_digits():
    assert day(20150801, "%Y%m%d") == day(20150801.0, "any") == "2015-08-01"


def test_a_column_without_any_cell_has_no_dates():
    assert parse_dates(pd.Series([None, None], dtype="str"), ("any",)).isna().all()
    assert len(parse_dates(pd.Series([], dtype="str"), ("any", "excel", "%Y"))) == 0


def test_many_distinct_moments_are_read_at_once():
    first = datetime(2015, 8, 1, tzinfo=UTC)
    cells = pd.Series([f"{first + timedelta(seconds=second):%Y-%m-%d %H:%M:%S}" for second in range(100_000)])
    assert parse_dates(cells, ("%Y-%m-%d",)).value_counts().to_dict() == {
        pd.Timestamp("2015-08-01"): 86_400,
        pd.Timestamp("2015-08-02"): 13_600,
    }
