"""Three values: Kleene's tables, with the missing facts carried along."""

import pytest

from serving.policy.logic import Unknown, both, either, implies, negation

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
