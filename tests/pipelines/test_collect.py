"""Files to the lake: what is promised of every batch, and every way in which input goes wrong."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from features.errors import LakeError, RecipeError, SourceError
from features.expectations import DUPLICATE
from features.home import Home
from features.lake import batch_path, quarantine_path, receipts
from pipelines.collect import collect
from pipelines.recipe import parse_recipe

HEADER = "代码,记录号,变更日期,入库日期,操作,类型,注册资本(万元),状态"
GOOD = [
    "91330502MA29K00168,r1,2024-01-05,2024-01-08,新增,企业,100,存续",
    "91330502MA2B00000N,r2,2024-01-06,2024-01-09,新增,企业,12.3456,存续",
]

RECIPE = """
name: test
title: {zh: 测试, en: test}
key: uscc
tables:
  - name: 登记
    source: registration
    file: registration.csv
    encoding: %s
    columns:
      entity_id: 代码
      record_id: 记录号
      event_date: 变更日期
      available_at: 入库日期
      op: {from: 操作, values: {新增: upsert, 撤销: withdraw}}
      entity_type: {from: 类型, values: {企业: ENTERPRISE}}
      registered_capital_cny: {from: "注册资本(万元)", unit: 万元}
      status: {from: 状态, values: {存续: ACTIVE}}
