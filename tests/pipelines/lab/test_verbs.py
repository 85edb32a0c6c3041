"""What a person at the terminal does and learns of the lab."""

import json

import pytest
import typer
from typer.testing import CliRunner

from features.errors import RequestError
from pipelines.audit_verbs import BrokenChain
from pipelines.lab.project import Project
from pipelines.lab.verbs import lab

app = typer.Typer()
app.add_typer(lab, name="lab")


@pytest.fixture
def tell(home):
    def run(*words):
        return CliRunner().invoke(app, ["lab", *map(str, words)], obj=home)

    return run


@pytest.fixture
def said(tell):
    def run(*words):
        told = tell(*words)
        assert told.exception is None, told.exception
        return told.output

    return run


@pytest.fixture
def agreement(agreement_file):
    return agreement_file(("to: 2026-12-31", "to: 2126-12-31"))


def test_a_project_is_opened_shown_and_closed(said, agreement, home):
    assert "huzhou-2026（open）" in said("new", "--file", agreement, "--by", "王敏")
    told = json.loads(said("show", "huzhou-2026", "--json"))
    assert (told["state"], told["smallest_cell"], told["fingerprint"]) == ("open", 10, None)
    assert told["parties"]["banks"]["湖州银行"]["fields"] == ["account_inflow_cny", "line_utilisation_share"]
    assert json.loads(said("show", "--json"))[0]["project"] == "huzhou-2026"
    assert "closed" in said("close", "huzhou-2026", "--by", "王敏", "--why", "到期")
    assert Project.open(home, "huzhou-2026").is_closed


def test_a_key_is_made_and_only_its_fingerprint_is_told(said, tell, agreement, tmp_path, home):
    said("new", "--file", agreement, "--by", "王敏")
    file = tmp_path / "safe.key"
    first = said("key", "huzhou-2026", "--key", file, "--make", "--by", "王敏")
    assert file.read_text("ascii").strip() not in first
    assert Project.open(home, "huzhou-2026").fingerprint in first
    assert file.read_text("ascii").strip() not in (home.lab / "huzhou-2026" / "ledger.jsonl").read_text(
        "utf-8"
    )
    rotated = said("key", "huzhou-2026", "--key", tmp_path / "next.key", "--make", "--by", "王敏")
    assert rotated != first
    assert isinstance(tell("key", "huzhou-2026", "--make", "--by", "王敏").exception, RequestError)


def test_the_ledger_is_shown_in_words_and_for_machines(said, agreement):
    said("new", "--file", agreement, "--by", "王敏")
    said("close", "huzhou-2026", "--by", "李伟", "--why", "项目到期")
    text = said("ledger", "huzhou-2026")
    assert "完成" in text
    assert "项目到期" in text
    lines = json.loads(said("ledger", "--json"))
    assert [one["act"] for one in lines] == ["open", "close"]
    assert json.loads(said("ledger", "--exports", "--json")) == []


def test_a_broken_ledger_ends_with_exit_9(said, tell, agreement, home):
    said("new", "--file", agreement, "--by", "王敏")
    file = home.lab / "huzhou-2026" / "ledger.jsonl"
    file.write_text(file.read_text("utf-8").replace("王敏", "张三"), "utf-8")
    told = tell("ledger")
    assert isinstance(told.exception, BrokenChain)
    assert "huzhou-2026: " in str(told.exception)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("release", "huzhou-2026", "--to", "湖州银行", "--what", "pickle"), "expected model"),
        (("release", "huzhou-2026", "--to", "湖州银行"), "pooling was not run yet"),
        (("report", "huzhou-2026", "--to", "湖州银行"), "pooling was not run yet"),
        (("pool", "huzhou-2026", "--labels", "all"), "--labels 'all': expected own or worst"),
        (("match", "huzhou-2026", "ask"), "expected ask --out FOLDER"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is(said, tell, agreement, tmp_path, words, told):
    said("new", "--file", agreement, "--by", "王敏")
    key = tmp_path / "project.key"
    said("key", "huzhou-2026", "--key", key, "--make", "--by", "王敏")
    more = ("--by", "王敏") if words[0] == "report" else ("--by", "王敏", "--key", key)
    assert told in str(tell(*words, *more).exception)
