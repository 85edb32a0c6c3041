"""How far score and green grade go together, in closed form."""

import numpy as np
import pandas as pd
import pytest

from models.green.association import associated
from models.monitoring.green_and_credit import green_credit_dependence

GRADES = ("NON", "LIGHT", "MEDIUM", "DEEP")


def both(weight, many=800, seed=0):
    rng = np.random.default_rng(seed)
    score = pd.Series(rng.normal(size=many))
    place = pd.cut(weight * score + rng.normal(size=many), 4, labels=list(GRADES))
    return score, place


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_it_says_what_the_drawings_say(weight):
    score, grade = both(weight)
    quick, slow = green_credit_dependence(score, grade), associated(score, grade.astype("str"), grades=GRADES)
    assert quick.value == pytest.approx(slow.overall.value)
    assert quick.low == pytest.approx(slow.overall.low, abs=0.02)
    assert quick.high == pytest.approx(slow.overall.high, abs=0.02)


def test_firms_without_a_grade_are_left_out():
    score, grade = both(1.0)
    told = green_credit_dependence(score[:400], grade[:400])
    assert green_credit_dependence(score, grade.where(grade.index < 400)).value == told.value


def test_numbers_that_go_wholly_together_keep_an_interval():
    told = green_credit_dependence(pd.Series(range(30)), pd.Series(range(30)))
    assert told.value == pytest.approx(1)
    assert told.low <= told.value


@pytest.mark.parametrize(("score", "grade"), [([1, 2] * 5, [1, 2] * 5), ([1] * 40, range(40)), ([], [])])
def test_too_few_firms_or_one_value_says_nothing(score, grade):
    assert (
        green_credit_dependence(pd.Series(score, dtype="float64"), pd.Series(grade, dtype="float64")) is None
    )
