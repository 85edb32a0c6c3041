from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.checks import run_check
from models.checks.fairness import treated


def where(evidence, change, industry="F51"):
    """The same evidence with other probabilities in one industry."""
    inside = evidence.held_out.table["industry"].to_numpy() == industry
    return replace(evidence, pd_=np.where(inside, change(evidence.pd_), evidence.pd_))


def at(evidence, ratio, inside):
    """The same evidence with probabilities of some rows moved to a ratio of predicted over observed."""
    times = ratio * evidence.held_out.bad[inside].sum() / evidence.pd_[inside].sum()
    return replace(evidence, pd_=np.where(inside, np.minimum(evidence.pd_ * times, 0.99), evidence.pd_))


def test_an_industry_that_is_told_half_of_its_defaults_fires_and_is_named(evidence):
    check = run_check("C11", at(evidence, 0.35, (evidence.held_out.table["industry"] == "F51").to_numpy()))
    assert check.refuses
    assert "industry F51 has predicted over observed default rate" in check.finding


def test_an_industry_that_is_ranked_backwards_fires(evidence):
    check = run_check("C11", where(evidence, lambda pd_: 0.4 - np.minimum(pd_, 0.39)))
    assert check.refuses
    assert "industry F51 is ranked backwards" in check.finding


def test_an_industry_that_is_held_to_be_worse_by_more_than_five_points_fires(evidence):
    check = run_check("C11", where(evidence, lambda pd_: pd_ + 0.15))
    assert check.refuses
    assert "more than all" in check.finding


def test_an_industry_off_by_two_thirds_warns(evidence):
    check = run_check("C11", at(evidence, 0.6, (evidence.held_out.table["industry"] == "F51").to_numpy()))
    assert (check.passed, check.severity) == (False, "warning")
    assert "to watch: industry F51" in check.finding


@pytest.mark.parametrize("ratio", [0.48])
def test_a_segment_too_small_to_tell_is_silent(evidence, ratio):
    words = np.where(np.arange(len(evidence.held_out)) < 30, "tiny", "rest")
    rows = replace(evidence.held_out, segments=pd.DataFrame({"district": words}))
    told = at(replace(evidence, held_out=rows), ratio, words == "tiny")
    found = next(one.ratio for one in treated(told) if one.part.word == "tiny")
    assert not 0.5 < found.value < 2
    assert run_check("C11", told).passed


def test_a_few_rows_without_any_bad_do_not_pass_for_certain(evidence):
    first = np.arange(len(evidence.held_out)) < 30
    rows = replace(
        evidence.held_out,
        segments=pd.DataFrame({"district": np.where(first, "tiny", "rest")}),
        bad=np.where(first, 0, evidence.held_out.bad),
    )
    told = replace(evidence, held_out=rows, pd_=np.where(first, 0.08, evidence.pd_))
    gap = next(one.error for one in treated(told) if one.part.word == "tiny")
    assert gap.value > 0.05
    assert gap.low < 0 < gap.high
    assert run_check("C11", told).passed


def test_rows_of_unknown_words_are_not_judged(evidence):
    rows = replace(evidence.held_out, segments=pd.DataFrame({"size": [None] * len(evidence.held_out)}))
    assert not run_check("C11", replace(evidence, held_out=rows)).asked


def test_intervals_grow_with_the_number_of_segments(evidence):
    alone = replace(evidence.held_out, segments=evidence.held_out.segments[["industry"]])
    one, both = (
        {part.name: part for part in treated(told)}["industry F51"]
        for told in (replace(evidence, held_out=alone), evidence)
    )
    assert both.ratio.low < one.ratio.low
    assert both.error.low < one.error.low
    assert both.error.value == pytest.approx(one.error.value)
