"""The pooled model leaves as harmless text and JSON, attacked first; the report leaves attacked, too."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.errors import RequestError
from features.home import Home
from models.credit import CreditModel
from models.lab.attacks import overfitted
from models.lab.harmless import open_points
from models.lab.leaves import smallest_leaf
from pipelines.lab import export_model
from pipelines.lab.agreement import AgreementError
from pipelines.lab.export_model import Dealt, without_rare_words
from pipelines.lab.gate import DisclosureError
from pipelines.lab.pooling import FIGURES_FILE
from pipelines.lab.project import Project
from pipelines.lab.releasing import columns_for, release_model, release_report


@pytest.fixture
def own_lab(pooled_lab, tmp_path):
    """A copy of the pooled project, to change."""
    shutil.copytree(pooled_lab.lab.project.home.root, tmp_path / "home")
    return Project.open(Home(tmp_path / "home"), pooled_lab.lab.project.name)


@pytest.fixture(scope="module")
def released(pooled_lab, tools, tmp_path_factory):
    """A copy of the pooled project from which the model left."""
    home = tmp_path_factory.mktemp("released") / "home"
    shutil.copytree(pooled_lab.lab.project.home.root, home)
    project = Project.open(Home(home), pooled_lab.lab.project.name)
    return project, release_model(project, tools.KEY, to=tools.BANK, by="李静", clock=tools.Clock())


def test_what_leaves_is_native_text_and_json_that_loads_and_answers(released, pooled_lab):
    _, made = released
    files = sorted(one.name for one in made.place.iterdir())
    assert files == ["README.txt", "about.json", "booster.txt", "model.json"]
    model = CreditModel.load(made.place)
    answers = model.predict_proba(pooled_lab.pooled.sample.pooled)[:, 1]
    assert np.isfinite(answers).all()
    assert len(np.unique(answers)) > 10


def test_no_leaf_is_small_and_the_text_tells_no_more_than_answering_takes(released):
    project, made = released
    text = (made.place / "booster.txt").read_text("utf-8")
    assert open_points(text, project.agreement.smallest_cell) == []
    assert smallest_leaf(CreditModel.load(made.place).booster_) >= project.agreement.smallest_cell


def test_the_ledger_tells_of_the_attacks_for_members_and_for_columns_of_both_sides(released):
    project, made = released
    act, export = [line for line in project.lines if line.act in {"release", "export"}][::-1]
    assert (act.outcome, export.outcome) == ("done", "done")
    told = export.noted["disclosure"]
    assert told == json.loads(json.dumps(made.disclosure))
    names = {one["name"] for one in told["attacks"] if one["gates"]}
    assert names >= {"membership_by_loss", "membership_by_confidence", "membership_by_reference"}
    assert "attribute_utilisation_share_gained" in names
    assert names & {f"attribute_{one}_gained" for one in made.about["columns"]["platform"]}
    assert set(told["rules"]) >= {"leaves", "booster text", "words", "identifiers", "membership", "attribute"}
    assert export.noted["zh"]["what"].startswith("联合模型")


def test_it_learnt_from_no_loan_of_a_held_back_firm_and_of_none_of_the_test(pooled_lab, tools):
    project, sample = pooled_lab.lab.project, pooled_lab.pooled.sample
    rows = Dealt.of(project, tools.KEY, sample, pooled_lab.pooled.figures)
    folds = pooled_lab.pooled.folds
    assert ((rows.learnt | rows.held) == folds.train).all()
    assert (rows.test == folds.test).all()
    assert not set(sample.groups[rows.learnt]) & set(sample.groups[rows.held])
    assert rows.held.sum() > 0.1 * folds.train.sum()
    assert not (rows.later & folds.train).any()


def test_what_it_is_worth_is_told_beside_the_model_inside(released):
    _, made = released
    told = made.about["later_loans"]
    assert told["auc"]["value"] > 0.6
    less = told["auc_less_that_of_the_model_inside"]
    assert less["low"] <= less["value"] <= less["high"]
    assert made.about["columns"]["bank"] == ["utilisation_share", "inflow_cny"]
    readme = (made.place / "README.txt").read_text("utf-8")
    assert f"AUC：{told['auc']['value']:.3f}" in readme
    assert "不构成授信决定" in readme


def test_the_report_shows_the_attacks_on_what_left_and_on_its_own_tables(released, tools):
    project, _ = released
    place = release_report(project, to=tools.BANK, by="李静", clock=tools.Clock())
    page = (place / "lab-report.html").read_text("utf-8")
    assert "联合模型（数据截至 2025-12-31）" in page
    assert "本报告的表格" in page
    assert "与用其他数据训练的参照模型相比" in page
    told = project.lines[-1].noted
    assert {one["name"] for one in told["disclosure"]["attacks"] if one["gates"]} == {
        "membership_by_table",
        "attribute_outcome_gained",
    }
    assert told["zh"]["what"] == "2026-03-02 的报告"


def by_heart(rows, table, learnt, _shape):
    """A model that knows its loans by heart, in the clothes of one that may leave."""
    model = CreditModel(meanings=rows.sample.meanings, n_estimators=5, calibration="platt", n_jobs=1)
    model.fit(table[learnt], rows.taught[learnt].to_numpy())
    model.booster_ = overfitted(table[learnt], rows.taught[learnt].to_numpy(), rounds=40).booster_
    return model


def test_a_model_that_knows_its_loans_by_heart_stays_inside_and_that_is_recorded(own_lab, tools, monkeypatch):
    monkeypatch.setattr(export_model, "_fitted", by_heart)
    monkeypatch.setattr(export_model, "made_harmless", lambda model, *_: model.booster_)
    monkeypatch.setattr(
        "pipelines.lab.releasing.save_harmless", lambda model, folder, _smallest: model.save(folder)
    )
    monkeypatch.setattr("pipelines.lab.gate._refuse_files", lambda *_: None)
    with pytest.raises(DisclosureError, match=r"membership_by_loss: membership: 0\.[6-9]"):
        release_model(own_lab, tools.KEY, to=tools.BANK, by="李静", clock=tools.Clock())
    assert not own_lab.out.exists()
    assert [line.outcome for line in own_lab.lines[-2:]] == ["failed", "failed"]


def test_a_contribution_since_the_pooling_asks_for_a_new_one(own_lab, pooled_lab, tools, tmp_path):
    lab = replace(pooled_lab.lab, project=own_lab, folder=tmp_path)
    lab.give(tape=pooled_lab.lab.drawn.tape.iloc[:-30])
    with pytest.raises(RequestError, match="a bank contributed since: run 'lab pool' again"):
        release_model(own_lab, tools.KEY, to=tools.BANK, by="李静", clock=tools.Clock())


@pytest.mark.parametrize(
    ("change", "to", "error", "told"),
    [
        ("", "工商银行", AgreementError, "'工商银行' is no party"),
        ("old figures", "湖州银行", RequestError, "tables were not attacked yet"),
    ],
)
def test_a_report_that_may_not_leave_stays(own_lab, tools, change, to, error, told):
    if change:
        file = own_lab.inside / "pooled" / FIGURES_FILE
        figures = json.loads(file.read_text("utf-8"))
        file.write_text(json.dumps(figures | {"attacks": []}), "utf-8")
    with pytest.raises(error, match=told):
        release_report(own_lab, to=to, by="李静", clock=tools.Clock())
    assert not own_lab.out.exists()


def test_an_agreement_that_expires_while_the_model_is_made_lets_nothing_leave(own_lab, tools, monkeypatch):
    monkeypatch.setattr(export_model.ForExport, "attacked", lambda *_: {"above": []})
    clock = tools.Clock("2026-12-31", later="2027-01-01", last=1)
    with pytest.raises(AgreementError, match="expired on 2026-12-31"):
        release_model(own_lab, tools.KEY, to=tools.BANK, by="李静", clock=clock)
    assert not own_lab.out.exists()
    assert own_lab.lines[-1].outcome == "refused"


def test_words_of_few_firms_are_missing_and_others_stay():
    table = pd.DataFrame({"place": ["甲", "甲", "乙", "乙", None, "丙"], "sales": range(6)})
    learnt = np.array([True, True, True, True, True, False])
    firms = pd.Series(["a", "b", "c", "c", "d"])
    made = without_rare_words(table, learnt, firms, 2)
    assert made["place"].tolist() == ["甲", "甲", None, None, None, None]
    assert made["sales"].equals(table["sales"])


def test_the_platform_gets_the_columns_of_all_banks(pooled_lab, tools):
    project, sample = pooled_lab.lab.project, pooled_lab.pooled.sample
    assert list(columns_for(project, sample, "platform")) == list(sample.pooled)
    assert list(columns_for(project, sample, tools.BANK)) == list(sample.pooled)
    assert list(columns_for(project, sample, tools.OTHER)) == list(sample.platform)
