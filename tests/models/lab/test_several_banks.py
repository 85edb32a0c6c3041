from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError
from models.calibration import level
from models.lab.several_banks import (
    PRIOR,
    calibrated_per_bank,
    labelled,
    own_loans,
    told_to_banks,
    worst_labels,
)


@pytest.fixture(scope="module")
def log_odds(sample):
    """Log-odds that the common model might say; any will do."""
    rng = np.random.default_rng(0)
    return pd.Series(2.0 * sample.bad + rng.normal(size=len(sample)) - 2, index=sample.loans.index)


@pytest.fixture(scope="module")
def known(sample, folds):
    return sample.where(folds.train)


@pytest.fixture(scope="module")
def judged(sample, folds):
    return sample.where(folds.test)


def test_a_firm_bad_at_one_bank_is_bad_at_all_of_them_in_that_cohort(sample):
    drawn = replace(
        sample.where(np.arange(len(sample)) < 4),
        loans=pd.DataFrame(
            {
                "entity_id": ["x", "x", "x", "y"],
                "bank": ["A", "B", "A", "B"],
                "application_date": pd.to_datetime(["2024-01-10", "2024-03-01", "2024-04-01", "2024-01-10"]),
                "window_end": pd.to_datetime(["2025-01-10", "2025-03-01", "2025-04-01", "2025-01-10"]),
                "bad": [0, 1, 0, 0],
            },
            index=sample.loans.index[:4],
        ),
        groups=pd.Series(["x", "x", "x", "y"], index=sample.loans.index[:4]),
    )
    worst = worst_labels(drawn, "Q")
    assert worst.bad.tolist() == [1, 1, 0, 0]
    assert worst.loans["window_end"].dt.strftime("%Y-%m-%d").tolist() == [
        "2025-03-01",
        "2025-03-01",
        "2025-04-01",
        "2025-01-10",
    ]
    assert worst_labels(drawn, "Y").bad.tolist() == [1, 1, 1, 0]
    assert labelled(drawn, "own") is drawn
    assert labelled(drawn, "worst").bad.equals(worst.bad)


def test_a_bank_with_many_bads_gets_its_own_level_and_slope():
    rng = np.random.default_rng(0)
    margins = rng.normal(size=6000)
    banks = pd.Series(np.repeat(["A", "B"], 3000))
    truth = np.where(banks == "A", margins - 1, 2 * margins - 2)
    bad = pd.Series((rng.random(6000) < 1 / (1 + np.exp(-truth))).astype(int))
    found = calibrated_per_bank(pd.Series(margins), bad, banks)
    assert found["A"].slope == pytest.approx(1, abs=0.2)
    assert found["B"].slope == pytest.approx(2, abs=0.25)
    assert found["B"].intercept < found["A"].intercept - 0.5


def test_a_bank_with_few_bads_keeps_the_common_slope_and_is_drawn_to_the_common_level():
    rng = np.random.default_rng(0)
    margins = rng.normal(size=3060)
    banks = pd.Series(["A"] * 3000 + ["B"] * 60)
    bad = pd.Series(np.r_[rng.random(3000) < 1 / (1 + np.exp(1 - margins[:3000])), np.arange(60) < 30])
    bad = bad.astype(int)
    found = calibrated_per_bank(pd.Series(margins), bad, banks)
    common = calibrated_per_bank(pd.Series(margins), bad, pd.Series(["all"] * 3060))["all"]
    assert found["B"].slope == common.slope
    apart = level(common.log_odds(margins[3000:]), bad[3000:].to_numpy())
    assert apart > 0.3
    assert found["B"].intercept - common.intercept == pytest.approx(apart * 30 / (30 + PRIOR))


def test_a_bank_without_a_bad_takes_the_common_curve():
    margins, bad = pd.Series(np.linspace(-2, 2, 40)), pd.Series(np.arange(40) % 4 == 0).astype(int)
    banks = pd.Series(np.where(bad.eq(1) | (np.arange(40) < 20), "A", "B"))
    common = calibrated_per_bank(margins, bad, pd.Series(["all"] * 40))["all"]
    found = calibrated_per_bank(margins, bad, banks)["B"]
    assert abs(found.intercept - common.intercept) < 2
    assert found.slope == common.slope


def test_all_good_loans_have_no_curve():
    with pytest.raises(ModelError, match="of 3 loans 0 are bad"):
        calibrated_per_bank(pd.Series([0.0, 1.0, 2.0]), pd.Series([0, 0, 0]), pd.Series(["A"] * 3))


def test_each_bank_is_told_of_its_own_loans_alone(known, judged, log_odds):
    told = told_to_banks(known, judged, log_odds, rounds=10)
    assert [*told] == ["BANK-A", "BANK-B"]
    for name, one in told.items():
        own = judged.loans.index[judged.loans["bank"] == name]
        assert one.pd_.index.equals(own)
        assert (one.bank, one.common.bank, one.calibrated.bank) == (name, name, name)
        others = set(judged.loans.index) - set(own)
        assert not any(loan in repr(one) for loan in others)


def test_labels_of_another_banks_test_loans_change_nothing_that_a_bank_is_told(known, judged, log_odds):
    before = told_to_banks(known, judged, log_odds, rounds=10)["BANK-A"]
    bad = judged.loans["bad"].where(judged.loans["bank"] == "BANK-A", 1 - judged.loans["bad"])
    other = replace(judged, loans=judged.loans.assign(bad=bad))
    after = told_to_banks(known, other, log_odds, rounds=10)["BANK-A"]
    assert after.pd_.equals(before.pd_)
    assert (after.common, after.calibrated) == (before.common, before.calibrated)


def test_a_bank_whose_loans_default_more_is_told_more(known, judged, log_odds):
    worse = known.loans["bank"].where(known.bad == 0, "BANK-B")
    told = told_to_banks(replace(known, loans=known.loans.assign(bank=worse)), judged, log_odds, rounds=10)
    assert told["BANK-B"].calibration.intercept > told["BANK-A"].calibration.intercept


def test_loans_without_log_odds_or_of_a_bank_never_seen_are_refused(known, judged, log_odds):
    with pytest.raises(ModelError, match="have no log-odds of the common model"):
        told_to_banks(known, judged, log_odds.iloc[:10])
    young = replace(judged, loans=judged.loans.assign(bank="BANK-C"))
    with pytest.raises(ModelError, match="no loan to calibrate by of BANK-C"):
        told_to_banks(known, young, log_odds)
    with pytest.raises(ModelError, match="no loan of BANK-C"):
        own_loans(known, "BANK-C")
