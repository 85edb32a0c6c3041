from dataclasses import replace
from math import inf

import numpy as np
import pytest

from models.checks import run_check
from models.checks.calibration import ratio_interval, slope_interval


def at(evidence, ratio):
    """The same evidence with probabilities moved to a ratio of predicted over observed."""
    times = ratio * evidence.held_out.bad.sum() / evidence.pd_.sum()
    return replace(evidence, pd_=np.minimum(evidence.pd_ * times, 0.999))


@pytest.mark.parametrize(
    ("ratio", "passed", "severity"),
    [
        (0.5, False, "gate"),
        (0.75, False, "warning"),
        (0.85, True, "gate"),
        (1.0, True, "gate"),
        (1.2, True, "gate"),
        (1.35, False, "warning"),
        (1.7, False, "gate"),
    ],
)
def test_predicted_over_observed_passes_warns_or_fails(evidence, ratio, passed, severity):
    check = run_check("C03", at(evidence, ratio))
    assert check.figures["ratio"] == pytest.approx(ratio, rel=0.08)
    assert (check.passed, check.severity) == (passed, severity)


def test_a_ratio_that_few_bads_cannot_show_is_silent(evidence):
    few = np.arange(len(evidence.pd_)) < 60
    some = replace(evidence, held_out=evidence.held_out.where(few), pd_=evidence.pd_[few])
    check = run_check("C03", at(some, 0.65))
    assert check.figures["ratio"] == pytest.approx(0.65)
    assert check.passed


def test_a_model_that_is_too_sure_of_itself_fires(evidence):
    odds = np.log(evidence.pd_ / (1 - evidence.pd_))
    middle = np.log(0.2 / 0.8)
    sure = 1 / (1 + np.exp(-(middle + 3 * (odds - middle))))
    check = run_check("C03", replace(evidence, pd_=sure))
    assert check.refuses
    assert check.figures["slope"] == pytest.approx(1 / 3, abs=0.05)


def test_no_bads_at_all_where_many_were_expected_fire(evidence):
    good = replace(evidence.held_out, bad=np.zeros_like(evidence.held_out.bad))
    check = run_check("C03", replace(evidence, held_out=good))
    assert check.refuses
    assert "no slope" in check.finding


def test_no_bads_where_hardly_any_was_expected_are_silent(evidence):
    good = replace(evidence.held_out, bad=np.zeros_like(evidence.held_out.bad))
    assert run_check("C03", replace(evidence, held_out=good, pd_=evidence.pd_ / 1000)).passed


def test_the_interval_of_the_ratio_is_the_exact_one_of_poisson():
    told = ratio_interval(10, 10.0)
    assert (round(10 / told.high, 2), round(10 / told.low, 2)) == (4.80, 18.39)  # Garwood 1936, tables
    assert ratio_interval(0, 2.0).value == inf
    assert ratio_interval(0, 2.0).low == pytest.approx(2 / 3.689, abs=1e-3)


def test_the_slope_of_true_probabilities_is_one_and_its_interval_covers():
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(60):
        odds = rng.normal(-1.5, 1, 400)
        bad = (rng.random(400) < 1 / (1 + np.exp(-odds))).astype(int)
        told = slope_interval(bad, 1 / (1 + np.exp(-odds)))
        covered += told.low < 1 < told.high
    assert covered >= 53


def test_no_slope_where_outcomes_are_wholly_apart_or_all_probabilities_alike():
    assert slope_interval(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.8, 0.9])) is None
    assert slope_interval(np.array([0, 1, 0, 1]), np.full(4, 0.5)) is None
    assert slope_interval(np.array([0, 0, 0]), np.array([0.1, 0.2, 0.3])) is None
