"""The whole main job on a small embedded city, as both READMEs type it; and what is left when it is killed.

Collecting and training are what takes time here: the documents' commands fill one home, and every other test
of this file looks at what they left, or goes on from there.
"""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml

from features.home import Home
from features.lake import receipts
from models.registry import CREDIT, champion, find_challenger
from models.registry.listing import one_version
from pipelines.collect import collect
from pipelines.recipe import load_recipe
from pipelines.sample import scope_of
from pipelines.snapshot import write_snapshot
from serving.desk import Loaded

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("README.md", "README.zh-CN.md")
COMMAND = [sys.executable, "-m", "pipelines"]
ANYTHING = "…"


def sessions(name: str) -> list[tuple[str, list[str]]]:
    """Commands of a document's console blocks, each with the lines that stand below it."""
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / name).read_text("utf-8"), re.DOTALL)
    found: list[tuple[str, list[str]]] = []
    for line in "".join(blocks).splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line.rstrip())
    return found


def matches(expected: list[str], printed: list[str]) -> bool:
    """Whether the lines agree; a line … stands for any lines."""
    pattern = "".join(r"(?:.*\n)*?" if line == ANYTHING else re.escape(line) + r" *\n" for line in expected)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


def typed(command: str, folder: Path) -> str:
    """What a command prints in a folder."""
    program, *words = shlex.split(command)
    assert program == "lvdaitong"
    done = subprocess.run([*COMMAND, *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def read(tmp_path_factory) -> tuple[Path, dict[str, list[str]]]:
    """A folder, and what each command of the documents printed there; one that both type is typed once."""
    folder = tmp_path_factory.mktemp("reader")
    commands = dict.fromkeys(command for name in DOCUMENTS for command, _ in sessions(name))
    return folder, {command: typed(command, folder).splitlines() for command in commands}


@pytest.fixture(scope="module")
def city(read) -> Path:
    return read[0] / "var" / "city"


@pytest.fixture(scope="module")
def ran(read):
    """The home after a second run, what that one told, and the lake's files as the first one left them."""
    folder, _ = read
    home = Home(folder / "var" / "home")
    before = {path: path.stat().st_mtime_ns for path in home.lake.rglob("*.parquet")}
    oracle = "var/city/oracle/oracle_pd.parquet"
    told = typed(
        f"lvdaitong --home var/home run --recipe city --data var/city --oracle {oracle} --json", folder
    )
    return home, json.loads(told), before


def quick(name: str, path: Path, tables: int | None = None) -> Path:
    """A shipped recipe whose model has few trees, or of which only the first tables are left."""
    recipe = yaml.safe_load((ROOT / "pipelines" / "recipes" / f"{name}.yaml").read_text("utf-8"))
    changed = recipe | {"model": {"n_estimators": 60}, "tables": recipe["tables"][:tables]}
    path.write_text(yaml.safe_dump(changed, allow_unicode=True), "utf-8")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_commands_of_the_documents_print_what_they_say(read, name):
    _, printed = read
    for command, expected in sessions(name):
        assert matches(expected, printed[command]), "\n".join([command, *printed[command]])


def test_matching_lets_dots_stand_for_any_lines_only():
    assert matches(["a", ANYTHING, "z"], ["a", "b", "c", "z"])
    assert not matches(["a", "z"], ["a", "b", "z"])


def test_every_planted_dirty_row_is_in_quarantine_and_every_good_row_in_the_lake(ran, city):
    home, _, _ = ran
    manifest = json.loads((city / "manifest.json").read_text("utf-8"))
    for file, planted in manifest["files"].items():
        (receipt,) = receipts(home, planted["source"])
        assert (receipt.accepted, receipt.quarantined) == (planted["good_rows"], planted["dirty_rows"]), file


def test_the_model_is_validated_out_of_time_and_every_check_passed(ran):
    _, told, _ = ran
    assert told["validation"]["kind"] == "out_of_time"
    assert all(told["checks"].values())
    assert 0.5 < told["oracle"]["reached"] < 1
    assert told["model"] == "sme_credit/2"


def test_every_firm_of_the_city_is_scored_once(ran):
    home, told, _ = ran
    (path,) = home.root.glob("scores/as_of=*/scores.parquet")
    scores = pd.read_parquet(path)
    registered = pq.read_table(next((home.lake / "registration").glob("*.parquet")))["entity_id"].unique()
    assert len(scores) == told["firms"]
    assert scores.index.is_unique
    assert set(registered.to_pylist()) <= set(scores.index)


def test_measures_speak_of_the_open_loan_where_there_is_one(ran):
    home, _, _ = ran
    (path,) = home.root.glob("scores/as_of=*/scores.parquet")
    scores = pd.read_parquet(path)
    assert set(scores["loan_basis"]) == {"tape", "reference"}
    assert {"PASS", "FAIL"} <= set(scores["vat_exemption"])
    assert scores["renewal_without_repayment_zh"].str.contains("征求意见稿").all()


def test_the_official_grade_wins_over_the_predicted_one(ran):
    home, told, _ = ran
    (path,) = home.root.glob("scores/as_of=*/scores.parquet")
    graded = pd.read_parquet(path)["official_grade"]
    assert 0.1 < graded.notna().mean() < 0.4
    green = told["answer"]["green"]
    assert green["grade_source"] == ("official" if green["official_grade"] else "predicted")


def test_the_report_lies_in_the_home_and_names_the_model(ran):
    home, told, _ = ran
    page = (home.root.parents[1] / told["report"]).read_text("utf-8")
    assert told["model"] in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_the_second_run_collects_nothing_new_and_registers_the_next_version(ran):
    home, told, before = ran
    assert {path: path.stat().st_mtime_ns for path in home.lake.rglob("*.parquet")} == before
    first, second = (one_version(home, CREDIT, version) for version in ("1", "2"))
    assert told["model"] == second.version.label
    assert second.metrics == first.metrics
    assert second.version.digest == first.version.digest, "the same data give the same model"


def test_a_challenger_from_the_lake_is_asked_about_the_champion_and_takes_no_place(ran, tmp_path):
    home, _, _ = ran
    before, recipe = champion(home, CREDIT), quick("city", tmp_path / "city.yaml")
    words = f"--home '{home.root}' train credit --recipe '{recipe}' --challenger --json"
    made = json.loads(typed(f"lvdaitong {words}", tmp_path))
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
    home, _, _ = ran
    day = pd.Timestamp("2026-04-30")
    recipe = load_recipe("city")
    folder = write_snapshot(home, scope_of(home, recipe, []), day)
    fresh = pd.read_parquet(folder / "firms.parquet").filter(like="data_")
    newest = fresh.apply(lambda days: pd.to_datetime(days).max())
    assert (newest <= day).all()
    assert newest.max() > day - pd.DateOffset(months=2)


def test_a_snapshot_holds_the_firms_of_which_something_was_known_and_no_others(ran):
    home, _, _ = ran
    day = pd.Timestamp("2024-06-30")
    folder = write_snapshot(home, scope_of(home, load_recipe("city"), []), day)
    columns = ["entity_id", "available_at"]
    rows = pd.concat([pd.read_parquet(batch, columns=columns) for batch in home.lake.glob("*/*.parquet")])
    known = set(rows.loc[pd.to_datetime(rows["available_at"]) <= day, "entity_id"])
    there = set(pd.read_parquet(folder / "features.parquet", columns=[]).index)
    assert there <= known < set(rows["entity_id"])
    assert len(there) > 0.5 * len(known), "codes that are none were left out, and nobody else"


def test_research_in_the_same_home_takes_no_champions_place(ran, cumcm, tmp_path):
    home, told, _ = ran
    before, recipe = champion(home, CREDIT), quick("cumcm2020c", tmp_path / "cumcm2020c.yaml")
    words = f"--home '{home.root}' run --recipe '{recipe}' --data '{cumcm}' --json"
    research = json.loads(typed(f"lvdaitong {words}", tmp_path))
    assert research["model"] == "sme_credit_cumcm2020c/1"
    assert research["firms"] == 123, "the city's firms are not among them"
    assert champion(home, CREDIT) == before
    loaded = Loaded.read(home)
    assert loaded.missing == {}
    assert len(loaded.snapshot.firms) == told["firms"]


def test_a_run_killed_half_way_leaves_whole_batches_and_the_next_one_goes_on(city, tmp_path):
    home, recipe = Home(tmp_path / "home"), str(quick("city", tmp_path / "city.yaml", tables=5))
    words = ["--home", str(home.root), "run", "--recipe", recipe, "--data", str(city)]
    worker = subprocess.Popen([*COMMAND, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while worker.poll() is None and len(list(home.lake.rglob("*.parquet"))) < 3:
        time.sleep(0.02)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    whole = [receipt for folder in home.lake.iterdir() for receipt in receipts(home, folder.name)]
    assert len(whole) >= 3
    assert not list(home.root.glob("scores/*"))
    before = {path: path.stat().st_mtime_ns for path in home.lake.rglob("*.parquet")}
    told = collect(home, load_recipe(recipe), city)
    assert len(told) == len(load_recipe(recipe).tables)
    assert {path: path.stat().st_mtime_ns for path in before} == before, (
        "what was committed is not read again"
    )
