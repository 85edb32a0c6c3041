"""Pooling: both sides as of each application, judged on later loans of other firms; nothing small is told."""

import json

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError, RequestError
from features.keyed import KEYED_ID, fingerprint, read_keyed
from models.credit import CreditModel
from models.lab.several_banks import worst_labels
from models.lab.uplift import fitted, learner
from pipelines.lab.agreement import AgreementError
from pipelines.lab.bank_figures import for_reader
from pipelines.lab.platform_side import pooled_answers
from pipelines.lab.pooling import Settings, dealt, figures_of, pool, sample_of
from pipelines.lab.report import render

DAY = pd.Timestamp("2025-12-31")


def quick(meanings):
    """A model that is soon made."""
    return CreditModel(meanings=meanings, n_estimators=5, calibration="platt", n_jobs=1)


QUICK = Settings(makers={"CreditModel": quick}, folds=2, rounds=5)


def test_both_sides_together_rank_better_than_either_alone(pooled_lab):
    uplift = pooled_lab.pooled.uplift
    pooled = uplift.of("CreditModel", "pooled").auc.value
    for alone in ("bank", "platform"):
        assert pooled > uplift.of("CreditModel", alone).auc.value


def test_no_code_is_left_anywhere_in_the_sample(pooled_lab):
    sample = pooled_lab.pooled.sample
    for ids in (sample.loans["entity_id"], sample.groups):
        assert ids.str.fullmatch(KEYED_ID).all()


def test_the_test_is_later_and_of_other_firms(pooled_lab):
    sample, folds = pooled_lab.pooled.sample, pooled_lab.pooled.folds
    begins = sample.loans["application_date"][folds.test].min()
    assert (sample.loans["window_end"][folds.train] < begins).all()
    for train, test in folds.folds:
        assert not set(sample.groups[train]) & set(sample.groups[test])


def test_what_arrives_after_an_application_changes_nothing(drawn, tmp_path, tools, pooled_lab):
    lab = tools.lab_in(tmp_path, drawn)
    later = drawn.arrears.assign(
        record_id="late " + drawn.arrears["record_id"],
        unpaid_cny=777.0,
        available_at=pd.Timestamp("2025-12-20"),
    )
    tools.collect(lab.project.home, "social_insurance", later, "b1")
    newer = drawn.table.assign(as_of=pd.Timestamp("2025-10-31"), utilisation_share=9.9).drop_duplicates(
        ["entity_id", "as_of"]
    )
    lab.give(table=pd.concat([drawn.table, newer]))
    found, before = sample_of(lab.project, tools.KEY, DAY), pooled_lab.pooled.sample
    pd.testing.assert_frame_equal(found.platform, before.platform)
    pd.testing.assert_frame_equal(found.bank, before.bank)


def test_the_kept_model_has_seen_no_label_of_the_test(pooled_lab, tools):
    lab, made = pooled_lab.lab, pooled_lab.pooled
    index = made.sample.loans.index[made.folds.test]
    turned = lab.drawn.tape.assign(
        bad=lab.drawn.tape["bad"].where(~lab.drawn.tape["loan_id"].isin(index), 1 - lab.drawn.tape["bad"])
    )
    other = tools.lab_in(lab.folder.parent / f"{lab.folder.name}-turned", lab.drawn)
    other.give(tape=turned)
    sample, settings = sample_of(other.project, tools.KEY, DAY), pooled_lab.settings
    folds = dealt(sample, DAY, settings.folds, settings.test_months)
    assert (sample.bad != made.sample.bad).any()
    assert (folds.train == made.folds.train).all()
    again = fitted(sample, folds, "pooled", settings.makers["CreditModel"])
    assert again.booster_.model_to_string() == made.model.booster_.model_to_string()


def test_what_is_kept_is_figures_answers_and_the_model(pooled_lab, tools):
    project, made = pooled_lab.lab.project, pooled_lab.pooled
    assert figures_of(project) == json.loads(json.dumps(made.figures))
    answers = pooled_answers(project, tools.KEY)
    assert set(answers.index) == set(made.sample.loans.index[made.folds.test])
    model = CreditModel.load(project.inside / "pooled" / "model")
    table = made.sample.pooled
    assert (model.predict_proba(table) == made.model.predict_proba(table)).all()
    kept = read_keyed(project.inside / "pooled" / "held_out.parquet", fingerprint(tools.KEY))
    assert list(kept) == ["loan_id", "log_odds"]


