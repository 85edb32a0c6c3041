from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from models.checks import run_check
from models.checks.suspects import aucs_alone


def test_a_feature_that_knows_the_outcome_fires(evidence, with_column):
    check = run_check(
        "C05", with_column(evidence, "leak", evidence.train.bad * 1.0, evidence.held_out.bad * 1.0)
    )
    assert check.refuses
    assert check.finding.startswith("'leak' alone reaches AUC 1.000")


def test_a_word_that_knows_the_outcome_fires(evidence, with_column):
    named = [np.where(rows.bad, "注销", "存续") for rows in (evidence.train, evidence.held_out)]
    assert run_check("C05", with_column(evidence, "status", *named)).refuses


@pytest.mark.parametrize("kind", ["out_of_time", "repeated_cv"])
def test_a_word_of_its_own_for_every_row_is_no_suspect(evidence, with_column, kind):
    told = with_column(evidence, "name", *([f"n{place}" for place in range(3000)],) * 2)
    told = replace(told, kind=kind, train=told.train if kind == "out_of_time" else told.held_out)
    assert aucs_alone(told)["name"] < 0.6
    assert run_check("C05", told).passed


@pytest.mark.parametrize("sign", [1, -1])
def test_auc_alone_is_the_better_of_both_directions_and_both_ends_for_missing_values(
    evidence, with_column, sign
):
    rows = evidence.held_out
    sales = sign * rows.table["sales"]
    told = with_column(evidence, "sales", sign * evidence.train.table["sales"], sales)
    figures = [roc_auc_score(rows.bad, sales.fillna(fill)) for fill in (-1e9, 1e9)]
    expected = max(max(figure, 1 - figure) for figure in figures)
    assert aucs_alone(told)["sales"] == pytest.approx(expected)


def filled(bad, outcome, share, seed=0):
    """Known in a share of the rows of one outcome, and nowhere else."""
    known = (bad == outcome) & (np.random.default_rng(seed).random(len(bad)) < share)
    return np.where(known, 1.0 + np.arange(len(bad)), np.nan)


@pytest.mark.parametrize("outcome", [0, 1])
def test_a_feature_that_is_only_known_for_one_outcome_fires(evidence, with_column, outcome):
    columns = [filled(rows.bad, outcome, 0.3) for rows in (evidence.train, evidence.held_out)]
    check = run_check("C08", with_column(evidence, "collected_on", *columns))
    assert check.refuses
    assert "collected_on is known or missing for one outcome only" in check.finding


def test_a_feature_that_is_only_missing_for_one_outcome_fires(evidence, with_column):
    columns = [
        np.where(np.isnan(filled(rows.bad, 1, 0.3)), 1.0, np.nan)
        for rows in (evidence.train, evidence.held_out)
    ]
    assert run_check("C08", with_column(evidence, "settled_on", *columns)).refuses


def test_a_few_rows_of_one_outcome_are_no_suspects(evidence, with_column):
    few = np.full(3000, np.nan)
    few[np.flatnonzero(evidence.train.bad == 1)[:19]] = 1.0
    assert run_check("C08", with_column(evidence, "rare", few, np.full(3000, np.nan))).passed


def test_rows_of_bads_only_are_no_suspects_where_most_are_bad(evidence, with_column):
    mostly = [
        replace(rows, bad=(np.arange(len(rows)) % 5 < 3).astype(int))
        for rows in (evidence.train, evidence.held_out)
    ]
    some = np.where(np.arange(3000) < 33, np.where(mostly[0].bad == 1, 1.0, np.nan), np.nan)
    told = replace(evidence, train=mostly[0], held_out=mostly[1])
    assert 20 <= np.isfinite(some).sum() < 25
    assert run_check("C08", with_column(told, "rare", some, np.full(3000, np.nan))).passed


def test_a_rare_feature_known_for_good_rows_by_chance_is_no_suspect(evidence, with_column):
    some = np.full(3000, np.nan)
    some[np.flatnonzero(evidence.train.bad == 0)[:40]] = 1.0
    assert run_check("C08", with_column(evidence, "patents", some, np.full(3000, np.nan))).passed


def test_a_feature_known_for_every_row_or_for_none_is_no_suspect(evidence, with_column):
    for value in (1.0, np.nan):
        assert run_check(
            "C08", with_column(evidence, "flat", np.full(3000, value), np.full(3000, value))
        ).passed


def test_a_mark_that_only_bads_carry_warns(evidence, with_column):
    columns = [np.nan_to_num(filled(rows.bad, 1, 0.3)) for rows in (evidence.train, evidence.held_out)]
    check = run_check("C08", with_column(evidence, "in_collection", *columns))
    assert (check.passed, check.severity) == (False, "warning")
    assert "in_collection is other than zero for bads only" in check.finding


def test_words_are_judged_by_whether_they_are_known(evidence, with_column):
    columns = [
        pd.Series(np.where(np.isnan(filled(rows.bad, 1, 0.3)), None, "催收"))
        for rows in (evidence.train, evidence.held_out)
    ]
    assert run_check("C08", with_column(evidence, "status", *columns)).refuses
