from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError
from models.credit import CreditModel
from models.lab.fitting import learnt
from models.lab.sub_scores import SubScores, fit_bank_half, fit_sub_scores, points_of
from models.lab.uplift import learner
from models.metrics import auc
from models.reasons import Meaning
from models.scale import Scale


@pytest.fixture(scope="module")
def found(sample, folds, quick):
    return fit_sub_scores(sample, folds, make=quick)


@pytest.fixture(scope="module")
def half(found, sample, folds, quick):
    return fit_bank_half(sample.bank, found.cross_fitted, sample.bad, sample.groups, folds, make=quick)


def test_there_is_a_column_a_theme_in_whole_points(found, sample, folds):
    assert [*found.cross_fitted] == ["sub_score_tax", "sub_score_energy", "sub_score_other"]
    assert found.cross_fitted.index.equals(sample.loans.index[folds.train | folds.test])
    assert (found.cross_fitted.dtypes == "int64").all()
    assert ((found.cross_fitted >= 300) & (found.cross_fitted <= 900)).all(axis=None)


def test_a_theme_without_usable_columns_is_left_out_by_name(found):
    assert found.left_out["courts"] == "each of its 1 columns is the same in all loans of training"
    assert found.left_out["green"] == "the platform brings no column of it"
    assert "tax" not in found.left_out


def test_where_no_theme_is_usable_nothing_is_made(sample, folds, quick):
    flat = replace(sample, platform=sample.platform[["sued"]])
    with pytest.raises(ModelError, match="no theme has a usable column"):
        fit_sub_scores(flat, folds, make=quick)


def test_a_higher_sub_score_is_safer(found, sample):
    known = found.cross_fitted.index
    assert auc(sample.bad[known], -found.cross_fitted["sub_score_tax"]) > 0.6


def test_neither_the_banks_columns_nor_labels_of_the_test_change_a_sub_score(found, turned, folds, quick):
    again = fit_sub_scores(replace(turned, bank=turned.bank * 0), folds, make=quick)
    assert again.cross_fitted.equals(found.cross_fitted)
    assert again.version == found.version


def test_a_training_loans_sub_score_is_not_of_trees_that_saw_its_firm(sample, folds):
    """Labels by lot, the same for all loans of a firm: whoever has seen the firm knows them."""
    rng = np.random.default_rng(1)
    firm = pd.factorize(sample.loans["entity_id"])[0]
    mark, lot = rng.normal(size=firm.max() + 1)[firm], rng.integers(0, 2, firm.max() + 1)[firm]
    drawn = replace(
        sample,
        loans=sample.loans.assign(bad=lot),
        platform=pd.DataFrame({"mark": mark}, index=sample.loans.index),
        meanings={},
    )
    told = fit_sub_scores(drawn, folds, make=lambda _: CreditModel(n_estimators=300, learning_rate=0.5))
    train, model = sample.loans.index[folds.train], told.models["other"]
    assert auc(drawn.bad[train], model.decision_function(drawn.platform.loc[train])) > 0.65
    assert auc(drawn.bad[train], model.held_out_) < 0.6
    given = told.cross_fitted.loc[train, "sub_score_other"]
    assert given.tolist() == points_of(model.held_out_, Scale()).tolist()


def test_a_test_loans_sub_score_is_its_folds(found, sample, folds, quick):
    """Worked out by hand for one theme and fold."""
    train, test = folds.folds[1]
    columns = ["kwh"]
    model = quick({name: sample.meanings[name] for name in columns}).fit(
        sample.platform.loc[train, columns], sample.bad[train], groups=sample.groups[train]
    )
    by_hand = points_of(model.decision_function(sample.platform.loc[test, columns]), Scale())
    assert found.cross_fitted.loc[sample.loans.index[test], "sub_score_energy"].tolist() == by_hand.tolist()
    assert not set(sample.groups[train]) & set(sample.groups[test])


def test_points_are_as_fine_as_agreed(sample, folds, quick):
    narrow = replace(sample, platform=sample.platform[["kwh"]])
    coarse = fit_sub_scores(narrow, folds, make=quick, fine=10)
    assert (coarse.cross_fitted % 10 == 0).all(axis=None)
    assert (coarse.of(sample.platform) % 10 == 0).all(axis=None)
    with pytest.raises(ModelError, match="fine is 0"):
        fit_sub_scores(sample, folds, make=quick, fine=0)


