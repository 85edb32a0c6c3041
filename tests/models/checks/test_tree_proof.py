"""Trees drawn by hand, and random ones judged by trying every value."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.checks.tree_proof import UnprovableError, prove

DEBT, SALES, INDUSTRY = 0, 1, 2
RISES = [1, 0, 0]


def leaf(value):
    return {"leaf_value": value}


def split(feature, at, left, right, missing="NaN", *, default_left=True):
    return {
        "split_feature": feature, "threshold": at, "decision_type": "<=", "missing_type": missing,
        "default_left": default_left, "left_child": left, "right_child": right,
    }  # fmt: skip


def words(at, left, right):
    return split(INDUSTRY, at, left, right) | {"decision_type": "==", "default_left": False}


def broken(tree, signs=RISES):
    return prove([{"tree_structure": tree}], signs).broken


def test_a_split_that_rises_is_proved_and_one_that_falls_is_not():
    assert broken(split(DEBT, 0.4, leaf(1), leaf(2))) == {}
    assert broken(split(DEBT, 0.4, leaf(2), leaf(1))) == {DEBT: 1}
    assert broken(split(DEBT, 0.4, leaf(2), leaf(1)), [-1, 0, 0]) == {}
    assert broken(split(DEBT, 0.4, leaf(2), leaf(1)), [0, 0, 0]) == {}


def test_leaves_that_no_firm_can_choose_between_are_not_compared():
    few_sales, many_sales = split(DEBT, 0.4, leaf(1), leaf(2)), split(DEBT, 0.4, leaf(-2), leaf(-1))
    assert broken(split(SALES, 10, few_sales, many_sales)) == {}


def test_leaves_in_different_branches_are_compared_where_one_firm_can_move_between_them():
    low, high = split(SALES, 10, leaf(0), leaf(5)), split(SALES, 20, leaf(3), leaf(9))
    assert broken(split(DEBT, 0.4, low, high)) == {DEBT: 1}, "sales of 15: 5 at low debt, 3 at high debt"
    low, high = split(SALES, 10, leaf(0), leaf(3)), split(SALES, 20, leaf(3), leaf(9))
    assert broken(split(DEBT, 0.4, low, high)) == {}


def test_an_unknown_word_meets_the_words_that_go_right():
    low, high = words("0||2", leaf(0), leaf(5)), words("1", leaf(9), leaf(4))
    assert broken(split(DEBT, 0.4, low, high)) == {DEBT: 1}, "an unknown word: 5 at low debt, 4 at high debt"
    low, high = words("0||2", leaf(0), leaf(5)), words("0||2", leaf(4), leaf(9))
    assert broken(split(DEBT, 0.4, low, high)) == {}


def test_leaves_that_meet_only_where_another_value_is_missing_are_compared():
    low = split(SALES, 10, leaf(5), leaf(0), default_left=True)
    high = split(SALES, 10, leaf(6), leaf(1), default_left=False)
    assert broken(split(DEBT, 0.4, low, high)) == {DEBT: 1}, "sales missing: 5 at low debt, 1 at high debt"
    high = split(SALES, 10, leaf(6), leaf(1), default_left=True)
    assert broken(split(DEBT, 0.4, low, high)) == {}
    low, high = (
        split(SALES, 10, leaf(many), leaf(few), default_left=False) for many, few in ((5, 0), (6, 1))
    )
    assert broken(split(DEBT, 0.4, low, high)) == {}, "sales missing: 0 at low debt, 1 at high debt"


def test_where_a_missing_value_goes_is_counted_by_side():
    told = prove([{"tree_structure": split(DEBT, 0.4, leaf(1), leaf(2), default_left=False)}], RISES)
    assert (told.splits, told.missing_riskier, told.missing_safer) == (1, 1, 0)
    told = prove([{"tree_structure": split(DEBT, 0.4, leaf(2), leaf(1), default_left=False)}], [-1, 0, 0])
    assert (told.splits, told.missing_riskier, told.missing_safer) == (1, 0, 1)
    told = prove([{"tree_structure": split(DEBT, 0.4, leaf(1), leaf(2), "None")}], RISES)
    assert (told.splits, told.missing_riskier, told.missing_safer) == (1, 0, 0)


@pytest.mark.parametrize(
    "tree",
    [
        split(DEBT, 0.4, leaf(1) | {"leaf_coeff": [0.1]}, leaf(2)),
        split(DEBT, 0.4, leaf(1), leaf(2), "Zero"),
        split(DEBT, 0.4, leaf(1), leaf(2)) | {"decision_type": "<"},
    ],
)
def test_a_tree_of_another_kind_is_not_proved(tree):
    with pytest.raises(UnprovableError):
        broken(tree)


def test_a_tree_of_one_leaf_breaks_nothing():
    assert broken(leaf(0.0)) == {}


# ---------------------------------------------------------------- against every value

VALUES = [-1.5, -0.5, 0.5, 1.5, math.nan]
WORDS = [0.0, 1.0, 2.0, math.nan]


def said(node, row):
    """What LightGBM says of a row."""
    while "leaf_value" not in node:
        value = row[node["split_feature"]]
        if node["decision_type"] == "==":
            left = not math.isnan(value) and str(int(value)) in node["threshold"].split("||")
        elif math.isnan(value) and node["missing_type"] == "NaN":
            left = node["default_left"]
        else:
            left = (0.0 if math.isnan(value) else value) <= node["threshold"]
        node = node["left_child"] if left else node["right_child"]
    return node["leaf_value"]


def wrong_by_trying(tree, feature, sign):
    known = [value for value in VALUES if not math.isnan(value)]
    others = [VALUES if other != feature else [0.0] for other in (DEBT, SALES)]
    for row in itertools.product(*others, WORDS):
        ladder = [
            said(tree, [value if place == feature else cell for place, cell in enumerate(row)])
            for value in known
        ]
        if (sign * np.diff(ladder) < 0).any():
            return True
    return False


leaves = st.builds(leaf, st.integers(-4, 4).map(float))
numeric = st.tuples(st.sampled_from([DEBT, SALES]), st.sampled_from([-1.0, 0.0, 1.0]))
trees = st.recursive(
    leaves,
    lambda below: st.one_of(
        st.builds(
            lambda asked, left, right, missing, to: split(*asked, left, right, missing, default_left=to),
            numeric, below, below, st.sampled_from(["NaN", "None"]), st.booleans(),
        ),
        st.builds(words, st.sampled_from(["0", "1", "0||2", "1||2"]), below, below),
    ),
    max_leaves=7,
)  # fmt: skip


@settings(max_examples=300, deadline=None, derandomize=True)
@given(tree=trees, debt=st.sampled_from([-1, 1]), sales=st.sampled_from([-1, 0, 1]))
def test_the_proof_says_what_trying_every_value_says(tree, debt, sales):
    found = broken(tree, [debt, sales, 0])
    tried = {
        feature
        for feature, sign in ((DEBT, debt), (SALES, sales))
        if sign and wrong_by_trying(tree, feature, sign)
    }
    assert set(found) == tried
