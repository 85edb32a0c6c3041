"""The snapshot that the service holds."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.errors import LakeError, RequestError
from features.home import Home
from serving.snapshot import ABOUT_FILE, FEATURES_FILE, FIRMS_FILE, load_snapshot

DAY = date(2026, 10, 31)


def write(home, day=DAY, ids=("a", "b")):
    """A snapshot of two firms."""
    folder = home.features(day)
    folder.mkdir(parents=True)
    index = pd.Index(ids, name="entity_id")
    pd.DataFrame({"x": [1.0, np.nan]}, index=index).to_parquet(folder / FEATURES_FILE)
    firms = pd.DataFrame(
        {
            "employees": [86.0, np.nan],
            "share": [0.5, np.nan],
            "is_sannong": [True, False],
            "revenue_cny": ["1.50", None],
            "green_grade": ["DEEP", None],
            "green_grade_date": [pd.Timestamp("2026-03-31"), pd.NaT],
            "data_registration": [pd.Timestamp("2026-09-30"), pd.NaT],
        },
        index=index,
    )
    firms.to_parquet(folder / FIRMS_FILE)
    return folder


@pytest.fixture
def home(tmp_path):
    """A home with one snapshot."""
    made = Home(tmp_path)
    write(made)
    return made


def test_facts_are_plain_and_unknown_ones_absent(home):
    snapshot = load_snapshot(home)
    assert snapshot.facts("a") == {
        "employees": 86,
        "share": 0.5,
        "is_sannong": True,
        "revenue_cny": "1.50",
        "green_grade": "DEEP",
        "green_grade_date": date(2026, 3, 31),
        "green_grade_source": "official",
    }
    assert snapshot.facts("b") == {"is_sannong": False}
    assert all(type(value) in {int, float, bool, str, date} for value in snapshot.facts("a").values())


def test_a_name_is_for_people_and_no_fact(home):
    assert load_snapshot(home).name("a") is None
    file = home.features(DAY) / FIRMS_FILE
    pd.read_parquet(file).assign(name=["德清恒瑞纺织有限公司", None]).to_parquet(file)
    snapshot = load_snapshot(home)
    assert (snapshot.name("a"), snapshot.name("b")) == ("德清恒瑞纺织有限公司", None)
    assert "name" not in snapshot.facts("a") | snapshot.facts("b")


def test_freshness_is_a_day_or_nothing(home):
    assert load_snapshot(home).freshness("a") == {"registration": date(2026, 9, 30)}
    assert load_snapshot(home).freshness("b") == {"registration": None}


def test_features_of_one_firm_are_a_table_of_one_row(home):
    assert load_snapshot(home).features_of("a").to_dict("index") == {"a": {"x": 1.0}}


@pytest.mark.parametrize("ask", ["facts", "freshness", "name", "indicators", "features_of"])
def test_an_unknown_firm_is_named(home, ask):
    with pytest.raises(RequestError, match="firm 'z' is not known on 2026-10-31"):
        getattr(load_snapshot(home), ask)("z")


def test_the_newest_day_is_taken_and_a_half_written_one_is_not(home):
    write(home, date(2026, 11, 30))
    (home.features(date(2026, 12, 31))).mkdir()
    assert load_snapshot(home).as_of == date(2026, 11, 30)
    assert load_snapshot(home, DAY).as_of == DAY


def test_the_measures_day_is_the_snapshots_own_unless_it_says_another(home):
    assert load_snapshot(home).policy_as_of == DAY
    (home.features(DAY) / ABOUT_FILE).write_text('{"policy_as_of": "2026-11-20"}')
    assert load_snapshot(home).policy_as_of == date(2026, 11, 20)


@pytest.mark.parametrize("text", ["", "{}", '{"policy_as_of": "soon"}', '{"policy_as_of": 7}'])
def test_a_measures_day_that_is_none_is_refused(home, text):
    (home.features(DAY) / ABOUT_FILE).write_text(text)
    with pytest.raises(LakeError, match=ABOUT_FILE):
        load_snapshot(home)


def test_no_snapshot_says_which_there_are(home, tmp_path):
    with pytest.raises(LakeError, match=r"no snapshot of 2020-01-01; there are: 2026-10-31"):
        load_snapshot(home, date(2020, 1, 1))
    with pytest.raises(LakeError, match="there are: none"):
        load_snapshot(Home(tmp_path / "elsewhere"))


def test_a_truncated_file_is_named(home):
    file = home.features(DAY) / FEATURES_FILE
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(LakeError, match=r"features.parquet: no whole Parquet file"):
        load_snapshot(home)


def test_tables_of_different_firms_are_refused(home):
    index = pd.Index(["a", "c"], name="entity_id")
    pd.DataFrame({"x": [1.0, 2.0]}, index=index).to_parquet(home.features(DAY) / FEATURES_FILE)
    with pytest.raises(LakeError, match="different firms"):
        load_snapshot(home)