def test_no_count_below_the_smallest_cell_is_in_the_figures(pooled_lab):
    figures = pooled_lab.pooled.figures
    for row in [*figures["sample"], *figures["parts"]]:
        for count in (row["loans"], row["bads"]):
            assert count is None or count >= 5
    for one in figures["candidates"]:
        steps = pd.DataFrame([[0, 0], *one["curve"]]).diff().dropna()
        assert (steps[1] >= 5).all()
        assert ((steps[0] - steps[1]) >= 5).all()


def test_the_ledger_tells_of_the_training_and_its_figures(pooled_lab):
    line = pooled_lab.lab.project.lines[-1]
    assert (line.act, line.outcome) == ("train", "done")
    assert set(line.noted["auc"]) == {"CreditModel platform", "CreditModel bank", "CreditModel pooled"}


def test_an_agreement_that_expires_half_way_leaves_nothing(new_lab, tools):
    new_lab.give(table=False)
    clock = tools.Clock("2026-12-31", later="2027-01-01", last=1)
    with pytest.raises(AgreementError, match="expired on 2026-12-31"):
        pool(new_lab.project, tools.KEY, DAY, by="李静", clock=clock, settings=QUICK)
    assert not (new_lab.project.inside / "pooled").exists()
    assert not [path for path in new_lab.project.home.staging.glob("*/*") if path.name != "lock"]
    assert new_lab.project.lines[-1].outcome == "refused"


def test_a_purpose_that_was_not_agreed_on_is_refused_and_recorded(new_lab, tools):
    new_lab.give()
    with pytest.raises(AgreementError, match="POST_LOAN"):
        pool(new_lab.project, tools.KEY, DAY, by="李静", clock=tools.Clock(), purpose="POST_LOAN")
    assert (new_lab.project.lines[-1].act, new_lab.project.lines[-1].outcome) == ("train", "refused")


def test_a_route_that_was_not_agreed_on_is_refused(drawn, tmp_path, tools):
    agreement = tools.AGREEMENT.replace("routes: [pooled]", "routes: [stacking]")
    lab = tools.lab_in(tmp_path, drawn, agreement)
    lab.give(table=False)
    with pytest.raises(AgreementError, match="route 'pooled' was not agreed on"):
        pool(lab.project, tools.KEY, DAY, by="李静", clock=tools.Clock(), settings=QUICK)


def test_nothing_is_pooled_before_a_bank_contributes(new_lab, tools):
    with pytest.raises(RequestError, match="no bank has contributed"):
        pool(new_lab.project, tools.KEY, DAY, by="李静", clock=tools.Clock())
    assert new_lab.project.lines[-1].outcome == "failed"
    with pytest.raises(RequestError, match="pooling was not run yet"):
        figures_of(new_lab.project)


def test_another_key_than_the_contribution_s_is_refused(new_lab, tools):
    new_lab.give()
    with pytest.raises(RequestError, match="different keys"):
        pool(new_lab.project, bytes(32), DAY, by="李静", clock=tools.Clock())


@pytest.fixture(scope="module")
def two_banks(drawn, tools, tmp_path_factory):
    """A lab in which two banks lent to the same firms, by turns, and pooling was run."""
    lab = tools.lab_in(tmp_path_factory.mktemp("two"), drawn)
    half = drawn.tape["loan_id"].str[-1].astype(int) % 2 == 0
    lab.give(tape=drawn.tape[half], name="a")
    second = drawn.table.rename(columns={"inflow_cny": "staff_count"})
    lab.give(tape=drawn.tape[~half], table=second, bank=tools.OTHER, name="b")
    return lab, pool(lab.project, tools.KEY, DAY, by="李静", clock=tools.Clock(), settings=QUICK)


