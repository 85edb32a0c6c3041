"""Curves through few points: none lets a single firm through."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.lab.uplift_plots import Bar, coarse, curves, sides_plot

loans = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 20)), min_size=1, max_size=60)


@given(loans, st.integers(1, 8))
def test_between_two_points_lie_enough_of_both_classes(rows, smallest):
    bad, risk = np.array(rows).T
    found = coarse(bad, risk, smallest)
    pieces = np.diff(np.array([(0, 0), *found]), axis=0)
    assert all(bads >= smallest and all_ - bads >= smallest for all_, bads in pieces)
    if found:
        assert found[-1] == (len(bad), bad.sum())
    else:
        assert min(bad.sum(), len(bad) - bad.sum()) < smallest


@given(loans)
def test_equally_risky_loans_are_never_set_apart(rows):
    bad, risk = np.array(rows).T
    ends = {int((risk >= level).sum()) for level in risk}
    assert {all_ for all_, _ in coarse(bad, risk, 1)} <= ends


def test_the_curves_go_from_none_to_all():
    rows, goods, bads = curves([(4, 2), (10, 3)])
    assert rows.tolist() == pytest.approx([0, 0.4, 1])
    assert goods.tolist() == pytest.approx([0, 2 / 7, 1])
    assert bads.tolist() == pytest.approx([0, 2 / 3, 1])


def test_a_long_name_is_cut_and_each_side_has_a_key():
    svg = sides_plot([Bar("名" * 40, "bank", 3.0), Bar("b", "platform", 1.0)], lambda path: path)
    assert "…" in svg
    assert "sides.bank" in svg
    assert "sides.platform" in svg
