import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import ModelError
from models.calibration import Calibration, calibrated, calibrated_loss, platt


def drawn(rows, seed=0, truth=lambda margin: margin):
    """Margins, and labels whose log-odds are a function of them."""
    rng = np.random.default_rng(seed)
    margins = rng.normal(-1.5, 1.5, rows)
    return margins, (rng.random(rows) < 1 / (1 + np.exp(-truth(margins)))).astype(np.int64)


def rate(calibration, margins):
    return 1 / (1 + np.exp(-calibration.log_odds(margins)))


def test_platt_finds_the_curve_that_the_labels_were_drawn_from():
    slope, intercept = platt(*drawn(50_000, truth=lambda margin: 0.7 * margin - 0.4))
    assert slope == pytest.approx(0.7, abs=0.03)
    assert intercept == pytest.approx(-0.4, abs=0.05)


def test_platt_never_turns_a_ranking_round():
    margins, label = drawn(2_000)
    assert platt(-margins, label)[0] > 0


def test_a_weight_of_two_counts_as_two_firms():
    margins, label = drawn(3_000)
    weight = np.where(label == 1, 2.0, 1.0)
    twice = np.concatenate([margins, margins[label == 1]]), np.concatenate([label, label[label == 1]])
    assert platt(margins, label, weight) == pytest.approx(platt(*twice), rel=1e-3)


@pytest.mark.parametrize(("rows", "kind"), [(2_000, "platt"), (30_000, "isotonic")])
def test_the_sample_decides_how_much_the_curve_may_bend(rows, kind):
    assert calibrated(*drawn(rows)).kind == kind


def test_many_bads_and_few_goods_are_a_small_sample_too():
    margins, label = drawn(9_000, truth=lambda margin: margin + 7)
    assert calibrated(margins, label).kind == "platt"


def test_the_manner_may_be_told():
    assert calibrated(*drawn(30_000), manner="platt").kind == "platt"
    assert calibrated(*drawn(3_000), manner="isotonic").kind == "isotonic"
    with pytest.raises(ModelError, match="calibration is 'beta'; expected 'auto', 'platt' or 'isotonic'"):
        calibrated(*drawn(100), manner="beta")


def test_isotonic_follows_a_bend_that_platt_cannot():
    def bent(margin):
        return np.where(margin > -1, 1.6 * margin, 0.4 * margin - 1.2)

    margins, label = drawn(60_000, truth=bent)
    unseen, truth = drawn(60_000, seed=1, truth=bent)
    curved = calibrated(margins, label, manner="isotonic")
    straight = calibrated(margins, label, manner="platt")
    for low, high in [(-6, -3), (-3, -1), (-1, 0), (0, 1), (1, 4)]:
        there = (unseen >= low) & (unseen < high)
        assert rate(curved, unseen[there]).mean() == pytest.approx(truth[there].mean(), rel=0.12)
    gap = abs(rate(straight, unseen[unseen < -3]).mean() / truth[unseen < -3].mean() - 1)
    assert gap > 0.15


@settings(max_examples=25, deadline=None)
@given(
    rows=st.integers(200, 3_000),
    seed=st.integers(0, 10_000),
    steps=st.integers(1, 50),
    ties=st.booleans(),
)
def test_every_curve_rises_strictly_and_stays_inside_zero_and_one(rows, seed, steps, ties):
    margins, label = drawn(rows, seed, truth=lambda margin: np.sin(steps * margin) - 1)
    margins = np.round(margins, 1) if ties else margins
    if not 1 < label.sum() < rows - 1:
        return
    curve = calibrated(margins, label, manner="isotonic")
    ladder = np.linspace(margins.min() - 5, margins.max() + 5, 500)
    assert (np.diff(curve.log_odds(ladder)) > 0).all()
    assert ((rate(curve, ladder) > 0) & (rate(curve, ladder) < 1)).all()


@pytest.mark.parametrize("manner", ["platt", "isotonic"])
def test_predicted_is_observed_on_the_whole(manner):
    margins, label = drawn(20_000, truth=lambda margin: 2 * np.tanh(margin) - 1)
    curve = calibrated(margins, label, manner=manner)
    assert rate(curve, margins).mean() == pytest.approx(label.mean(), rel=0.02)


def test_a_sample_of_ten_per_cent_moves_to_a_long_run_of_two():
    moved = Calibration(slope=1.0, intercept=0.0).toward(0.10, 0.02)
    assert rate(moved, np.log(0.2 / 0.8)) == pytest.approx(0.0439, abs=5e-5)


def test_the_long_run_changes_no_ranking_and_no_bend():
    margins, label = drawn(30_000)
    curve = calibrated(margins, label)
    moved = curve.toward(label.mean(), 0.02)
    shift = moved.log_odds(margins) - curve.log_odds(margins)
    assert np.allclose(shift, shift[0])
    assert moved.kind == curve.kind == "isotonic"


@pytest.mark.parametrize("long_run", [0, 1, -0.1, 2.0])
def test_a_long_run_that_is_no_share_is_refused(long_run):
    with pytest.raises(ModelError, match="expected a share between 0 and 1"):
        Calibration().toward(0.1, long_run)


@pytest.mark.parametrize("rows", [500, 30_000])
def test_a_record_keeps_every_digit(rows):
    margins, label = drawn(rows)
    curve = calibrated(margins, label)
    again = Calibration.from_record(json.loads(json.dumps(curve.as_record())))
    assert again == curve
    assert (again.log_odds(margins) == curve.log_odds(margins)).all()


def test_a_firm_alone_gets_what_it_gets_among_others():
    margins, label = drawn(30_000)
    curve = calibrated(margins, label)
    batch = curve.log_odds(margins)
    assert [curve.log_odds(margins[[row]])[0] for row in range(200)] == batch[:200].tolist()


def test_the_calibrated_loss_forgives_margins_that_exaggerate():
    margins, label = drawn(5_000)
    bold = 2 * margins + 1
    assert calibrated_loss(bold, label) < np.mean(np.logaddexp(0, bold) - label * bold)


def test_margins_that_rank_backwards_are_not_turned_round_to_look_good():
    margins, label = drawn(5_000)
    backwards = -0.3 * margins
    plain = np.mean(np.logaddexp(0, backwards) - label * backwards)
    assert calibrated_loss(backwards, label) == pytest.approx(plain)
