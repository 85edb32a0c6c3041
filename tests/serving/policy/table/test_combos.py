"""Names that hold in each row: one small code a row, whatever their number."""

import numpy as np
import pytest

from serving.policy.table import combos as module
from serving.policy.table.combos import combos


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 40, 130])
@pytest.mark.parametrize("room", [module.ROOM, 1])
def test_each_row_has_the_names_that_hold_there(count, room, monkeypatch):
    monkeypatch.setattr(module, "ROOM", room)
    draw = np.random.default_rng(count)
    marks = [(f"n{place}", draw.random(50) < 0.3) for place in range(count)]
    codes, names = combos(50, marks)
    assert [names[code] for code in codes] == [
        tuple(n for n, rows in marks if rows[row]) for row in range(50)
    ]
    assert len(set(names)) == len(names)


def test_a_name_that_comes_twice_is_told_once_where_it_came_first():
    yes, no = np.array([True]), np.array([False])
    codes, names = combos(1, [("a", no), ("b", yes), ("a", yes), ("b", yes)])
    assert names[codes[0]] == ("b", "a")


def test_equal_names_of_different_marks_have_one_code():
    codes, names = combos(2, [("a", np.array([True, False])), ("a", np.array([False, True]))])
    assert codes[0] == codes[1]
    assert names[codes[0]] == ("a",)
