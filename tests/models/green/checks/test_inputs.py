from dataclasses import replace

import numpy as np
import pandas as pd

from models.green.checks import run_check
from models.green.checks.inputs import concordances


def test_few_firms_of_a_grade_fail(evidence):
    assert run_check("G01", evidence).severity in ("gate", "warning")
    firms = evidence.firms.where(evidence.grades != "DEEP", "one firm")
    failed = run_check("G01", replace(evidence, firms=firms))
    assert failed.refuses
    assert "DEEP 1" in failed.finding


def test_a_feature_that_knows_the_grade_fails(evidence, maker, rows):
    assert run_check("G06", evidence).passed
    place = evidence.model.places(evidence.grades)
    told = rows.table.assign(points_of_the_office=place + 0.01 * np.arange(len(place)) % 1)
    model = maker().fit(told, rows.grades, groups=rows.firms)
    failed = run_check("G06", replace(evidence, model=model, table=told))
    assert failed.refuses
    assert "points_of_the_office" in failed.finding


def test_a_word_that_knows_the_grade_is_seen_and_noise_is_not(evidence, maker, rows):
    told = rows.table.assign(word=rows.grades, noise=np.random.default_rng(77).normal(size=len(rows)))
    model = maker(n_estimators=5).fit(told, rows.grades, groups=rows.firms)
    found = concordances(replace(evidence, model=model, table=told))
    assert found["word"] == 1.0
    assert found["noise"] < 0.6


def test_a_credit_score_among_the_columns_fails(evidence, rows, maker):
    assert run_check("G11", evidence).passed
    model = maker(n_estimators=5).fit(rows.table, rows.grades)
    model.encoder_.inputs = ["score", *model.encoder_.inputs[1:]]
    assert run_check("G11", replace(evidence, model=model)).refuses


def test_little_coverage_warns(evidence):
    few = np.arange(len(evidence.known)) < 200
    check = run_check("G12", replace(evidence, known=few))
    assert (check.passed, check.severity) == (False, "warning")
    assert run_check("G12", evidence).passed
    assert isinstance(evidence.grades, pd.Series)
