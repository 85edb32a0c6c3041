import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from features.errors import ModelError
from models.checks import CHECKS, run_check, run_checks


def test_a_sound_model_passes_every_check(evidence):
    checks = run_checks(evidence)
    assert [check.number for check in checks] == [f"C{number:02d}" for number in range(1, 13)]
    assert all(check.passed for check in checks), [check for check in checks if not check.passed]
    assert all(check.asked for check in checks)


def test_every_finding_is_told_in_both_languages_with_its_figures(evidence):
    for check in run_checks(evidence):
        assert check.finding
        assert any("一" <= sign <= "鿿" for sign in check.finding_zh), check
        assert check.figures, check
        json.dumps(asdict(check), allow_nan=False)


def test_a_check_that_cannot_be_carried_out_fails_and_says_why(evidence, monkeypatch):
    def broken(_evidence):
        raise ModelError("the folder is full")

    monkeypatch.setitem(CHECKS, "C06", broken)
    check = run_check("C06", evidence)
    assert check.refuses
    assert check.finding == "could not be carried out: the folder is full"


@pytest.mark.parametrize("only", [0, 1])
def test_one_outcome_among_the_held_out_rows_refuses_without_an_exception(evidence, only):
    held_out = replace(evidence.held_out, bad=np.full_like(evidence.held_out.bad, only))
    checks = run_checks(replace(evidence, held_out=held_out))
    assert {"C01", "C02"} <= {check.number for check in checks if check.refuses}


def test_repeated_cross_validation_without_time_or_segments_asks_what_it_can(evidence):
    plain = replace(evidence.held_out, time=None, segments=type(evidence.held_out.segments)())
    told = replace(
        evidence,
        kind="repeated_cv",
        train=plain,
        held_out=plain,
        champion=None,
        champion_label=None,
        refit=None,
    )
    checks = run_checks(told)
    assert {check.number for check in checks if not check.asked} == {"C07", "C09", "C10", "C11", "C12"}
    assert all(check.passed for check in checks)


def test_no_rows_at_all_refuse_without_an_exception(evidence):
    nothing = evidence.held_out.where(np.zeros(len(evidence.held_out), dtype=bool))
    checks = run_checks(replace(evidence, held_out=nothing, pd_=np.empty(0), champion=None))
    assert {check.finding for check in checks} == {"no rows were held out"}
    assert all(check.refuses for check in checks)
