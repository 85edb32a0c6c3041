"""JSON put together from parts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.written import Written, extended, listed, read, written

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["subject", "credit", "green", "findings", "data"])


@given(st.dictionaries(NAMES, PLAIN))
def test_parts_that_were_written_before_leave_the_same_bytes(value):
    expected = json.dumps(value, ensure_ascii=False)
    assert written(value) == expected
    assert written({name: written(part) for name, part in value.items()}) == expected
    assert read({name: written(part) for name, part in value.items()}) == value


@given(st.dictionaries(NAMES, PLAIN), st.dictionaries(st.sampled_from(["stale", "objections"]), PLAIN))
def test_an_extended_object_is_as_if_it_had_been_whole(whole, more):
    assert extended(written(whole), more) == json.dumps(whole | more, ensure_ascii=False)


def test_a_list_of_written_parts_is_a_list():
    assert listed([written({"a": "绿"}), Written("1")]) == '[{"a": "绿"}, 1]'
    assert listed([]) == "[]"


def test_a_text_that_looks_like_json_stays_a_text():
    assert written({"a": '{"b": 1}'}) == json.dumps({"a": '{"b": 1}'})


def test_what_is_not_finite_is_not_written():
    with pytest.raises(ValueError, match="not JSON compliant"):
        written({"points": float("nan")})
