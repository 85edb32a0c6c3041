"""Whether the scores of a package tell who was learnt from, and what its columns hold."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

from pipelines.lab.package_review import Scored, review
from pipelines.lab.split import Split

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def split(world):
    return Split.of(world.sample, world.folds, KEY, "湖州银行")


@pytest.fixture
def folder(split, tmp_path):
    """A package on its way out."""
    split.write(tmp_path, KEY)
    return tmp_path


def test_every_package_is_attacked_for_members_and_attributes_and_holds_out(project, packages):
    told = {one.noted["what"]: one.noted["disclosure"] for one in project.lines if one.act == "export"}
    found = {name: told[f"package {one.id} for the bank's half"] for name, one in packages.items()}
    kinds = {"bank first": "log_odds", "platform first": "log_odds", "sub-scores": "sub_scores"}
    for name, kind in kinds.items():
        record = found[name]
        assert (record["kind"], record["smallest_cell"], record["passed"]) == (kind, 5, True)
        gating = [one for one in record["attacks"] if one["gates"]]
        assert {one["name"].partition("_")[0] for one in gating} == {"membership", "attribute"}
        assert all(one["auc"]["low"] <= 0.55 for one in gating)
    assert [one["name"] for one in found["bank first"]["attacks"]] == [
        "membership_without_scores",
        "attribute_without_columns",
    ]


def test_what_left_and_how_fine_is_told_in_chinese_too(project, packages):
    told = [one.noted["zh"] for one in project.lines if one.act == "export"]
    assert f"交银行建模的包 {packages['sub-scores'].id}" in [one["what"] for one in told]
    assert "仅本行贷款（加密标识），不含得分" in [one["how_fine"] for one in told]


def test_scores_of_a_model_that_had_seen_its_loans_stay(split, folder, world):
    seen = np.where(split.loans["bad"] == 1, 0.95, 0.05)
    unseen = np.random.default_rng(0).uniform(0.05, 0.95, len(split.loans))
    said = pd.Series(logit(np.where(split.train, seen, unseen)), index=split.loans.index)
    columns = world.sample.platform.loc[split.numbers].set_axis(split.loans.index)
    scored = Scored(scores=said.to_frame("log_odds"), log_odds=said, columns=columns)
    record = review(folder, "log_odds", split, scored, 5)
    by_loss = next(one for one in record["attacks"] if one["name"] == "membership_by_loss")
    assert by_loss["auc"]["value"] > 0.9
    assert not record["passed"]
    assert {one["rule"] for one in record["failed"]} == {"membership"}
