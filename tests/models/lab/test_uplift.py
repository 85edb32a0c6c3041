from dataclasses import replace

import pandas as pd
import pytest

from features.errors import ModelError
from models.credit import CreditModel
from models.lab import uplift
from models.scorecard import WoeScorecard


@pytest.fixture(scope="module")
def makers(quick):
    return {"CreditModel": quick, "other": lambda meanings: quick(meanings).set_params(random_state=1)}


@pytest.fixture(scope="module")
def found(sample, folds, makers):
    return uplift.compare(sample, folds, makers, rounds=50)


def test_pooling_beats_each_side_on_the_same_loans(found):
    for model in ("CreditModel", "other"):
        assert found.gains[model, "pooled", "bank"].auc.low > 0
        assert found.gains[model, "pooled", "platform"].auc.low > 0


def test_every_candidate_answers_for_every_test_loan_and_no_other(found, sample, folds):
    assert len(found.candidates) == 6
    for one in found.candidates:
        assert one.pd_.index.equals(sample.loans.index[folds.test])
        assert one.pd_.between(0, 1, inclusive="neither").all()


def test_a_gain_is_the_difference_of_the_candidates(found):
    pooled, bank = (found.of("CreditModel", name) for name in ("pooled", "bank"))
    gain = found.gains["CreditModel", "pooled", "bank"]
    assert gain.auc.value == pytest.approx(pooled.auc.value - bank.auc.value)
    assert gain.lift_10.value == pytest.approx(pooled.lift_10.value - bank.lift_10.value)


def test_the_table_has_a_row_a_candidate_with_intervals(found):
    table = found.table()
    assert table[["model", "columns"]].drop_duplicates().shape == (6, 2)
    for name in ("auc", "ks", "lift_10", "calibration"):
        assert (table[f"{name}_low"] <= table[name]).all()
        assert (table[name] <= table[f"{name}_high"]).all()


class Watched(CreditModel):
    """Remembers which loans it learnt from and which it was asked about."""

    seen: list[tuple[pd.Index, list[pd.Index]]] = []  # noqa: RUF012 - shared by all on purpose

    def fit(self, X, y, **said):
        """Learn, and note from which loans."""
        super().fit(X, y, **said)
        self.asked = []
        self.seen.append((X.index, self.asked))
        return self

    def decision_function(self, X):
        """Answer, and note for which loans."""
        self.asked.append(X.index)
        return super().decision_function(X)


def test_a_test_loan_is_scored_by_a_model_that_knew_neither_its_time_nor_its_firm(sample, folds):
    Watched.seen.clear()
    uplift.compare(sample, folds, {"w": lambda _: Watched(n_estimators=10)}, candidates=("bank",), rounds=5)
    assert len(Watched.seen) == 2
    asked = []
    for learnt_from, (questions,) in Watched.seen:
        known, judged = sample.loans.loc[learnt_from], sample.loans.loc[questions]
        assert known["window_end"].max() < judged["application_date"].min()
        assert not set(sample.groups[learnt_from]) & set(sample.groups[questions])
        asked += [*questions]
    assert sorted(asked) == sorted(sample.loans.index[folds.test])


def test_labels_of_the_test_change_no_probability(found, turned, folds, quick):
    again = uplift.compare(turned, folds, {"CreditModel": quick}, rounds=5)
    for name in uplift.CANDIDATES:
        assert again.of("CreditModel", name).pd_.equals(found.of("CreditModel", name).pd_)


def test_each_bank_has_its_own_figures(found):
    of_banks = found.of("other", "pooled").by_bank
    assert [one.bank for one in of_banks] == ["BANK-A", "BANK-B"]
    assert all(one.auc.low < one.auc.value < one.auc.high for one in of_banks)


def test_a_bank_with_too_few_bads_is_said_to_have_too_few(sample, folds):
    judged = sample.where(folds.test)
    banks = judged.loans["bank"].copy()
    for value, many in ((1, 9), (0, 20)):
        banks[judged.loans.index[judged.bad == value][:many]] = "BANK-C"
    judged = replace(judged, loans=judged.loans.assign(bank=banks))
    told = {one.bank: one for one in uplift.by_bank(judged, judged.bad * 0.5 + 0.1, rounds=5)}
    assert told["BANK-A"].auc is not None
    assert told["BANK-C"].auc is None
    assert "fewer than 10" in told["BANK-C"].said


def test_other_labels_may_be_taught_than_judged_by(sample, folds, quick):
    lot = sample.bad.sample(frac=1, random_state=0).set_axis(sample.loans.index)
    told = uplift.compare(sample, folds, {"m": quick}, candidates=("pooled",), taught=lot, rounds=5)
    assert told.bads == sample.bad[folds.test].sum()
    assert told.of("m", "pooled").auc.value < 0.65


def test_a_side_without_columns_is_no_candidate(sample, folds, quick):
    bare = type(sample)(
        loans=sample.loans, platform=sample.platform, bank=sample.bank[[]], groups=sample.groups
    )
    with pytest.raises(ModelError, match="the bank brings no columns"):
        uplift.compare(bare, folds, {"m": quick})


def test_folds_over_other_loans_are_refused(sample, folds, quick):
    learners = {"": uplift.learner(sample, "bank", quick)}
    with pytest.raises(ModelError, match="folds over 900 loans were given with 5 loans"):
        uplift.learnt(learners, folds, sample.loans.index[:5])


def test_by_default_there_are_a_credit_model_and_a_scorecard(sample):
    made = {name: make(sample.meanings) for name, make in uplift.MAKERS.items()}
    assert {name: type(one) for name, one in made.items()} == {
        "CreditModel": CreditModel,
        "WoeScorecard": WoeScorecard,
    }
    assert all(one.meanings == sample.meanings for one in made.values())


def test_a_scorecard_is_judged_as_any_model(sample, folds):
    made = {"card": lambda meanings: WoeScorecard(meanings=meanings, refined=False)}
    told = uplift.compare(sample, folds, made, candidates=("bank",), rounds=5)
    assert told.of("card", "bank").auc.value > 0.6
    assert not told.gains


def test_an_unknown_candidate_is_named_with_those_there_are(found):
    with pytest.raises(ModelError, match="there are CreditModel of platform"):
        found.of("Tree", "pooled")


def test_whoever_watches_hears_of_every_model(sample, folds, quick):
    heard = []
    uplift.compare(
        sample, folds, {"m": quick}, candidates=("bank",), rounds=5, watch=lambda *told: heard.append(told)
    )
    assert heard == [(1, 2), (2, 2)]