def test_sub_scores_survive_saving_to_the_bit(found, sample, tmp_path):
    found.save(tmp_path)
    again = SubScores.load(tmp_path)
    assert again.of(sample.platform).equals(found.of(sample.platform))
    assert again.version == found.version
    assert again.left_out == found.left_out
    assert again.cross_fitted.empty
    for name, model in again.models.items():
        before, now = (one.decision_function(sample.platform) for one in (found.models[name], model))
        assert (before == now).all()


def test_damaged_sub_scores_are_refused_by_name(found, tmp_path):
    found.save(tmp_path)
    (tmp_path / "tax" / "booster.txt").unlink()
    with pytest.raises(ModelError, match="tax: no whole credit model"):
        SubScores.load(tmp_path)
    (tmp_path / "sub_scores.json").write_text("{}", "utf-8")
    with pytest.raises(ModelError, match="no whole sub-scores"):
        SubScores.load(tmp_path)


def test_nothing_about_single_loans_is_saved(found, sample, tmp_path):
    found.save(tmp_path)
    text = "".join(file.read_text("utf-8") for file in tmp_path.rglob("*") if file.is_file())
    assert "L0001" not in text
    assert sample.loans["entity_id"].iloc[0] not in text


def test_monthly_sub_scores_carry_their_day_and_version(found, sample):
    table = sample.platform.iloc[:2].set_axis(["k1", "k2"], axis="index")
    days = [pd.Timestamp("2026-02-28"), pd.Timestamp("2026-01-31")]
    told = found.monthly({days[0]: table, days[1]: table.iloc[:1]})
    assert [*told] == ["entity_id", "as_of", "version", *found.columns]
    assert told["entity_id"].tolist() == ["k1", "k1", "k2"]
    assert told["as_of"].tolist() == [days[1], days[0], days[0]]
    assert set(told["version"]) == {found.version}
    assert told[found.columns].iloc[1:].to_numpy().tolist() == found.of(table).to_numpy().tolist()
    assert found.monthly({}).empty


def test_another_set_of_models_has_another_version(found, sample, folds, quick):
    other = fit_sub_scores(replace(sample, platform=sample.platform[["kwh"]]), folds, make=quick)
    assert other.version != found.version
    assert replace(found, fine=5).version != found.version


def test_the_banks_half_ranks_better_than_the_bank_alone(half, sample, folds, quick):
    judged = sample.bad[folds.test]
    alone = learnt({"": learner(sample, "bank", quick)}, folds, sample.loans.index, whole=False)[""]
    assert auc(judged, half.pd_) > auc(judged, alone.pd_) + 0.02


def test_reasons_of_the_banks_half_name_the_theme_in_both_languages(half, found, sample):
    table = pd.concat([found.of(sample.platform), sample.bank], axis="columns").iloc[:40]
    reasons = [one for row in half.whole.reasons(table) for one in row]
    tax = next(one for one in reasons if one.feature == "sub_score_tax")
    assert tax.text_zh.startswith("税务分项得分偏低（税务分项得分 ")
    assert tax.text_en.startswith("Tax sub-score: ")
    assert tax.text_en.endswith("points (lowers the score)")


def test_risk_falls_with_every_sub_score(half, found):
    assert half.whole.directions()[: len(found.columns)] == [-1] * len(found.columns)


def test_a_loan_without_sub_scores_is_refused(found, sample, folds, quick):
    with pytest.raises(ModelError, match=r"1 of \d+ loans have no sub-scores"):
        fit_bank_half(sample.bank, found.cross_fitted.iloc[1:], sample.bad, sample.groups, folds, make=quick)


def test_a_bank_column_of_a_sub_scores_name_is_refused(found, sample, folds, quick):
    bank = sample.bank.assign(sub_score_tax=0.0)
    with pytest.raises(ModelError, match="sub_score_tax"):
        fit_bank_half(bank, found.cross_fitted, sample.bad, sample.groups, folds, make=quick)


def test_what_the_banks_columns_mean_is_told_beside(found, sample, folds, quick):
    meant = {"use": Meaning("授信使用率", "Utilisation", "使用率偏高", "使用率较低", monotone=1)}
    said = fit_bank_half(
        sample.bank, found.cross_fitted, sample.bad, sample.groups, folds, meanings=meant, make=quick
    )
    assert said.whole.meanings["use"].zh == "授信使用率"
    assert said.whole.directions()[-2:] == [1, 0]
