import numpy as np
import pytest

from models.green.ladder import Ladder, first_cuts, fitted_ladder


def drawn(ladder, rows=20_000, seed=0):
    rng = np.random.default_rng(seed)
    margins = rng.normal(size=rows)
    return margins, (rng.random(rows)[:, None] < ladder.above(margins)).sum(axis=1)


def test_a_ladder_is_found_again_from_what_it_drew():
    true = Ladder(1.7, (-1.0, 0.4, 2.0))
    rng = np.random.default_rng(1)
    margins = rng.normal(size=40_000)
    place = (rng.logistic(size=40_000)[:, None] + true.slope * margins[:, None] > np.array(true.cuts)).sum(
        axis=1
    )
    found = fitted_ladder(margins, place, 4)
    assert found.slope * np.array(found.tilts) == pytest.approx([true.slope] * 3, rel=0.06)
    assert found.cuts == pytest.approx(true.cuts, abs=0.12)


def test_chances_add_up_to_the_firms_that_reach_each_step():
    margins, place = drawn(Ladder(0.8, (-0.5, 1.0)))
    above = fitted_ladder(margins, place, 3).above(margins)
    for step in (1, 2):
        assert above[:, step - 1].sum() == pytest.approx((place >= step).sum(), rel=1e-3)


def test_chances_fall_from_step_to_step_whatever_the_grades():
    place = np.random.default_rng(2).integers(0, 5, 200)
    above = fitted_ladder(np.linspace(-3, 3, 200), place, 5).above(np.linspace(-9, 9, 50))
    assert (np.diff(above, axis=1) <= 0).all()


def test_a_grade_without_a_firm_has_a_cut_all_the_same():
    place = np.array([0, 0, 2, 2] * 20)
    found = fitted_ladder(np.where(place > 0, 1.0, -1.0), place, 4)
    assert np.isfinite(found.cuts).all()


def test_margins_that_are_all_alike_give_the_shares():
    place = np.array([0] * 50 + [1] * 30 + [2] * 20)
    chances = fitted_ladder(np.full(100, 3.0), place, 3).probabilities(np.array([3.0]))[0]
    assert chances == pytest.approx([0.5, 0.3, 0.2], abs=0.01)
    assert (np.diff(first_cuts(place, 3)) > 0).all()


def test_margins_that_order_firms_backwards_are_not_turned_round():
    place = np.repeat([0, 1], 50)
    assert fitted_ladder(-place.astype(float), place, 2).slope > 0


def test_a_step_that_is_steeper_than_the_others_is_told_so():
    rng = np.random.default_rng(4)
    margins = rng.normal(size=20_000)
    sharp = margins + 0.1 * rng.normal(size=20_000) > 0.5
    place = np.where(sharp, 2, (margins + rng.logistic(size=20_000) > -1).astype(int))
    found = fitted_ladder(margins, place, 3)
    assert found.tilts[1] > 3 * found.tilts[0]
    above = found.above(np.linspace(-5, 5, 200))
    assert (np.diff(above, axis=1) <= 0).all()
    assert (np.diff(above, axis=0) >= 0).all()


def test_a_record_keeps_every_digit():
    one = Ladder(1 / 3, (0.1, 0.2 + 1e-16), (1 / 7, 1.0))
    assert Ladder.from_record(one.as_record()) == one
    plain = Ladder(1 / 3, (0.1, 0.2))
    assert Ladder.from_record(plain.as_record()) == plain
