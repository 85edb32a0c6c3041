"""Calibration by bank, and what one bank may read of a pooling with several."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.lab.sample import Sample
from pipelines.lab.bank_figures import calibrations, for_reader

LOANS = 400
TRAIN = np.arange(LOANS) < 300


@pytest.fixture(scope="module")
def drawn():
    """Loans of two banks and folds over them; the second bank's loans fail twice as often as foretold."""
    rng = np.random.default_rng(2)
    index = pd.Index([f"L{number}" for number in range(LOANS)], name="loan_id")
    bank = np.where(np.arange(LOANS) % 2 == 0, "A", "B")
    odds = rng.normal(-1, 1, LOANS)
    share = 1 / (1 + np.exp(-odds)) * np.where(bank == "A", 1, 2)
    loans = pd.DataFrame(
        {
            "entity_id": index.to_numpy(),
            "bank": bank,
            "application_date": pd.Timestamp("2024-01-01"),
            "window_end": pd.Timestamp("2025-01-01"),
            "bad": (rng.random(LOANS) < np.clip(share, 0, 1)).astype(int),
        },
        index=index,
    )
    nothing = pd.DataFrame(index=index)
    sample = Sample(loans=loans, platform=nothing, bank=nothing, groups=loans["entity_id"])
    return sample, SimpleNamespace(train=TRAIN, test=~TRAIN), pd.Series(odds, index=index)


def told(drawn, smallest=10, **model):
    sample, folds, odds = drawn
    kept = SimpleNamespace(pd_=1 / (1 + np.exp(-odds[folds.test])))
    made = SimpleNamespace(**({"held_out_": odds[folds.train].to_numpy()} | model))
    return {one["bank"]: one for one in calibrations(sample, folds, kept, made, smallest, 20)}


def test_a_bank_whose_loans_fail_more_often_has_a_curve_of_its_own(drawn):
    found = told(drawn)
    assert found["B"]["intercept"] > found["A"]["intercept"] + 0.3
    for one in found.values():
        assert abs(one["calibrated"]["value"] - 1) < abs(one["common"]["value"] - 1) + 0.15


def test_a_bank_of_few_bads_is_told_nothing(drawn):
    sample, folds, odds = drawn
    few = sample.loans.assign(bad=sample.loans["bad"].where(sample.loans["bank"] == "A", 0))
    few.iloc[1, few.columns.get_loc("bad")] = 1
    thin = Sample(loans=few, platform=sample.platform, bank=sample.bank, groups=sample.groups)
    assert set(told((thin, folds, odds))) == {"A"}
    assert told((thin, folds, odds), smallest=10_000) == {}


def test_a_model_that_keeps_no_held_out_answers_calibrates_nobody(drawn):
    assert told(drawn, held_out_=None) == {}


def test_one_bank_alone_reads_all():
    figures = {"matching": [{"bank": "A"}], "sample": [{"bank": "total"}]}
    assert for_reader(figures, "A") == figures


def test_of_several_each_reads_its_own_rows_and_no_totals():
    rows = [{"bank": "A", "name": "train"}, {"bank": "B", "name": "train"}, {"bank": "total"}]
    figures = {
        "matching": rows[:2],
        "sample": rows,
        "parts": [{"name": "total"}],
        "parts_by_bank": rows[:2],
        "calibrations": rows[:2],
        "candidates": [{"name": "pooled", "banks": rows[:2]}],
        "loans": 9,
    }
    own = for_reader(figures, "B")
    for name in ("matching", "sample", "parts", "calibrations"):
        assert own[name] == [{"bank": "B", "name": "train"}]
    assert own["candidates"] == [{"name": "pooled", "banks": rows[1:2]}]
    assert own["loans"] == 9