def test_several_banks_learn_from_the_worst_label_and_are_judged_by_their_own(two_banks):
    _, made = two_banks
    sample, worst = made.sample, worst_labels(made.sample)
    assert made.figures["labels"] == "worst"
    turned = worst.bad[made.folds.train] > sample.bad[made.folds.train]
    assert turned.any()
    assert made.model.sample_["bads"] == int(worst.bad[made.folds.train].sum())
    assert made.uplift.bads == int(sample.bad[made.folds.test].sum())
    begins = sample.loans["application_date"][made.folds.test].min()
    assert (worst.loans["window_end"][made.folds.train] < begins).all()


def test_the_candidates_of_the_folds_learn_from_the_worst_label_too(two_banks):
    """Worked out by hand for one candidate and fold."""
    _, made = two_banks
    train, test = made.folds.folds[0]
    by_hand = learner(made.sample, "platform", quick, worst_labels(made.sample).bad)
    told = by_hand.log_odds(by_hand.fit(train), test)
    pd_ = made.uplift.of("CreditModel", "platform").pd_[made.sample.loans.index[test]]
    assert pd_.tolist() == pytest.approx((1 / (1 + np.exp(-told))).tolist(), abs=1e-12)


def test_each_bank_is_calibrated_by_its_own_labels(two_banks, tools):
    _, made = two_banks
    told = {one["bank"]: one for one in made.figures["calibrations"]}
    assert set(told) == {tools.BANK, tools.OTHER}
    for one in told.values():
        assert one["calibrated"]["low"] <= one["calibrated"]["value"] <= one["calibrated"]["high"]
        assert one["common"]["value"] is not None


def test_a_bank_reads_nothing_of_another_banks_loans(two_banks, tools):
    lab, made = two_banks
    own = for_reader(made.figures, tools.BANK)
    for name in ("matching", "sample", "parts", "calibrations"):
        assert own[name]
        assert {one["bank"] for one in own[name]} == {tools.BANK}
    assert {one["bank"] for one in own["candidates"][0]["banks"]} == {tools.BANK}
    page = render(lab.project, own)
    assert "南浔银行</td><td>2022H1" not in page
    assert "湖州银行</td>" in page
    assert (
        for_reader(made.figures | {"matching": made.figures["matching"][:1]}, tools.BANK)["parts"]
        == (made.figures["parts"])
    )


def test_no_label_of_another_bank_is_in_a_banks_package_or_kept_file(two_banks, tools):
    """The worst label is nowhere written down: neither beside the figures nor in what is kept."""
    lab, made = two_banks
    for file in sorted((lab.project.inside / "pooled").glob("*.parquet")):
        assert "bad" not in read_keyed(file, fingerprint(tools.KEY))
    counted = {row["bank"]: row["bads"] for row in made.figures["parts_by_bank"] if row["name"] == "train"}
    sample, train = made.sample, made.folds.train
    for bank, bads in counted.items():
        own = (sample.loans["bank"] == bank).to_numpy() & train
        assert bads is None or bads == int(sample.bad[own].sum())


def test_two_banks_are_one_sample_and_each_is_told_apart(two_banks, tools):
    _, made = two_banks
    assert set(made.sample.bank) == {"utilisation_share", "inflow_cny", "staff_count"}
    assert {one["bank"] for one in made.figures["candidates"][0]["banks"]} == {tools.BANK, tools.OTHER}
    of_first = (made.sample.loans["bank"] == tools.BANK).to_numpy()
    assert made.sample.bank["staff_count"][of_first].isna().all()


def test_a_number_at_one_bank_and_a_word_at_another_is_refused(new_lab, tools, drawn):
    half = drawn.tape["loan_id"] < "L0380"
    new_lab.give(tape=drawn.tape[half], name="a")
    words = drawn.table[["entity_id", "as_of"]].assign(inflow_cny="high")
    new_lab.give(tape=drawn.tape[~half], table=words, bank=tools.OTHER, name="b")
    with pytest.raises(ModelError, match="inflow_cny"):
        sample_of(new_lab.project, tools.KEY, DAY)


def test_without_a_table_the_platform_alone_is_told(new_lab, tools):
    new_lab.give(table=False)
    made = pool(new_lab.project, tools.KEY, DAY, by="李静", clock=tools.Clock(), settings=QUICK)
    assert [one.name for one in made.uplift.candidates] == ["platform"]
