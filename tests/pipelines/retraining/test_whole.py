"""Nothing left out: a small city, its lake, a champion of last year, and a retraining by the verb."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
import yaml

from features.city import make_city
from features.definitions import CREDIT as CREDIT_FEATURES
from features.home import Home
from models.registry import CREDIT, find_challenger, find_champion, register
from pipelines.collect import collect
from pipelines.command_line import main
from pipelines.lake_training import lake_scope
from pipelines.learning import from_loans
from pipelines.recipe import load_recipe

RECIPES = Path(__file__).resolve().parents[3] / "pipelines" / "recipes"
TABLES = ("登记注册", "贷款台账", "贷款表现")
EASY = """
fewest_bads: {value: 2, cites: a small city}
lowest_auc: {value: 0.3, cites: a small city}
slope_low: {value: 0, cites: a small city}
slope_high: {value: 90, cites: a small city}
calibration_ratio_low: {value: 0.01, cites: a small city}
calibration_ratio_high: {value: 50, cites: a small city}
segment_ratio: {value: 90, cites: a small city}
segment_watch: {value: 80, cites: a small city}
segment_error: {value: 1, cites: a small city}
psi_act: {value: 20, cites: a small city}
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A home with the lake of a small city and a champion of the year before; and its recipe."""
    folder = tmp_path_factory.mktemp("small")
    make_city(folder / "city", entities=260, months=46, seed=7)
    whole = yaml.safe_load((RECIPES / "city.yaml").read_text("utf-8"))
    tables = [one for one in whole["tables"] if one["name"] in TABLES]
    path = folder / "small.yaml"
    path.write_text(yaml.safe_dump(whole | {"tables": tables, "model": {"n_estimators": 20}}), "utf-8")
    recipe, home = load_recipe(str(path)), Home(folder / "home")
    collect(home, recipe, folder / "city")
    (home.root / "thresholds.yaml").write_text(EASY, "utf-8")
    scope, day = lake_scope(home, recipe), pd.Timestamp("2026-04-30")
    learnt = from_loans(home, day, scope, scope.usable(CREDIT_FEATURES))
    tags = {"as_of": f"{day:%Y-%m-%d}"}
    register(
        home, CREDIT, learnt.evidence.model, parameters={}, metrics={}, tags=tags, documents={},
        now=datetime.now(UTC),
    )  # fmt: skip
    return home, path


@pytest.mark.slow
def test_the_verb_retrains_a_small_city_and_leaves_its_champion_where_it_was(small, monkeypatch, capsys):
    home, recipe = small
    words = ["retrain", "--as-of", "2026-10-31", "--recipe", str(recipe), "--json"]
    monkeypatch.setattr(sys, "argv", ["lvdaitong", "--home", str(home.root), *words])
    capsys.readouterr()
    told = said(capsys)
    assert told["fresh"]
    assert (told["champion"], told["challenger"]) == ("sme_credit/1", "sme_credit/2")
    assert told["advice"] == "investigate", "a small city has too few bads to say more"
    assert "few_bads" in [one["code"] for one in told["reasons"]]
    assert len(told["checks"]) == 12
    assert told["comparison"]["gain"]["low"] < 0 < told["comparison"]["gain"]["high"]
    assert told["comparison"]["champion_learnt_until"] < told["comparison"]["first"]
    assert told["moves"]["firms"] == len(pd.read_parquet(Path(told["folder"]) / "shadow.parquet"))
    page = (Path(told["folder"]) / "recommendation.html").read_text("utf-8")
    assert "建议先调查" in page
    assert "lvdaitong models promote sme_credit 2 --by 姓名" in page
    assert (home.root / told["report"]).is_file()
    assert find_champion(home, CREDIT).version == "1"
    assert find_challenger(home, CREDIT).version == "2"

    again = said(capsys)
    assert not again["fresh"]
    assert {name: again[name] for name in again if name != "fresh"} == {
        name: told[name] for name in told if name != "fresh"
    }


def said(capsys):
    """What the command prints as JSON."""
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    assert (ended.value.code or 0, err) == (0, "")
    return json.loads(out)