"""


def recipe(encoding: str = "utf-8"):
    return parse_recipe(RECIPE % encoding, "test.yaml")


def write(folder: Path, lines: list[str], encoding: str = "utf-8", header: str = HEADER) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "registration.csv"
    path.write_bytes("\n".join([header, *lines, ""]).encode(encoding))
    return path


def lake_files(home) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(home.root.rglob("*.parquet"))}


def refused(home) -> pd.DataFrame:
    (path,) = (home.quarantine / "registration").glob("*.parquet")
    return pq.read_table(path).to_pandas()


def test_rows_arrive_in_the_catalogues_types_and_money_is_exact(home, tmp_path):
    write(tmp_path / "in", GOOD, "gb18030")
    (receipt,) = collect(home, recipe("gb18030"), tmp_path / "in")
    assert (receipt.rows_read, receipt.accepted, receipt.quarantined) == (2, 2, 0)
    stored = pq.read_table(batch_path(home, "registration", receipt.batch))
    assert [str(value) for value in stored["registered_capital_cny"].to_pylist()] == [
        "1000000.00",
        "123456.00",
    ]
    assert str(stored.schema.field("event_date").type) == "date32[day]"
    assert stored["industry"].null_count == 2


def test_the_same_file_twice_changes_nothing(home, tmp_path):
    write(tmp_path / "in", GOOD)
    collect(home, recipe(), tmp_path / "in")
    before = lake_files(home)
    seen = []
    collect(home, recipe(), tmp_path / "in", lambda receipt, new: seen.append((receipt.rows_read, new)))
    assert lake_files(home) == before
    assert seen == [(2, False)]


def test_a_mended_recipe_takes_the_place_of_what_it_read_before(home, tmp_path):
    write(tmp_path / "in", GOOD)
    collect(home, recipe(), tmp_path / "in")
    mended = parse_recipe((RECIPE % "utf-8").replace("unit: 万元", "unit: 元"), "test.yaml")
    collect(home, mended, tmp_path / "in")
    (receipt,) = receipts(home, "registration")
    stored = pq.read_table(batch_path(home, "registration", receipt.batch))
    assert str(stored["registered_capital_cny"][0].as_py()) == "100.00"


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (
            "91330502MA29K00167,r3,2024-01-05,2024-01-08,新增,企业,1,存续",
            "entity_id: not a unified social credit code",
        ),
        (
            "91330502MA29K00168,r3,2024-02-30,2024-03-08,新增,企业,1,存续",
            "event_date: not a date written %Y-%m-%d",
        ),
        ("91330502MA29K00168,r3,2024-01-05,2024-01-04,新增,企业,1,存续", "available_at: before event_date"),
        ("91330502MA29K00168,r3,2024-01-05,2024-01-08,新增,企业,-1,存续", "registered_capital_cny: below 0"),
        (
            "91330502MA29K00168,r3,2024-01-05,2024-01-08,新增,企业,一百,存续",
            "registered_capital_cny: not a number",
        ),
        (
            "91330502MA29K00168,r3,2024-01-05,2024-01-08,新增,企业,1.0000005,存续",
            "registered_capital_cny: has parts of",
        ),
        (
            "91330502MA29K00168,r3,2024-01-05,2024-01-08,新增,公司,1,存续",
            "entity_type: not one of ENTERPRISE",
        ),
        ("91330502MA29K00168,r3,2024-01-05,2024-01-08,修改,企业,1,存续", "op: not one of upsert, withdraw"),
        ("91330502MA29K00168,r3,2024-01-05,2024-01-08,新增,企业,1,", "status: is missing"),
        (",r3,2024-01-05,2024-01-08,新增,企业,1,存续", "entity_id: is missing"),
        (GOOD[0], DUPLICATE),
    ],
)
def test_a_refused_row_lies_in_quarantine_with_its_rule_and_as_it_was_read(home, tmp_path, line, rule):
    write(tmp_path / "in", [*GOOD, line])
    (receipt,) = collect(home, recipe(), tmp_path / "in")
    assert (receipt.rows_read, receipt.accepted, receipt.quarantined) == (3, 2, 1)
    (row,) = refused(home).to_dict("records")
    assert row["row"] == 3
    assert row["rules"].startswith(rule)
    assert ";" not in row["rules"], "one fault is one rule"
    assert list(json.loads(row["raw"]).values()) == line.split(",")


def test_full_width_digits_spaces_and_thousands_are_read(home, tmp_path):
    write(tmp_path / "in", ['９１330502ma29k00168 ,r1,2024-01-05,2024-01-08,新增,企业,"１,２00.5",存续'])
    (receipt,) = collect(home, recipe(), tmp_path / "in")
    stored = pq.read_table(batch_path(home, "registration", receipt.batch))
    assert stored["entity_id"].to_pylist() == ["91330502MA29K00168"]
    assert str(stored["registered_capital_cny"][0].as_py()) == "12005000.00"


def test_accepted_and_quarantined_add_up_over_several_chunks(home, tmp_path):
    lines = [
        f"91330502MA29K00168,r{number % 30},2024-01-05,2024-01-08,新增,企业,1,存续" for number in range(40)
    ]
    write(tmp_path / "in", lines)
    (receipt,) = collect(home, recipe(), tmp_path / "in", chunk_rows=7)
    assert (receipt.rows_read, receipt.accepted, receipt.quarantined) == (40, 30, 10)
    assert refused(home)["row"].tolist() == list(range(31, 41)), "the first of each is kept, across chunks"


def test_a_missing_file_is_named_with_what_lies_beside_it(home, tmp_path):
    write(tmp_path / "in", GOOD).rename(tmp_path / "in" / "登记.csv")
    with pytest.raises(SourceError, match=r"registration\.csv: no such file at .*the folder holds 登记\.csv"):
        collect(home, recipe(), tmp_path / "in")
    assert lake_files(home) == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"registration\.csv: is empty \(0 bytes\); expected a header and rows"),
        ((HEADER + "\n").encode(), r"registration\.csv: has a header and no rows"),
        (
            (HEADER + "\n" + GOOD[0] + ",多余\n").encode(),
            r"registration\.csv: not a well-formed CSV: more fields than headers",
        ),
        (
            (HEADER.replace("状态", "登记状态") + "\n" + GOOD[0] + "\n").encode(),
            r"the header changed, 1 missing: '状态'; 1 not in the recipe: '登记状态'\. Mend 'columns'",
        ),
        (
            (HEADER + "\n" + GOOD[0] + "\n").encode("gb18030"),
            r"registration\.csv: is not utf-8 at byte \d+, line 1; it reads as gb18030\. Set 'encoding'",
        ),
    ],
)
def test_a_broken_file_stops_its_batch_and_says_why(home, tmp_path, content, message):
    write(tmp_path / "in", GOOD)
    collect(home, recipe(), tmp_path / "in")
    before = lake_files(home)
    (tmp_path / "in" / "registration.csv").write_bytes(content)
    with pytest.raises(SourceError, match=message):
        collect(home, recipe(), tmp_path / "in")
    assert lake_files(home) == before
    assert not list(home.staging.glob("*"))


def test_an_encoding_that_does_not_exist_is_the_recipes_fault(home, tmp_path):
    write(tmp_path / "in", GOOD)
    with pytest.raises(RecipeError, match="the recipe's encoding 'utf-80' does not exist"):
        collect(home, recipe("utf-80"), tmp_path / "in")


def test_a_file_whose_rows_are_all_refused_commits_nothing_but_shows_them(home, tmp_path):
    write(tmp_path / "in", [line.replace("2024-01-0", "2024-02-3") for line in GOOD])
    with pytest.raises(SourceError, match="all 2 rows were refused, most for 'available_at: not a date"):
        collect(home, recipe(), tmp_path / "in")
    assert not list(home.lake.rglob("*.parquet"))
    assert len(refused(home)) == 2


PARQUET_RECIPE = (RECIPE % "utf-8").replace("registration.csv", "registration.parquet")


def _parquet(folder: Path) -> Path:
    folder.mkdir(parents=True)
    path = folder / "registration.parquet"
    pd.DataFrame([line.split(",") for line in GOOD], columns=HEADER.split(",")).to_parquet(path)
    return path


def test_a_truncated_parquet_stops_its_batch(home, tmp_path):
    path = _parquet(tmp_path / "in")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(SourceError, match=r"registration\.parquet: is truncated or no Parquet file"):
        collect(home, parse_recipe(PARQUET_RECIPE, "test.yaml"), tmp_path / "in")
    assert lake_files(home) == {}


def test_a_damaged_batch_in_the_lake_is_named(home, tmp_path):
    write(tmp_path / "in", GOOD)
    (receipt,) = collect(home, recipe(), tmp_path / "in")
    batch_path(home, "registration", receipt.batch).write_bytes(b"PAR1 no")
    with pytest.raises(LakeError, match="damaged batch; move it away and collect its file again"):
        list(receipts(home, "registration"))


WORKER = """
import resource, signal, sys
from pathlib import Path
from features.home import Home
from pipelines.recipe import load_recipe
from pipelines.collect import collect
limit = int(sys.argv[3])
if limit:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
collect(Home(Path(sys.argv[1])), load_recipe(sys.argv[2] + "/test.yaml"), Path(sys.argv[2]))
"""


def _worker(home, folder: Path, limit: int = 0) -> subprocess.Popen[str]:
    (folder / "test.yaml").write_text(RECIPE % "utf-8", "utf-8")
    command = [sys.executable, "-c", WORKER, str(home.root), str(folder), str(limit)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def _many(folder: Path) -> None:
    line = "91330502MA29K00168,r{},2024-01-05,2024-01-08,新增,企业,1,存续"
    write(folder, [line.format(number) for number in range(40_000)])


def test_a_full_disk_commits_nothing_and_says_so(home, tmp_path):
    write(tmp_path / "before", GOOD)
    collect(home, recipe(), tmp_path / "before")
    before = lake_files(home)
    _many(tmp_path / "in")
    told = _worker(home, tmp_path / "in", limit=2_000).communicate()[1]
    assert "LakeError" in told
    assert "nothing was committed. Make room or choose another --home" in told
    assert lake_files(home) == before


def test_a_killed_run_leaves_the_lake_as_before_and_the_next_one_finishes(home, tmp_path):
    write(tmp_path / "before", GOOD)
    collect(home, recipe(), tmp_path / "before")
    before = lake_files(home)
    _many(tmp_path / "in")
    worker = _worker(home, tmp_path / "in")
    while worker.poll() is None and not list(home.staging.rglob("accepted.parquet")):
        pass
    os.kill(worker.pid, signal.SIGKILL)
    worker.communicate()
    assert {path: data for path, data in lake_files(home).items() if "staging" not in path} == before
    (receipt,) = collect(home, recipe(), tmp_path / "in")
    assert receipt.accepted == 40_000


def test_a_home_that_is_a_file_is_named(tmp_path):
    write(tmp_path / "in", GOOD)
    (tmp_path / "home").write_text("")
    with pytest.raises(LakeError, match="home: is a file, not a folder; nothing was committed"):
        collect(Home(tmp_path / "home"), recipe(), tmp_path / "in")


def test_refused_rows_are_listed_with_their_rule_and_words(home, tmp_path):
    from pipelines.listing import list_refused

    write(tmp_path / "in", [*GOOD, GOOD[0], GOOD[1]])
    collect(home, recipe(), tmp_path / "in")
    (first,) = list_refused(home, "registration", most=1)
    assert (first["row"], first["rules"], first["table"]) == (3, DUPLICATE, "登记")
    assert first["as it was read"].startswith("代码=91330502MA29K00168  记录号=r1  ")
    assert list_refused(home, "vat_invoice", most=1) == []
    with pytest.raises(RecipeError, match="no source 'register'"):
        list_refused(home, "register", most=1)


def test_the_refused_rows_of_a_batch_stand_under_its_name(home, tmp_path):
    write(tmp_path / "in", [*GOOD, GOOD[0]])
    (receipt,) = collect(home, recipe(), tmp_path / "in")
    assert quarantine_path(home, "registration", receipt.batch).is_file()


# ---------------------------------------------------------------- the batch as a whole


def many(folder: Path, rows: int, month: int, bad: int = 0) -> Path:
    """A month's file: so many rows, the last of them broken."""
    line = "91330502MA29K00168,{}-{},2024-{:02}-05,2024-{:02}-08,新增,{},1,存续"
    lines = [
        line.format(month, row, month, month, "公司" if row >= rows - bad else "企业") for row in range(rows)
    ]
    write(folder, lines)
    return folder


