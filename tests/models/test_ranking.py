"""Which reasons are told of one row, against what is told of the same row among many."""

import numpy as np
import pytest

from models.ranking import NONE, ranked, ranked_alone

REASONS = ("debt", "debt", "sales", "tax", "debt", "court")


@pytest.mark.parametrize("direction", ["lowers", "raises"])
@pytest.mark.parametrize("top", [1, 3, 20])
def test_one_row_is_told_what_it_is_told_among_many(direction, top):
    rng = np.random.default_rng(0)
    reasons = (*REASONS, *("energy",) * 20)
    points = np.round(3 * rng.normal(size=(400, len(reasons))), 1)
    many = ranked(points, reasons, top, direction)
    for row, moved in enumerate(points):
        expected = [
            (int(column), float(gain))
            for column, gain in zip(many.columns[:, row], many.points[:, row], strict=True)
            if column != NONE
        ]
        assert ranked_alone(moved, reasons, top, direction) == expected


def test_one_row_is_left_as_it_was():
    points = np.array([-3.0, 1.0, -4.0, 0.0, 0.0, -0.2])
    before = points.copy()
    assert ranked_alone(points, REASONS, 5, "lowers") == [(2, -4.0), (0, -2.0)]
    assert (points == before).all()


def test_no_columns_have_no_reasons():
    assert ranked_alone(np.empty(0), (), 5, "lowers") == []
