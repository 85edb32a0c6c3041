"""Back in the lab: both halves add up, the gap to pooling is told, and what is no answer is refused."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from features.errors import RequestError
from features.home import Home
from features.keyed import fingerprint, read_keyed, write_keyed
from models.lab.fitting import classifier, learnt
from models.lab.second_half import SecondHalf
from pipelines.lab.agreement import AgreementError
from pipelines.lab.combining import combine
from pipelines.lab.joining import newest_rows
from pipelines.lab.parcel import pack
from pipelines.lab.project import Project

KEY = bytes(range(32))
NAMES = ("platform first", "bank first", "sub-scores")


@pytest.fixture(scope="module")
def pooled(world, lab):
    """Log-odds of the test loans by a model of both sides' columns, as the lab would have them."""
    table = world.table.assign(
        entity_id=world.table["entity_id"].map(dict(zip(world.codes, ids(world), strict=True)))
    )
    own = newest_rows(
        world.sample.loans, table.assign(as_of=pd.to_datetime(table["as_of"])).drop(columns="branch")
    )
    sample = replace(world.sample, bank=own.columns)
    made = classifier(lambda: lab.makers.half({}), sample.pooled, sample.bad, sample.groups)
    return learnt({"": made}, world.folds, sample.loans.index, whole=False)[""].held_out


def ids(world):
    return world.sample.loans["entity_id"].iloc[: len(world.codes)]


@pytest.fixture(scope="module")
def lab_home(project, packages, tmp_path_factory):
    """A copy of the project with its packages, in which all three returns are combined."""
    assert packages
    place = tmp_path_factory.mktemp("combined") / "lab"
    shutil.copytree(project.home.root, place)
    return Project.open(Home(place), project.name)


@pytest.fixture(scope="module")
def combined(lab_home, halves, lab, pooled):
    """All three returns combined, the first as if pooling had not been run."""
    said = {"key": KEY, "by": "王敏", "clock": lab.clock, "rounds": 60, "makers": lab.makers}
    known = dict.fromkeys(NAMES, pooled) | {"platform first": None}
    return {
        name: combine(lab_home, halves[name].returned.folder, pooled=known[name], **said) for name in NAMES
    }


def test_behind_the_platform_the_sum_of_both_log_odds_is_the_answer(combined, packages, halves):
    answers = combined["platform first"].answers
    given = table_of(packages["platform first"].folder / "log_odds.parquet")["log_odds"]
    added = table_of(halves["platform first"].returned.folder / "held_out.parquet")["half"]
    assert np.allclose(answers["joint"], given[answers.index] + added[answers.index])


def test_with_sub_scores_the_banks_half_is_the_whole_answer(combined, halves):
    answers = combined["sub-scores"].answers
    said = table_of(halves["sub-scores"].returned.folder / "held_out.parquet")["half"]
    assert np.allclose(answers["joint"], said[answers.index])


def test_behind_the_bank_the_platform_fits_its_own_half_and_keeps_it(combined):
    found = combined["bank first"]
    half = SecondHalf.load(found.place / "platform_half")
    assert half.encoder_.inputs == ["sales_cny", "arrears_cny", "buyers_count"]
    judged = found.told["judged"]["figures"]
    assert judged["joint"]["auc"]["value"] > judged["bank"]["auc"]["value"] + 0.01
    assert {one["side"] for one in found.told["models"]} == {"bank", "platform"}


@pytest.mark.parametrize(("name", "first"), [("platform first", "platform"), ("bank first", "bank")])
def test_it_tells_by_how_many_points_each_side_moves_the_scores(combined, name, first):
    told, answers = combined[name].told, combined[name].answers
    spread = (answers[first] - answers[first].mean()).abs().mean()
    assert told["by_side"][first] == pytest.approx(spread * 50 / np.log(2), abs=0.06)
    assert set(told["by_side"]) == {"platform", "bank"}
    assert all(points > 1 for points in told["by_side"].values())


def test_with_sub_scores_the_columns_of_the_half_tell_the_sides_apart(combined, halves):
    told = combined["sub-scores"].told
    assert told["by_side"] is None
    assert told["carried"] == halves["sub-scores"].returned.told["carried"]


@pytest.mark.parametrize("name", NAMES)
def test_the_labs_figures_are_those_that_the_bank_saw(combined, halves, name):
    told, seen = combined[name].told["judged"]["figures"], halves[name].returned.told["judged"]["figures"]
    assert told["bank"]["auc"] == seen["bank"]["auc"]
    if "joint" in seen:
        assert told["joint"]["auc"] == seen["joint"]["auc"]


def test_without_a_pooled_model_the_gap_is_to_the_platform_and_says_so(combined):
    told = combined["platform first"].told
    assert told["gap"]["to"] == "platform"
    assert "没有这些贷款的合并建模结果" in told["gap"]["said_zh"]
    assert told["gap"]["auc"] == told["judged"]["gains"]["joint - platform"]["auc"]
    assert "pooled" not in told["judged"]["figures"]


