"""Answers side by side: figures and gains as plain values."""

import json

import numpy as np
import pandas as pd
import pytest

from models.delong import auc_difference
from pipelines.lab.judged import estimate_record, judged


@pytest.fixture(scope="module")
def loans():
    rng = np.random.default_rng(1)
    return pd.DataFrame({"bad": rng.integers(0, 2, 80), "group": np.arange(80) // 2})


def test_each_answer_has_figures_and_each_pair_that_is_there_a_gain(loans):
    good = loans["bad"] + np.random.default_rng(2).normal(size=80)
    poor = pd.Series(np.random.default_rng(3).normal(size=80))
    told = judged(loans, {"joint": good, "bank": poor}, [("joint", "bank"), ("joint", "pooled")], rounds=40)
    assert set(told["figures"]) == {"joint", "bank"}
    assert set(told["figures"]["bank"]) == {"auc", "ks", "lift_10", "calibration"}
    assert set(told["gains"]) == {"joint - bank"}
    gap = auc_difference(loans["bad"], good, poor, loans["group"])
    assert told["gains"]["joint - bank"]["auc"] == estimate_record(gap)
    json.dumps(told, allow_nan=False)


def test_what_is_no_number_is_missing():
    class Open:
        value, low, high = 0.5, -np.inf, np.nan

    assert estimate_record(Open()) == {"value": 0.5, "low": None, "high": None}
