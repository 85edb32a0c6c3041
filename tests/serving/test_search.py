"""Looking for a firm: by the beginning of its code, by any part of its name, fast."""

from time import perf_counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.city.codes import make_codes
from features.city.names import name_numbers, spelled_names
from serving.search import LONGEST_TEXT, MOST_FOUND, Found, Names

FIRMS = {
    "91330502MA29K00168": "湖州吴兴恒瑞纺织有限公司",
    "91330521MA29K00285": "德清恒瑞（集团）有限公司",
    "92330523MA29K0035X": "安吉溪苕民宿经营部",
    "93330522MA29K00474": None,
    "91330500MA29K00559": "ABC Ｇｒｅｅｎ 科技有限公司",
}


@pytest.fixture(scope="module")
def names():
    """A few firms."""
    return Names(list(FIRMS), list(FIRMS.values()))


def found(names, text):
    """The last two characters of the codes found."""
    return [one.entity_id[-2:] for one in names.find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("91330502", ["68"]),
        ("9133", ["59", "68", "85"]),
        (" ９１３３ ０５０２ｍa ", ["68"]),
        ("93330522MA29K00474", ["74"]),
        ("恒瑞", ["68", "85"]),
        ("恒瑞 纺织", ["68"]),
        ("恒瑞(集团)", ["85"]),
        ("恒瑞（集团）", ["85"]),
        ("abc green", ["59"]),
        ("经营部", ["5X"]),
        ("司德", []),
        ("没有的", []),
        ("", []),
        ("   ", []),
        ("\0", []),
        ("%", []),
        ("29K", []),
    ],
)
def test_firms_are_found_by_code_and_by_name(names, text, expected):
    assert found(names, text) == expected


def test_what_is_found_is_told_as_registered(names):
    assert names.find("集团") == [Found("91330521MA29K00285", "德清恒瑞（集团）有限公司")]
    assert names.find("93330522") == [Found("93330522MA29K00474", None)]


def test_a_firm_found_by_both_stands_once():
    assert Names(["E1", "E2"], ["E1 有限公司", "甲"]).find("e1") == [Found("E1", "E1 有限公司")]


def test_no_more_than_twenty_are_told_and_codes_come_first():
    names = Names([f"e{number:03d}" for number in range(100)], ["E 公司"] * 100)
    assert [one.entity_id for one in names.find("E")] == [f"e{number:03d}" for number in range(MOST_FOUND)]
    assert len(names.find("公司")) == MOST_FOUND


def test_a_snapshot_without_names_is_looked_through_by_code():
    firms = pd.DataFrame({"employees": [1.0, 2.0]}, index=pd.Index(["A1", "B1"], name="entity_id"))
    assert Names.of(firms).find("b") == [Found("B1", None)]
    assert Names.of(firms.assign(name=["甲", None])).find("甲") == [Found("A1", "甲")]
    assert Names.of(firms.iloc[:0]).find("甲") == []


@given(text=st.text(max_size=2 * LONGEST_TEXT))
def test_any_text_is_answered_by_firms_that_have_it(text):
    told = Names(list(FIRMS), list(FIRMS.values())).find(text)
    assert {one.entity_id for one in told} <= set(FIRMS)
    assert all(FIRMS[one.entity_id] == one.name for one in told)


@given(
    listed=st.lists(st.one_of(st.none(), st.text(max_size=12)), max_size=30),
    text=st.text(min_size=1, max_size=4),
)
def test_names_of_any_letters_do_not_shift_one_another(listed, text):
    ids = [f"#{place}" for place in range(len(listed))]
    for one in Names(ids, listed).find(text):
        assert listed[int(one.entity_id.removeprefix("#"))] == one.name


def test_three_hundred_thousand_firms_are_looked_through_in_milliseconds():
    firms = 300_000
    place = np.arange(firms)
    codes = make_codes(place % 3 + 1, place % 6, 5)
    numbered = name_numbers(codes, kind=place % 3, industry=place % 21, district=place % 6)
    names = Names(codes.to_pylist(), spelled_names(numbered).to_pylist())
    for text in ("恒瑞", "没有这个", "91330502", "有限公司", "溪苕椅业有限公司"):
        took = []
        for _ in range(5):
            began = perf_counter()
            names.find(text)
            took.append(perf_counter() - began)
        assert min(took) < 0.02, (text, took)  # 5 ms on a machine that is not shared
