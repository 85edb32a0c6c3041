"""Matching: counts that are told never let a smaller one than the smallest cell be worked out."""

import itertools

import pandas as pd
import pytest

from features.errors import ModelError
from models.lab.matching import Overlap, matching, shortest_list, told_count

CELL = 3
SIZES = range(shortest_list(CELL), 13)


def ids(first, last):
    """Keyed ids of the firms with these numbers, the last one left out."""
    return pd.Series([f"{number:064x}" for number in range(first, last)], dtype="str")


def possible(told):
    """Every number of matches that a reader of what is told must hold possible, sizes of the lists known."""
    left, right = told["left"], told["right"]
    return {
        matched
        for matched in range(CELL, min(left, right) + 1)
        if Overlap(left=left, right=right, matched=matched, smallest_cell=CELL).told() == told
    }


def test_both_sides_are_told_apart():
    found = matching(ids(0, 40), ids(15, 70))
    assert list(found.matched) == list(ids(15, 40))
    assert list(found.left_only) == list(ids(0, 15))
    assert list(found.right_only) == list(ids(40, 70))
    assert {one.name for one in (found.matched, found.left_only, found.right_only)} == {"entity_id"}


def test_counts_are_exact_where_no_part_is_small():
    assert matching(ids(0, 40), ids(15, 70)).overlap.told() == {
        "left": 40,
        "right": 55,
        "matched": 25,
        "left_only": 15,
        "right_only": 30,
        "left_rate": 0.625,
        "right_rate": 0.4545,
    }


def test_order_repeats_and_missing_ids_change_nothing_but_their_own_counts():
    plain = matching(ids(0, 40), ids(15, 70))
    left = pd.concat([ids(0, 40), ids(0, 12), pd.Series([None] * 4, dtype="str")]).sample(
        frac=1, random_state=1
    )
    found = matching(left, ids(15, 70))
    assert found.overlap == plain.overlap
    assert list(found.matched) == list(plain.matched)
    assert (found.left_duplicates, found.left_missing, found.right_duplicates) == (12, 4, 0)
    told = found.told()
    assert (told["left_duplicates"], told["left_missing"], told["right_duplicates"]) == (12, "<10", "<10")


@pytest.mark.parametrize("matched", [0, 1, 9])
def test_few_matches_are_refused_in_the_same_words_as_none(matched):
    with pytest.raises(ModelError) as refused:
        matching(ids(0, 40), ids(40 - matched, 80))
    with pytest.raises(ModelError) as none:
        matching(ids(0, 40), ids(40, 80))
    assert str(refused.value) == str(none.value)


def test_a_list_too_short_is_refused_without_its_length():
    with pytest.raises(ModelError, match="the right list names fewer than 19"):
        matching(ids(0, 40), ids(0, 18))
    with pytest.raises(ModelError, match="the left list names fewer than 19"):
        matching(ids(0, 0), ids(0, 40))


def test_a_small_remainder_is_told_in_words_on_every_side():
    assert Overlap(left=1000, right=1017, matched=995).told() == {
        "left": 1000,
        "right": 1017,
        "matched": ">=991",
        "left_only": "<10",
        "right_only": "<=26",
        "left_rate": ">=0.991",
        "right_rate": ">=0.9744",
    }


@pytest.mark.parametrize(("left", "right"), list(itertools.product(SIZES, SIZES)))
def test_no_part_below_the_smallest_cell_can_be_worked_out(left, right):
    for matched in range(CELL, min(left, right) + 1):
        told = Overlap(left=left, right=right, matched=matched, smallest_cell=CELL).told()
        fit = possible(told)
        assert matched in fit
        if min(matched, left - matched, right - matched) < CELL:
            assert len(fit) >= CELL  # as many as a small count can be: nothing is learnt but that it is small
        else:
            assert fit == {matched}


@pytest.mark.parametrize(("left", "right"), [(5, 5), (6, 9), (12, 7)])
def test_what_is_said_in_words_is_true(left, right):
    for matched in range(CELL, min(left, right) + 1):
        one = Overlap(left=left, right=right, matched=matched, smallest_cell=CELL)
        told = one.told()
        assert one.at_least <= matched
        if not one.exact:
            assert float(told["left_rate"].removeprefix(">=")) <= matched / left
            for name, rest in (("left_only", left - matched), ("right_only", right - matched)):
                words = told[name]
                most = int(words[2:]) if words.startswith("<=") else int(words[1:]) - 1
                assert rest <= most


def test_a_repr_shows_neither_matches_nor_firms():
    shown = repr(matching(ids(0, 40), ids(15, 70)))
    assert "25" not in shown
    assert "0000" not in shown


def test_none_and_few_are_told_in_the_same_words():
    assert {told_count(count, 10) for count in range(10)} == {"<10"}
    assert told_count(10, 10) == 10


@pytest.mark.parametrize("wrong", [{"smallest_cell": 0}, {"matched": 31}])
def test_counts_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValueError, match="smallest cell of 1 or more"):
        Overlap(**{"left": 30, "right": 40, "matched": 15, **wrong})