@pytest.mark.parametrize("name", ["bank first", "sub-scores"])
def test_with_a_pooled_model_the_gap_and_the_share_recovered_are_told(combined, name):
    told = combined[name].told
    figures, gap = told["judged"]["figures"], told["gap"]
    assert gap["to"] == "pooled"
    assert gap["auc"]["value"] == pytest.approx(
        figures["pooled"]["auc"]["value"] - figures["joint"]["auc"]["value"]
    )
    assert gap["auc"]["low"] < gap["auc"]["value"] < gap["auc"]["high"]
    lift = figures["pooled"]["auc"]["value"] - figures["bank"]["auc"]["value"]
    assert gap["recovered"]["value"] == pytest.approx(
        (figures["joint"]["auc"]["value"] - figures["bank"]["auc"]["value"]) / lift
    )


def test_a_pooled_model_of_other_loans_is_not_compared_with(own_project, halves, lab, pooled):
    found = combine(own_project, halves["sub-scores"].returned.folder, key=KEY, by="王敏", clock=lab.clock,
                    rounds=20, pooled=pooled[pooled.index < "L0300"], makers=lab.makers)  # fmt: skip
    assert found.told["gap"]["to"] == "platform"


@pytest.mark.parametrize("name", NAMES)
def test_what_was_found_is_kept_and_in_the_ledger(combined, lab_home, name):
    kept = json.loads((combined[name].place / "combined.json").read_text("utf-8"))
    assert kept == json.loads(json.dumps(combined[name].told))
    lines = [one for one in lab_home.lines if one.act == "combine" and one.outcome == "done"]
    assert kept["return"] in {one.noted["return"] for one in lines}


def table_of(path):
    return read_keyed(path, fingerprint(KEY)).set_index("loan_id")


@pytest.fixture
def refused(own_project, lab):
    """Combines something wrong; nothing may be kept of it, and the ledger tells of the attempt."""

    def combine_refused(error, match, folder, *, key=KEY, clock=lab.clock, project=own_project):
        with pytest.raises(error, match=match):
            combine(project, folder, key=key, by="王敏", clock=clock, rounds=20, makers=lab.makers)
        assert list(project.inside.glob("packages/*/returns/*")) == []
        assert (project.lines[-1].act, project.lines[-1].outcome in {"refused", "failed"}) == (
            "combine",
            True,
        )

    return combine_refused


def test_the_same_return_twice_changes_nothing_and_says_where_the_figures_are(
    lab_home, combined, halves, lab
):
    assert combined
    before = sorted(lab_home.inside.rglob("*"))
    with pytest.raises(RequestError, match=r"was combined before, at 2026-11-23.*combined\.json"):
        combine(lab_home, halves["sub-scores"].returned.folder, key=KEY, by="王敏", clock=lab.clock)
    assert sorted(lab_home.inside.rglob("*")) == before
    assert lab_home.lines[-1].outcome == "failed"


def test_another_key_is_refused(refused, halves):
    refused(
        RequestError, "the parties hold different keys", halves["sub-scores"].returned.folder, key=bytes(32)
    )


def test_an_expired_agreement_is_refused(refused, halves):
    late = lambda: datetime(2027, 2, 1, 4, tzinfo=UTC)  # noqa: E731 - a clock
    refused(AgreementError, "expired on 2026-12-31", halves["sub-scores"].returned.folder, clock=late)


@pytest.fixture
def returned(halves, tmp_path):
    """A return of the sub-scores to change; `again` seals it anew, as somebody with the key could."""
    folder = tmp_path / "returned"
    shutil.copytree(halves["sub-scores"].returned.folder, folder)

    def again(**said):
        told = json.loads((folder / "half.json").read_text("utf-8"))
        (folder / "half.json").unlink()
        pack(folder, "half", told | said, KEY)
        return folder

    again.folder = folder
    return again


def test_an_edited_return_is_refused(refused, returned):
    with (returned.folder / "held_out.parquet").open("ab") as file:
        file.write(b" ")
    refused(RequestError, r"held_out\.parquet: is another file than was sent", returned.folder)


@pytest.mark.parametrize("said", [{"package": "0123456789abcdef"}, {"project": "jiaxing-2026"}])
def test_a_return_of_another_package_is_refused(refused, returned, said):
    refused(RequestError, "answers package .*project 'huzhou-2026' made: ", returned(**said))


@pytest.mark.parametrize(
    ("change", "loans"),
    [
        (lambda table: table[1:], 199),
        (lambda table: table.drop(columns="half"), 200),
        (lambda table: table.rename(columns={"loan_id": "loan"}), 200),
        (lambda table: table.assign(half="high"), 200),
        (lambda table: table.assign(bank=np.inf), 200),
        (lambda table: pd.concat([table[1:], table[1:2]]), 200),
    ],
    ids=["a loan less", "a column less", "no loans", "words", "infinite", "a loan twice"],
)
def test_a_return_that_does_not_answer_each_loan_once_is_refused(refused, returned, change, loans):
    file = returned.folder / "held_out.parquet"
    write_keyed(change(table_of(file).reset_index()), file, KEY)
    refused(RequestError, f"tells of {loans} loans and the package asked about 200", returned())


def test_a_package_is_no_return(refused, packages):
    refused(RequestError, "is not what the bank's half returned", packages["sub-scores"].folder)