def test_a_batch_that_is_small_and_brings_nothing_new_is_committed_with_warnings(home, tmp_path):
    assert collect(home, recipe(), many(tmp_path / "1", 100, 1))[0].warnings == []
    assert collect(home, recipe(), many(tmp_path / "2", 100, 2))[0].warnings == []
    (receipt,) = collect(home, recipe(), many(tmp_path / "3", 49, 2))
    assert receipt.warnings == [
        "49 rows, usual are 100 (median of the last 2): few",
        "nothing in it happened after the newest event of the batch before; was it delivered again?",
    ]
    assert receipt in list(receipts(home, "registration"))


def test_next_to_nothing_stops_once_the_usual_is_known(home, tmp_path):
    for month in (1, 2, 3):
        collect(home, recipe(), many(tmp_path / str(month), 200, month))
    before = lake_files(home)
    with pytest.raises(
        SourceError, match=r"csv: 1 rows, usual are 200 .*: next to nothing, nothing was comm"
    ):
        collect(home, recipe(), many(tmp_path / "4", 1, 4))
    assert {path: data for path, data in lake_files(home).items() if ".stopped." not in path} == before
    assert not list(home.staging.glob("*"))


@pytest.mark.parametrize(("bad", "stops"), [(50, False), (51, True)])
def test_more_refused_than_good_rows_stop_a_batch_and_stay_to_be_looked_at(home, tmp_path, bad, stops):
    folder = many(tmp_path / "in", 100, 1, bad)
    if not stops:
        assert collect(home, recipe(), folder)[0].warnings == ["50.0% of the rows were refused, more than 5%"]
        return
    with pytest.raises(
        SourceError, match="51% of the rows were refused, more than 50%, most for 'entity_type"
    ):
        collect(home, recipe(), folder)
    assert not list(home.lake.rglob("*.parquet"))
    assert len(refused(home)) == 51
    mended = parse_recipe((RECIPE % "utf-8").replace("企业: ENT", "公司: ENTERPRISE, 企业: ENT"), "test.yaml")
    (receipt,) = collect(home, mended, folder)
    assert (receipt.accepted, len(refused(home))) == (100, 0)


