"""The verb `features`: every firm on a day, the pairs of a spine, and what it tells of coverage."""

import json
import os

import pandas as pd
import pytest
from typer.testing import CliRunner

from features.assemble import Assembled
from features.city import make_city
from features.definitions import ALL, by_name
from features.errors import RequestError
from features.home import Home
from pipelines.assembling import features_of_spine, features_on, read_spine
from pipelines.collect import collect
from pipelines.command_line import app
from pipelines.coverage import coverage_of, rows_to_show
from pipelines.recipe import load_recipe

DAY = pd.Timestamp(2026, 10, 31)


def quiet(_source: str) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A home that collected a small city."""
    folder = tmp_path_factory.mktemp("features")
    make_city(folder / "city", entities=150, months=30, seed=5)
    home = Home(folder / "home")
    collect(home, load_recipe("city"), folder / "city")
    return home


@pytest.fixture(scope="module")
def snapshot(full):
    folder, told = features_on(full, DAY, quiet)
    return pd.read_parquet(folder / "features.parquet"), told


def test_every_firm_has_a_row_and_every_feature_a_column(snapshot):
    values, told = snapshot
    assert list(values.columns) == [one.name for one in ALL]
    assert values.index.is_unique
    assert told["pairs"] == len(values) > 100
    assert told["as_of"] == "2026-10-31"


def test_a_spine_gives_the_snapshot_s_values_in_the_spine_s_order(full, snapshot, tmp_path):
    values, _ = snapshot
    firms = [*values.index[5:8][::-1], values.index[5], "nobody"]
    pd.DataFrame({"entity_id": firms, "as_of": "2026-10-31", "loan": "x"}).to_csv(
        tmp_path / "s.csv", index=False
    )
    told = features_of_spine(full, tmp_path / "s.csv", tmp_path / "out.parquet", quiet, memory="500MB")
    found = pd.read_parquet(tmp_path / "out.parquet")
    assert found["entity_id"].tolist() == firms
    pd.testing.assert_frame_equal(
        found.drop(columns="as_of").set_index("entity_id")[values.columns],
        values.reindex(firms),
        check_exact=True,
    )
    assert json.loads((tmp_path / "out.parquet.coverage.json").read_text("utf-8")) == told


def test_a_spine_may_ask_of_many_days_and_sees_only_what_was_known_then(full, snapshot, tmp_path):
    values, _ = snapshot
    firm = values["invoiced_sales_cny_36m"].idxmax()
    days = ["2025-06-30", "2026-10-31"]
    pd.DataFrame({"entity_id": firm, "as_of": pd.to_datetime(days)}).to_parquet(tmp_path / "s.parquet")
    features_of_spine(full, tmp_path / "s.parquet", tmp_path / "o.parquet", quiet)
    sales = pd.read_parquet(tmp_path / "o.parquet")["invoiced_sales_cny_36m"]
    assert sales[1] == values.loc[firm, "invoiced_sales_cny_36m"] != sales[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("firm,as_of\nA,2026-01-01\n", "no column entity_id; it has firm, as_of"),
        ("entity_id,as_of\nA,2026-01-01\nB,soon\n", "1 rows without a firm or a day, the first is row 2"),
        ("entity_id,as_of\n,2026-01-01\n", "the first is row 1"),
    ],
)
def test_a_spine_that_cannot_be_read_says_why(tmp_path, text, told):
    (tmp_path / "s.csv").write_text(text)
    with pytest.raises(RequestError, match=told):
        read_spine(tmp_path / "s.csv")


def test_a_spine_that_is_not_there_says_what_was_expected(tmp_path):
    with pytest.raises(RequestError, match=r"expected a \.csv or \.parquet file with entity_id and as_of"):
        read_spine(tmp_path / "none.csv")


def test_a_source_that_fell_silent_is_late_and_one_of_events_never_is():
    index = pd.MultiIndex.from_tuples([("A", DAY), ("B", DAY)], names=["entity_id", "as_of"])
    chosen = tuple(by_name()[name] for name in ("headcount", "enforcement_count_12m") if name in by_name())
    known = Assembled(
        pd.DataFrame({one.name: [1.0, None] for one in chosen}, index=index),
        pd.DataFrame(
            {
                "social_insurance": [pd.Timestamp(2026, 3, 31), pd.NaT],
                "court_enforcement": [pd.Timestamp(2020, 1, 1), pd.NaT],
                "customs": [pd.NaT, pd.NaT],
            },
            index=index,
        ),
    )
    told = {one["source"]: one for one in coverage_of(known, chosen)["sources"]}
    assert told["social_insurance"]["late"] is True
    assert told["social_insurance"]["days_behind"] == 214
    assert told["social_insurance"]["share"] == 0.5
    assert told["court_enforcement"]["late"] is None
    assert told["customs"]["newest"] is None
    shown = rows_to_show(coverage_of(known, chosen))
    assert [row["source"] for row in shown] == ["customs", "social_insurance", "court_enforcement"]
    assert next(row["newest event"] for row in shown) == "none known"


def test_the_verb_writes_and_tells(full):
    done = CliRunner().invoke(
        app,
        ["--home", str(full.root), "features", "--as-of", "2026-10-31", "--memory-limit", "1GB", "--json"],
    )
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert os.path.basename(told["written"]) == "as_of=2026-10-31"  # noqa: PTH119 - only the name matters
    assert {"sources", "features", "pairs"} <= set(told)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["features"], "expected either --as-of DAY or --spine FILE"),
        (["features", "--as-of", "31.10.2026"], "not a day; expected YYYY-MM-DD"),
        (["features", "--as-of", "2026-10-31", "--engine", "polars"], "expected duckdb or spark"),
        (["features", "--as-of", "2026-10-31", "--memory-limit", "much"], "not an amount of memory"),
    ],
)
def test_a_wrong_question_is_told_in_a_sentence(full, words, told):
    done = CliRunner().invoke(app, ["--home", str(full.root), *words])
    assert isinstance(done.exception, RequestError)
    assert told in str(done.exception)
