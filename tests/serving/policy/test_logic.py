"""Three values: Kleene's tables, with the missing facts carried along."""

from datetime import date

import pytest

from serving.policy import Facts
from serving.policy.law import default_parameters
from serving.policy.logic import (
    Unknown,
    among,
    both,
    by_word,
    certainly,
    choose,
    either,
    if_known,
    implies,
    known,
    least,
    most,
    negation,
    once,
    told,
    with_all,
)

HERE, THERE = Unknown(("here",)), Unknown(("there",))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (True, True, True),
        (True, False, False),
        (False, True, False),
        (False, HERE, False),
        (HERE, False, False),
        (True, HERE, HERE),
        (HERE, True, HERE),
        (HERE, THERE, Unknown(("here", "there"))),
    ],
)
def test_both(first, second, expected):
    assert both(first, second) == expected
    assert either(negation(first), negation(second)) == negation(expected)


@pytest.mark.parametrize(
    ("guard", "then", "expected"),
    [(False, False, None), (True, False, False), (True, HERE, HERE), (HERE, True, True), (HERE, False, HERE)],
)
def test_where_a_guard_does_not_hold_nothing_is_asked(guard, then, expected):
    assert implies(guard, lambda: then) == expected


def test_unknown_is_neither_true_nor_false():
    with pytest.raises(TypeError, match="unknown is neither true nor false; missing: here"):
        bool(HERE)


def test_a_choice_asks_only_the_side_that_is_chosen():
    assert choose(True, 1, lambda: 1 / 0) == choose(False, lambda: 1 / 0, lambda: 1) == 1
    assert choose(HERE, 1, 2) == HERE


def test_what_is_needed_is_named_where_it_is_missing():
    facts = Facts(employees=5)
    assert known(facts, "employees") is True
    assert known(facts, "employees", "assets_cny") is False
    assert if_known(facts, ("employees",), lambda: facts.employees > 4) is True
    assert if_known(facts, ("employees", "assets_cny"), lambda: 1 / 0) == Unknown(("assets_cny",))


def test_words_least_most_and_certainty_of_one_firm():
    assert (among("A", ("A", "B")), among(None, ("A", "B"))) == (True, False)
    assert by_word("A", {"A": lambda: 5, "B": lambda: 1 / 0}) == 5
    assert (least(3, 5), most(3, 5)) == (3, 5)
    assert [certainly(truth) for truth in (True, False, HERE)] == [True, False, False]
    assert with_all(least, 3, None) is None
    assert with_all(least, 3, HERE) is None
    assert told({"a": HERE, "b": 5}) == {"a": None, "b": 5}


def test_what_is_computed_once_still_counts_as_read():
    law, asked = default_parameters().on(date(2026, 11, 20)), []

    def work(facts, law):
        asked.append(facts)
        return law.guarantee_fee_rate_cap

    facts = Facts()
    assert once(facts, law, work) == once(facts, law, work)
    assert len(asked) == 1
    assert len(law.reads) == 2
    once(Facts(), law, work)
    assert len(asked) == 2
