from dataclasses import replace

import numpy as np

from models.checks import run_check


def test_a_ranking_by_chance_fires(evidence):
    chance = np.random.default_rng(0).random(len(evidence.held_out))
    assert run_check("C02", replace(evidence, pd_=chance)).refuses


def test_a_model_that_is_clearly_worse_than_the_champion_fires(evidence):
    blurred = evidence.pd_ * np.exp(np.random.default_rng(0).normal(size=len(evidence.pd_)))
    check = run_check("C07", replace(evidence, pd_=blurred))
    assert check.refuses
    assert "against sme_credit/1 on 3000 rows" in check.finding
    assert check.figures["high"] < 0


def test_a_model_as_good_as_the_champion_or_better_is_silent(evidence):
    blurred = evidence.pd_ * np.exp(np.random.default_rng(0).normal(size=len(evidence.pd_)))
    assert run_check("C07", evidence).passed
    assert run_check("C07", replace(evidence, champion=blurred)).passed


def test_a_loss_that_is_certain_but_tiny_is_silent(evidence):
    blurred = evidence.pd_ * np.exp(0.17 * np.random.default_rng(0).normal(size=len(evidence.pd_)))
    check = run_check("C07", replace(evidence, pd_=blurred))
    assert -0.005 < check.figures["gain"] < check.figures["high"] < 0
    assert check.passed


def test_a_loss_that_few_rows_cannot_show_is_silent(evidence):
    few = np.arange(len(evidence.held_out)) < 60
    blurred = evidence.pd_ * np.exp(np.random.default_rng(3).normal(size=len(evidence.pd_)))
    told = replace(
        evidence, held_out=evidence.held_out.where(few), pd_=blurred[few], champion=evidence.champion[few]
    )
    check = run_check("C07", told)
    assert check.passed
    assert check.figures["gain"] < -0.005


def test_rows_that_the_champion_cannot_score_are_left_out(evidence):
    half = np.where(np.arange(len(evidence.pd_)) % 2, np.nan, evidence.pd_)
    assert "on 1500 rows" in run_check("C07", replace(evidence, champion=half)).finding
    nothing = run_check("C07", replace(evidence, champion=np.full(len(evidence.pd_), np.nan)))
    assert (nothing.passed, nothing.asked) == (True, False)


def test_rows_of_one_firm_are_not_taken_for_independent(evidence):
    twice = replace(evidence.held_out, groups=None)
    with_firms, without = (
        run_check("C02", replace(evidence, held_out=one)) for one in (evidence.held_out, twice)
    )
    assert with_firms.figures["low"] != without.figures["low"]
