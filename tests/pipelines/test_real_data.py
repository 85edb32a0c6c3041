"""The two real inputs, through recipes only; skipped where those data are not there."""

import time

import pandas as pd
import pytest

from features.home import Home
from pipelines.collect import collect
from pipelines.command_line import main
from pipelines.recipe import load_recipe

pytestmark = pytest.mark.real_data

ROWS = {
    "4invest.csv": 84_189,
    "6project.csv": 49_601,
    "7lawsuit.csv": 40_102,
    "8breakfaith.csv": 4_388,
    "10qualification.csv": 6_693,
    "train.csv": 218_264,
}


def test_five_event_tables_and_the_list_of_firms_are_collected_whole(home, enterprise_exit):
    begun = time.perf_counter()
    receipts = collect(home, load_recipe("enterprise_exit2017"), enterprise_exit)
    assert time.perf_counter() - begun < 60
    assert {one.file: one.rows_read for one in receipts} == ROWS
    assert all(one.accepted + one.quarantined == one.rows_read for one in receipts)
    refused = {one.file: one.quarantined for one in receipts}
    assert refused == {
        "4invest.csv": 136, "6project.csv": 1_414, "7lawsuit.csv": 36, "8breakfaith.csv": 16,
        "10qualification.csv": 0, "train.csv": 0,
    }  # fmt: skip


@pytest.fixture(scope="module")
def ran(tmp_path_factory, cumcm):
    """The whole job on real invoices, through the command line."""
    import json
    from contextlib import redirect_stdout
    from io import StringIO
    from unittest.mock import patch

    home = Home(tmp_path_factory.mktemp("cumcm") / "home")
    said = StringIO()
    command = [
        "lvdaitong",
        "--home",
        str(home.root),
        "run",
        "--recipe",
        "cumcm2020c",
        "--data",
        str(cumcm),
        "--json",
    ]
    with patch("sys.argv", command), redirect_stdout(said), pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    return home, json.loads(said.getvalue())


def test_real_invoices_rank_real_defaults(ran):
    _, told = ran
    assert told["validation"]["kind"] == "repeated_cv"
    assert told["validation"]["auc"]["value"] >= 0.88
    assert (
        told["validation"]["auc"]["low"]
        < told["validation"]["auc"]["value"]
        < told["validation"]["auc"]["high"]
    )
    assert 0.8 < told["validation"]["calibration"] < 1.25
    assert sum(told["seconds"].values()) < 90


def test_every_real_firm_has_a_score_and_reasons_and_findings(ran):
    home, told = ran
    scores = pd.read_parquet(home.root / "scores" / "as_of=2020-02-29" / "scores.parquet")
    assert len(scores) == told["firms"] == 123
    assert scores["score"].between(300, 900).all()
    below = scores["score"] < scores["score"].median()
    assert scores.loc[below, "reason_1"].notna().all()
    assert set(scores["interest_subsidy"]) <= {"PASS", "FAIL", "UNKNOWN", "NOT_APPLICABLE"}
    assert (home.root / "scores" / "as_of=2020-02-29" / "scores.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert "不构成授信决定" in told["answer"]["notice_zh"]
    assert told["policy_status"] == "DRAFT"


def test_the_rating_as_a_feature_is_refused_before_anything_is_read(cumcm, tmp_path, monkeypatch, capsys):
    command = ["lvdaitong", "--home", str(tmp_path), "run", "--recipe", "cumcm2020c", "--data", str(cumcm)]
    monkeypatch.setattr("sys.argv", [*command, "--feature", "信誉评级"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 4
    assert "'信誉评级' is declared an outcome in cumcm2020c" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
