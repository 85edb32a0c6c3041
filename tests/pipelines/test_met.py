"""What was met before in a file, however it is cut into chunks."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.met import Repeats, Versions

VERSION = st.tuples(st.sampled_from("abcde"), st.integers(0, 3), st.sampled_from(["upsert", "withdraw"]))


def frame(versions) -> pd.DataFrame:
    records, days, operations = zip(*versions, strict=True)
    return pd.DataFrame(
        {
            "record_id": pd.Series(records, dtype="str"),
            "available_at": pd.Series(
                [
                    None if day is None else pd.Timestamp("2024-01-01") + pd.Timedelta(days=day)
                    for day in days
                ],
                dtype="datetime64[us]",
            ),
            "op": pd.Series(operations, dtype="str"),
        }
    )


@settings(deadline=None)
@given(st.lists(st.lists(VERSION, min_size=1, max_size=6), min_size=1, max_size=12))
def test_the_first_of_each_version_stands_alone_however_the_file_is_cut(chunks):
    versions, seen = Versions(), set()
    for chunk in chunks:
        expected = []
        for version in chunk:
            expected.append(int(version in seen))
            seen.add(version)
        assert versions.standing(frame(chunk)).tolist() == expected


def test_runs_stay_few():
    versions = Versions()
    for chunk in range(100):
        rows = frame([(f"{chunk}-{number}", 0, "upsert") for number in range(10)])
        assert not versions.standing(rows).any()
    assert len(list(versions._met)) <= 8
    assert sum(map(len, versions._met)) == 1000
    assert all((np.diff(run.astype("float64")) >= 0).all() for run in versions._met)


@pytest.mark.parametrize("version", [(None, 1, "upsert"), ("a", None, "upsert")])
def test_what_has_no_record_or_day_is_no_version(version):
    assert Versions().standing(frame([version, version])).tolist() == [0, 0]


def test_chunks_of_one_file_may_spell_their_columns_in_other_types():
    versions = Versions()
    rows = frame([("a", 1, "upsert")])
    versions.standing(rows.astype({"available_at": "datetime64[ms]"}))
    assert versions.standing(rows.astype({"available_at": "datetime64[ns]"})).tolist() == [1]


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=6), min_size=1, max_size=12))
def test_keys_are_numbered_in_the_order_of_the_file(chunks):
    repeats, met = Repeats(), []
    for chunk in chunks:
        before = repeats.before(pd.Series(chunk, dtype="str")).tolist()
        for key, count in zip(chunk, before, strict=True):
            assert count == met.count(key)
            met.append(key)
