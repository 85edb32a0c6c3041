import pandas as pd
import pytest

from features.errors import RequestError
from pipelines.segmenting import own_segments, segments_of

TABLE = pd.DataFrame(
    {
        "industry_division": ["C17", "F51", None],
        "entity_type": ["ENTERPRISE", "FARMER_COOP", None],
        "district": ["330521", None, "999999"],
        "headcount_latest": [9.0, 10.0, None],
        "firm_age_months": [36.0, 35.0, 600.0],
        "sales": [1.0, 2.0, 3.0],
    }
)


@pytest.mark.parametrize(
    ("segment", "words"),
    [
        ("industry", ["C", "F", None]),
        ("kind", ["ENTERPRISE", "FARMER_COOP", None]),
        ("district", ["德清县", None, None]),
        ("size", ["不足 10 人", "10–49 人", None]),
        ("age", ["3–10 年", "不足 3 年", "10 年以上"]),
    ],
)
def test_each_segment_has_its_words_and_what_is_not_known_is_missing(segment, words):
    found = segments_of(TABLE)[segment]
    assert [word if isinstance(word, str) else None for word in found] == words


def test_segments_without_their_feature_are_not_there():
    assert segments_of(TABLE[["sales"]]).columns.tolist() == []
    assert segments_of(TABLE[["sales", "district"]]).columns.tolist() == ["district"]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["x", "y", None], ["x", "y", None]),
        ([1.0, 2.5, None], ["1", "2.5", None]),
        (
            [*map(float, range(1, 13)), None],
            ["≤ 3.75"] * 3 + ["3.75 – 6.5"] * 3 + ["6.5 – 9.25"] * 3 + ["> 9.25"] * 3 + [None],
        ),
        ([0.0] * 20 + [*map(float, range(1, 10))], ["≤ 0"] * 20 + ["0 – 2"] * 2 + ["> 2"] * 7),
    ],
)
def test_a_column_of_ones_own_is_told_apart_by_its_words_or_ranges(cells, words):
    found = own_segments(pd.DataFrame({"x": cells}))["x"]
    assert [word if isinstance(word, str) else None for word in found] == words


def test_a_segment_of_dates_is_refused():
    with pytest.raises(RequestError, match="--segment 'day': it holds dates"):
        own_segments(pd.DataFrame({"day": pd.to_datetime(["2024-01-01", "2024-01-02"])}))
