"""The verbs of the split route at the terminal: what they print, and what they refuse before any work."""

import json
from dataclasses import replace
from functools import partial

import pytest
from typer.testing import CliRunner

from features.errors import RequestError
from pipelines.command_line import app
from pipelines.lab import combining, contribution, monthly, package, platform_side, split_verbs

KEY = bytes(range(32))


@pytest.fixture
def lab_verb(own_project, lab, world, monkeypatch):
    """Runs a verb in the lab's home on the day of the tests; the platform's columns are the world's."""
    monkeypatch.setenv("LVDAITONG_LAB_KEY_HUZHOU_2026", KEY.hex())
    for function in (package.write_package, combining.combine, monthly.write_month):
        monkeypatch.setitem(function.__kwdefaults__, "clock", lab.clock)
    monkeypatch.setattr(split_verbs, "_makers", lambda _trees: lab.makers)
    known = replace(world.sample, groups=world.sample.loans["entity_id"])
    monkeypatch.setattr(platform_side, "loans_of", lambda *_, **__: known)
    return partial(run, own_project)


def run(own_project, *words):
    ran = CliRunner().invoke(app, ["--home", str(own_project.home.root), "lab", *words])
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    return ran.output


def test_help_of_each_verb_has_an_example():
    for verb in ("package", "half", "combine", "sub-scores"):
        told = CliRunner().invoke(app, ["lab", verb, "--help"]).output
        assert "Example: lvdaitong lab" in told


@pytest.mark.parametrize(
    "words",
    [
        ("--route", "pooled"),
        ("--route", "stacking"),
        ("--route", "sub_scores", "--first", "bank"),
        ("--route", "stacking", "--first", "both"),
    ],
)
def test_a_route_that_is_none_is_refused(lab_verb, words):
    said = ("--bank", "湖州银行", "--as-of", "2026-10-31", "--by", "王敏")
    with pytest.raises(RequestError, match="expected"):
        lab_verb("package", "huzhou-2026", *words, *said)


def test_package_tells_its_folder_and_counts(lab_verb):
    said = ("--bank", "湖州银行", "--as-of", "2026-10-31", "--by", "王敏", "--json")
    told = json.loads(lab_verb("package", "huzhou-2026", "--route", "stacking", "--first", "bank", *said))
    assert told["folder"].endswith("-log_odds")
    assert told["test"] == 200


def test_combine_prints_both_sides_and_the_gap_every_time(lab_verb, halves):
    returned = str(halves["sub-scores"].returned.folder)
    text = lab_verb("combine", "huzhou-2026", "--returned", returned, "--by", "王敏")
    assert "两半合并作答" in text
    assert "两半合并作答 − 银行单独：AUC" in text
    assert "项目内没有这些贷款的合并建模结果" in text


def test_sub_scores_of_a_month_leave(lab_verb, world, monkeypatch):
    older = world.sample.platform.iloc[:200].set_axis(world.sample.loans["entity_id"].iloc[:200])
    monkeypatch.setattr(platform_side, "columns_of", lambda *_: older)
    monkeypatch.setattr(contribution, "newest_day", lambda _home: "2026-10-31")
    text = lab_verb("sub-scores", "huzhou-2026", "--bank", "湖州银行", "--month", "2026-10", "--by", "王敏")
    assert "month: 2026-10" in text
    with pytest.raises(RequestError, match="the platform's data end on 2026-10-31"):
        lab_verb("sub-scores", "huzhou-2026", "--bank", "湖州银行", "--month", "2026-11", "--by", "王敏")
