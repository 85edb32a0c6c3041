"""Spark gives the values that DuckDB gives, feature by feature."""

import os
import shutil
import sys
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from features.assemble import assemble, by_source
from features.catalogue import source_named
from features.definitions import ALL
from features.errors import LakeError
from features.lake import batch_path

THERE = shutil.which("java") and find_spec("pyspark")

pytestmark = pytest.mark.skipif(
    not THERE and not os.environ.get("CI"), reason="no Spark here; `make services` brings it and Java"
)

DAYS = ("2025-12-31", "2026-02-28")


@pytest.fixture(scope="module")
def spark():
    from features.spark import open_spark

    session = open_spark("local[2]", memory="1g")
    yield session
    session.stop()


@pytest.fixture
def lake(home, random_rows, stored):
    """A batch of random rows of every source that features read, but for one that nobody sent."""
    for number, name in enumerate(sorted(set(by_source(ALL)) - {"bidding"})):
        source = source_named(name)
        path = batch_path(home, name, "one")
        path.parent.mkdir(parents=True)
        pq.write_table(stored(random_rows(source, seed=number, rows=150), source), path)
    return home


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_every_feature_has_the_same_value_on_both_engines(spark, lake, tmp_path):
    from features.spark import assemble_on_spark

    pairs = [(firm, pd.Timestamp(day)) for firm in "ABCDEFG" for day in DAYS]
    spine = pd.DataFrame(pairs, columns=["entity_id", "as_of"])
    here = assemble(lake, ALL, spine)
    assemble_on_spark(spark, lake, ALL, spine, tmp_path / "features")
    there = pd.read_parquet(tmp_path / "features")
    there["as_of"] = pd.to_datetime(there["as_of"]).astype("datetime64[us]")
    there = there.set_index(["entity_id", "as_of"]).reindex(here.values.index)
    numbers = [one.name for one in ALL if one.kind == "number"]
    words = [one.name for one in ALL if one.kind == "category"]
    pd.testing.assert_frame_equal(
        there[numbers].astype(float), here.values[numbers].astype(float), rtol=1e-9, atol=1e-15
    )
    assert there[words].fillna("?").equals(here.values[words].fillna("?").astype("str"))
    newest = there[[f"data_{name}" for name in here.newest]].apply(pd.to_datetime)
    assert np.array_equal(newest.isna(), here.newest.isna())


def test_without_spark_the_error_says_what_to_install(monkeypatch):
    from features.spark import open_spark

    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(LakeError, match=r"pip install lvdaitong\[spark\]"):
        open_spark("local[1]")
