from dataclasses import replace

import numpy as np

from models.checks import run_check


def moved(evidence, by, months=range(6)):
    """The same model asked about firms whose debt has risen in some months."""
    rows = evidence.held_out
    inside = np.isin(np.arange(len(rows)) % 6, list(months))
    table = rows.table.assign(debt=rows.table["debt"] + np.where(inside, by, 0.0))
    return replace(
        evidence, held_out=replace(rows, table=table), pd_=evidence.model.predict_proba(table)[:, 1]
    )


def test_scores_that_moved_far_fire(evidence):
    check = run_check("C09", moved(evidence, 1.0))
    assert check.refuses
    assert check.figures["psi"] > 0.25


def test_scores_of_a_model_that_learnt_from_few_bads_only_warn(evidence):
    few = (np.arange(len(evidence.train)) < 99).astype(int)
    check = run_check("C09", replace(moved(evidence, 1.0), train=replace(evidence.train, bad=few)))
    assert (check.passed, check.severity) == (False, "warning")


def test_scores_that_moved_a_little_warn(evidence):
    check = run_check("C09", moved(evidence, 0.5))
    assert 0.1 < check.figures["psi"] < 0.25
    assert (check.passed, check.severity) == (False, "warning")


def test_one_month_that_moved_far_warns_and_is_named(evidence):
    check = run_check("C09", moved(evidence, 1.2, months=[3]))
    assert (check.passed, check.severity) == (False, "warning")
    assert "in 2026-04" in check.finding


def test_few_rows_that_differ_by_chance_are_silent(evidence):
    few = np.arange(len(evidence.held_out)) < 40
    told = replace(evidence, held_out=evidence.held_out.where(few), pd_=evidence.pd_[few])
    check = run_check("C09", told)
    assert check.figures["highest"] > 0.25
    assert check.passed


def test_a_feature_that_moved_warns_and_is_named(evidence):
    check = run_check("C10", moved(evidence, 1.0))
    assert (check.passed, check.severity) == (False, "warning")
    assert "1 of 4 features" in check.finding
    assert "debt " in check.finding


def test_a_feature_whose_source_stopped_warns(evidence):
    rows = evidence.held_out
    told = replace(evidence, held_out=replace(rows, table=rows.table.assign(sales=np.nan)))
    check = run_check("C10", told)
    assert "sales" in check.finding
    assert not check.passed
