"""What a person at the terminal learns of the registered models, and does to them."""

import json
import shutil
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from features.errors import ModelError, RequestError
from features.home import Home
from models.checks import Check, Override
from models.credit import CreditModel
from models.registry import CREDIT, register
from pipelines.model_verbs import models

CHECKS = [
    Check("C01", "enough_bads", passed=True, finding="30 bads", finding_zh="违约 30 个"),
    Check(
        "C10",
        "features_are_stable",
        passed=False,
        finding="1 moved",
        finding_zh="1 个变动",
        severity="warning",
    ),
]


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """Two versions of a small model; the second was registered by an override."""
    home = Home(tmp_path_factory.mktemp("models") / "home")
    rng = np.random.default_rng(0)
    debt = rng.normal(size=400)
    bad = (rng.random(400) < 1 / (1 + np.exp(2 - debt))).astype(int)
    model = CreditModel(n_estimators=10).fit(pd.DataFrame({"debt": debt}), bad)
    documents = {"checks.json": json.dumps([_as_record(one) for one in CHECKS], ensure_ascii=False)}
    for day, override in ((1, None), (10, Override("李伟", "试点", ("C01",)))):
        register(
            home, CREDIT, model,
            parameters={"trees": 10}, metrics={"auc": 0.71}, tags={"as_of": f"2026-10-{day:02d}"},
            documents=documents, now=datetime(2026, 11, day, 4, tzinfo=UTC), override=override,
        )  # fmt: skip
    return home


def _as_record(check):
    from dataclasses import asdict

    return asdict(check)


@pytest.fixture
def home(registry, tmp_path):
    shutil.copytree(registry.root, tmp_path / "home")
    return Home(tmp_path / "home")


def said(home, *words):
    """What a verb prints; its error is raised as the command line would meet it."""
    told = CliRunner().invoke(models, list(words), obj=home, catch_exceptions=False)
    assert told.exit_code == 0, told.output
    return told.output


def record(home, *words):
    return json.loads(said(home, *words, "--json"))


def test_the_list_shows_versions_newest_first_and_who_answers(registry):
    newest, oldest = record(registry, "list")
    assert (newest["version"], newest["alias"], newest["override_by"]) == ("2", "champion", "李伟")
    assert (oldest["version"], oldest["alias"], oldest["figure"]) == ("1", "", 0.71)
    shown = said(registry, "list", "sme_credit")
    assert "现任" in shown
    assert "0.710" in shown
    assert "2026-10-10" in shown


def test_a_home_without_models_has_nothing_to_show(tmp_path):
    assert record(Home(tmp_path), "list") == []
    assert not (tmp_path / "mlflow.db").exists()


def test_one_version_is_shown_whole_with_its_checks_and_lines(registry):
    told = record(registry, "show", "sme_credit")
    assert told["version"] == "2"
    assert told["metrics"] == {"auc": 0.71}
    assert [one["number"] for one in told["checks"]] == ["C01", "C10"]
    assert told["ledger"][0]["override"]["reason"] == "试点"
    assert told["tags"]["override_checks"] == "C01"
    shown = said(registry, "show", "sme_credit", "1")
    assert "违约 30 个" in shown
    assert "提示" in shown
    assert "trees" in shown


def test_a_version_that_is_not_there_is_named(registry):
    with pytest.raises(ModelError, match="no version '7' of sme_credit; there are: 1, 2"):
        said(registry, "show", "sme_credit", "7")
    with pytest.raises(ModelError, match="no model 'nobody' is registered"):
        said(registry, "list", "nobody")


def test_a_person_promotes_and_rolls_back_and_the_history_tells(home):
    told = record(home, "promote", "sme_credit", "1", "--by", "王敏", "--why", "影子运行通过")
    assert (told["before"], told["version"], told["act"]) == ("2", "1", "promote")
    assert "1 → 2，回退，王敏：校准漂移" in said(
        home, "rollback", "sme_credit", "--by", "王敏", "--why", "校准漂移"
    )
    assert [one["act"] for one in record(home, "history", "sme_credit")] == [
        "register", "register", "promote", "rollback",
    ]  # fmt: skip
    shown = said(home, "history", "sme_credit")
    assert "影子运行通过" in shown
    assert "越权：李伟（C01）试点" in shown
    assert "2 → 1" in shown


@pytest.mark.parametrize(
    ("day", "versions"),
    [
        ("2026-10-31", []),
        ("2026-11-01", ["1"]),
        ("2026-11-09", ["1"]),
        ("2026-11-10", ["1", "2"]),
        ("2026-12-01", ["2"]),
    ],
)
def test_history_says_which_version_answered_on_a_day(registry, day, versions):
    assert [one["version"] for one in record(registry, "history", "sme_credit", "--on", day)] == versions


def test_a_day_on_which_nobody_answered_is_said_so(registry):
    assert "尚无模型作答" in said(registry, "history", "sme_credit", "--on", "2026-10-31")
    assert "至今" in said(registry, "history", "sme_credit", "--on", "2026-12-01")


def test_a_day_that_does_not_exist_is_refused(registry):
    with pytest.raises(RequestError, match="--on '2026-02-30': not a day"):
        said(registry, "history", "sme_credit", "--on", "2026-02-30")


def test_history_of_a_model_that_is_not_there_is_refused(registry):
    with pytest.raises(ModelError, match="no line about a model 'nobody'"):
        said(registry, "history", "nobody")


@pytest.mark.parametrize("verb", ["promote sme_credit 1", "rollback sme_credit"])
@pytest.mark.parametrize("missing", ["--by", "--why"])
def test_nobody_promotes_without_a_name_and_a_reason(registry, verb, missing):
    words = {"--by": "王敏", "--why": "通过"}
    given = [word for option in words.keys() - {missing} for word in (option, words[option])]
    assert CliRunner().invoke(models, [*verb.split(), *given], obj=registry).exit_code == 2
    with pytest.raises(RequestError, match="needs a person's name and a reason"):
        said(registry, *verb.split(), *given, missing, " ")


@pytest.mark.parametrize("verb", ["list", "show", "promote", "rollback", "history"])
def test_every_verb_explains_itself_with_an_example(verb):
    assert "Example: lvdaitong models" in CliRunner().invoke(models, [verb, "--help"]).output
