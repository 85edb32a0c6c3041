"""The whole main job on a small embedded city, and what is left when it is killed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from features.city import make_city
from features.home import Home
from features.lake import receipts
from models.registry import CREDIT, champion, find_challenger
from models.registry.listing import one_version
from pipelines.collect import collect
from pipelines.recipe import load_recipe
from pipelines.sample import scope_of
from pipelines.snapshot import write_snapshot
from serving.desk import Desk

COMMAND = [sys.executable, "-m", "pipelines"]


@pytest.fixture(scope="module")
def city(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("city")
    make_city(out, entities=1200, months=48, seed=3)
    return out


@pytest.fixture(scope="module")
def ran(city, tmp_path_factory):
    """A finished run: its home, and what it told machines."""
    home = Home(tmp_path_factory.mktemp("run") / "home")
    words = [
        "run",
        "--recipe",
        "city",
        "--data",
        str(city),
        "--oracle",
        str(city / "oracle" / "oracle_pd.parquet"),
    ]
    done = subprocess.run(
        [*COMMAND, "--home", str(home.root), *words, "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return home, json.loads(done.stdout)


def test_every_planted_dirty_row_is_in_quarantine_and_every_good_row_in_the_lake(ran, city):
    home, _ = ran
    manifest = json.loads((city / "manifest.json").read_text("utf-8"))
    for file, planted in manifest["files"].items():
        (receipt,) = receipts(home, planted["source"])
        assert (receipt.accepted, receipt.quarantined) == (planted["good_rows"], planted["dirty_rows"]), file


def test_the_model_is_validated_out_of_time_and_every_check_passed(ran):
    _, told = ran
    assert told["validation"]["kind"] == "out_of_time"
    assert all(told["checks"].values())
    assert 0.5 < told["oracle"]["reached"] < 1
    assert told["model"] == "sme_credit/1"


def test_every_firm_of_the_city_is_scored_once(ran):
    home, told = ran
    (path,) = home.root.glob("scores/as_of=*/scores.parquet")
    scores = pd.read_parquet(path)
    registered = pq.read_table(next((home.lake / "registration").glob("*.parquet")))["entity_id"].unique()
    assert len(scores) == told["firms"]
    assert scores.index.is_unique
    assert set(registered.to_pylist()) <= set(scores.index)


def test_measures_speak_of_the_open_loan_where_there_is_one(ran):
    home, _ = ran
    (path,) = home.root.glob("scores/as_of=*/scores.parquet")
    scores = pd.read_parquet(path)
    assert set(scores["loan_basis"]) == {"tape", "reference"}
    assert {"PASS", "FAIL"} <= set(scores["vat_exemption"])
    assert scores["renewal_without_repayment_zh"].str.contains("征求意见稿").all()


def test_the_official_grade_wins_over_the_predicted_one(ran):
    home, told = ran
    (path,) = home.root.glob("scores/as_of=*/scores.parquet")
    graded = pd.read_parquet(path)["official_grade"]
    assert 0.1 < graded.notna().mean() < 0.4
    green = told["answer"]["green"]
    assert green["grade_source"] == ("official" if green["official_grade"] else "predicted")


def test_the_report_lies_in_the_home_and_names_the_model(ran):
    _, told = ran
    page = Path(told["report"]).read_text("utf-8")
    assert "sme_credit/1" in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_the_second_run_collects_nothing_new_and_registers_the_next_version(ran, city):
    home, told = ran
    before = {path: path.stat().st_mtime_ns for path in home.lake.rglob("*.parquet")}
    words = ["--home", str(home.root), "run", "--recipe", "city", "--data", str(city), "--json"]
    again = json.loads(subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=True).stdout)
    assert {path: path.stat().st_mtime_ns for path in home.lake.rglob("*.parquet")} == before
    assert again["model"] == "sme_credit/2"
    assert again["validation"] == told["validation"], "the same data give the same model"


def test_a_challenger_from_the_lake_is_asked_about_the_champion_and_takes_no_place(ran):
    home, _ = ran
    before = champion(home, CREDIT)
    words = ["--home", str(home.root), "train", "credit", "--recipe", "city", "--challenger", "--json"]
    made = json.loads(subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=True).stdout)
    challenger = find_challenger(home, CREDIT)
    assert made["model"] == challenger.label
    assert champion(home, CREDIT) == before
    told = {one["number"]: one for one in one_version(home, CREDIT, challenger.version).checks}
    assert told["C07"]["asked"], "the champion's outcomes were complete before the test began"
    assert before.label in told["C07"]["finding"]
    page = Path(made["report"]).read_text("utf-8")
    assert challenger.label in page
    assert before.label in page


def test_a_snapshot_of_an_earlier_day_sees_nothing_of_what_came_later(ran):
    home, _ = ran
    day = pd.Timestamp("2026-04-30")
    recipe = load_recipe("city")
    folder = write_snapshot(home, scope_of(home, recipe, []), day)
    fresh = pd.read_parquet(folder / "firms.parquet").filter(like="data_")
    newest = fresh.apply(lambda days: pd.to_datetime(days).max())
    assert (newest <= day).all()
    assert newest.max() > day - pd.DateOffset(months=2)


def test_research_in_the_same_home_takes_no_champions_place(ran, cumcm):
    home, told = ran
    before = champion(home, CREDIT)
    words = ["--home", str(home.root), "run", "--recipe", "cumcm2020c", "--data", str(cumcm), "--json"]
    research = json.loads(
        subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=True).stdout
    )
    assert research["model"] == "sme_credit_cumcm2020c/1"
    assert research["firms"] == 123, "the city's firms are not among them"
    assert champion(home, CREDIT) == before
    desk = Desk.open(home)
    assert desk.unready() == {}
    assert len(desk.snapshot.firms) == told["firms"]
    desk.close()


def test_a_run_killed_half_way_leaves_whole_batches_and_the_next_one_goes_on(city, tmp_path):
    home = Home(tmp_path / "home")
    words = ["--home", str(home.root), "run", "--recipe", "city", "--data", str(city)]
    worker = subprocess.Popen([*COMMAND, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while worker.poll() is None and len(list(home.lake.rglob("*.parquet"))) < 3:
        time.sleep(0.02)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    whole = [receipt for folder in home.lake.iterdir() for receipt in receipts(home, folder.name)]
    assert len(whole) >= 3
    assert not list(home.root.glob("scores/*"))
    before = {path: path.stat().st_mtime_ns for path in home.lake.rglob("*.parquet")}
    told = collect(home, load_recipe("city"), city)
    assert len(told) == len(load_recipe("city").tables)
    assert {path: path.stat().st_mtime_ns for path in before} == before, (
        "what was committed is not read again"
    )