def test_refused_rows_of_a_recipe_that_stops_do_not_take_the_place_of_those_in_the_lake(home, tmp_path):
    from features.quarantine import refused_rows

    folder = many(tmp_path / "in", 200, 1, 7)
    collect(home, recipe(), folder)
    worse = parse_recipe((RECIPE % "utf-8").replace("存续: ACTIVE", "存续: DEAD"), "test.yaml")
    with pytest.raises(SourceError, match="all 200 rows were refused"):
        collect(home, worse, folder)
    rows = refused_rows(home, "registration")
    assert sorted(rows["rules"].value_counts().tolist()) == [7, 7, 193]
    (receipt,) = receipts(home, "registration")
    assert (receipt.accepted, receipt.quarantined) == (193, 7)
    collect(home, recipe(), folder)
    assert (receipt,) == tuple(receipts(home, "registration"))


def test_the_pages_of_expectations_follow_what_was_collected(home, tmp_path):
    collect(home, recipe(), many(tmp_path / "in", 10, 1))
    assert "registration.csv" in (home.expectations / "registration.html").read_text("utf-8")


def test_pages_that_cannot_be_written_do_not_undo_a_collect(home, tmp_path):
    home.reports.mkdir(parents=True)
    home.expectations.write_text("a file where the folder should be")
    (receipt,) = collect(home, recipe(), many(tmp_path / "in", 10, 1))
    assert receipt in list(receipts(home, "registration"))


def test_whoever_wants_to_know_is_told_how_long_each_part_took(home, tmp_path):
    from contextlib import contextmanager

    parts = set()

    @contextmanager
    def timed(name):
        parts.add(name)
        yield

    collect(home, recipe(), many(tmp_path / "in", 10, 1), timed=timed)
    assert {"digest", "reading", "typing", "expectations", "writing", "commit", "pages"} <= parts


def test_another_process_that_was_first_leaves_nothing_to_do(home, tmp_path, monkeypatch):
    folder = many(tmp_path / "in", 10, 1)
    from features import batch

    done = []

    def late(*words):
        if not done:
            done.append(True)
            collect(home, recipe(), folder)
        return batch.place(*words)

    seen = []
    monkeypatch.setattr("pipelines.collect.place", late)
    collect(home, recipe(), folder, lambda _receipt, new: seen.append(new))
    assert seen == [False]
    (receipt,) = receipts(home, "registration")
    assert receipt.accepted == 10


def test_another_recipe_that_was_first_is_followed_by_ours(home, tmp_path, monkeypatch):
    folder = many(tmp_path / "in", 10, 1)
    other = parse_recipe((RECIPE % "utf-8").replace("unit: 万元", "unit: 元"), "test.yaml")
    from features import batch

    done = []

    def late(*words):
        if not done:
            done.append(True)
            collect(home, other, folder)
        return batch.place(*words)

    monkeypatch.setattr("pipelines.collect.place", late)
    (ours,) = collect(home, recipe(), folder)
    assert list(receipts(home, "registration")) == [ours]
