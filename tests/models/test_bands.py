import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import ModelError
from models.bands import band_rates, fit_bands, is_monotone, pluto_tasche
from models.scale import Bands

# Pluto, Tasche (2005), arXiv cond-mat/0411699: three grades of 100, 400 and 300 obligors; per cent.
GRADES = (100, 400, 300)
PUBLISHED = [
    ((0, 0, 0), 0.0, 0.50, (0.09, 0.10, 0.23)),
    ((0, 0, 0), 0.0, 0.75, (0.17, 0.20, 0.46)),
    ((0, 0, 0), 0.0, 0.90, (0.29, 0.33, 0.76)),
    ((0, 0, 0), 0.0, 0.95, (0.37, 0.43, 0.99)),
    ((0, 0, 0), 0.0, 0.99, (0.57, 0.66, 1.52)),
    ((0, 0, 0), 0.0, 0.999, (0.86, 0.98, 2.28)),
    ((0, 2, 1), 0.0, 0.50, (0.46, 0.52, 0.56)),
    ((0, 2, 1), 0.0, 0.90, (0.83, 0.95, 1.29)),
    ((0, 0, 0), 0.12, 0.50, (0.15, 0.17, 0.37)),
    ((0, 0, 0), 0.12, 0.75, (0.40, 0.45, 0.92)),
    ((0, 0, 0), 0.12, 0.90, (0.86, 0.96, 1.89)),
]


@pytest.mark.parametrize(("bads", "correlation", "confidence", "per_cent"), PUBLISHED)
def test_most_prudent_bounds_are_the_published_ones(bads, correlation, confidence, per_cent):
    bounds = pluto_tasche(GRADES, bads, confidence=confidence, correlation=correlation)
    assert (100 * bounds).tolist() == pytest.approx(per_cent, abs=0.01)


counts = st.lists(st.tuples(st.integers(1, 300), st.floats(0, 1)), min_size=1, max_size=6)


@given(counts, st.floats(0.5, 0.99))
def test_bounds_never_fall_towards_worse_bands_nor_below_what_was_seen_there(drawn, confidence):
    rows = [many for many, _ in drawn]
    bads = [round(share * many) for many, share in drawn]
    bounds = pluto_tasche(rows, bads, confidence=confidence)
    assert (np.diff(bounds) >= 0).all()
    assert (bounds > 0).all()
    for place in range(len(rows)):
        assert bounds[place] >= sum(bads[place:]) / sum(rows[place:])


def test_more_confidence_and_correlated_defaults_are_more_prudent():
    plain = pluto_tasche(GRADES, (0, 2, 1))
    assert (pluto_tasche(GRADES, (0, 2, 1), confidence=0.99) > plain).all()
    assert (pluto_tasche(GRADES, (0, 2, 1), correlation=0.12) > plain).all()


def test_a_band_of_bad_firms_alone_is_bounded_by_certainty():
    assert pluto_tasche([10, 2], [0, 2])[-1] == 1.0


@pytest.mark.parametrize(
    ("rows", "bads", "settings", "message"),
    [
        ([10, 0], [0, 0], {}, "each needs firms, and no more bads"),
        ([10], [11], {}, "each needs firms, and no more bads"),
        ([10, 10], [1], {}, "each needs firms, and no more bads"),
        ([10], [1], {"confidence": 1.0}, "expected 0 < confidence < 1"),
        ([10], [1], {"correlation": 1.0}, "0 <= correlation < 1"),
    ],
)
def test_counts_that_cannot_be_are_refused(rows, bads, settings, message):
    with pytest.raises(ModelError, match=message):
        pluto_tasche(rows, bads, **settings)


def test_rates_are_told_best_band_first_and_empty_bands_are_left_out():
    rates = band_rates(list("CABBAC"), [1, 0, 0, 1, 0, 1], "ABCD")
    assert [(one.name, one.rows, one.bads) for one in rates] == [("A", 2, 0), ("B", 2, 1), ("C", 2, 2)]
    assert is_monotone(rates)
    assert not is_monotone(rates[::-1])


def test_a_band_of_few_bads_says_so_and_has_a_bound_above_nothing():
    safe, risky = band_rates(["A"] * 100 + ["B"] * 100, [0] * 100 + [1] * 20 + [0] * 80, "AB")
    assert safe.few
    assert not risky.few
    assert safe.observed.value == 0
    assert 0 < safe.prudent < risky.prudent
    assert risky.observed.low < 0.2 < risky.observed.high


def test_a_band_that_nobody_named_is_refused():
    with pytest.raises(ModelError, match="band 'Z' is none of A, B"):
        band_rates(["A", "Z"], [0, 1], "AB")


def _scored(rows, seed, slope=0.02):
    rng = np.random.default_rng(seed)
    points = np.rint(rng.normal(600, 60, rows)).astype(int)
    bad = (rng.random(rows) < 1 / (1 + np.exp(2 + slope * (points - 600)))).astype(int)
    return points, bad


@given(st.integers(60, 3000), st.integers(0, 50), st.sampled_from([2, 3, 5, 8]))
def test_the_bad_rate_rises_from_each_fitted_band_to_the_next(rows, seed, many):
    points, bad = _scored(rows, seed)
    names = "ABCDEFGH"[:many]
    try:
        bands = fit_bands(points, bad, names)
    except ModelError as error:
        assert "does not rise" in str(error)  # noqa: PT017 - so few bads may show no order at all
        return
    assert bands.names == tuple(names[: len(bands.names)])
    rates = band_rates(bands.of(points), bad, bands.names)
    assert len(rates) == len(bands.names)
    shown = [one.observed.value for one in rates]
    assert (np.diff(shown) > 0).all()
    assert min(one.rows for one in rates) >= 0.05 * rows


def test_enough_firms_fill_all_bands_and_floors_lie_where_risk_changes():
    points = np.repeat([720, 660, 610, 560, 500], 400)
    rates = np.repeat([0.005, 0.02, 0.06, 0.15, 0.4], 400)
    bad = (np.tile(np.arange(400), 5) < 400 * rates).astype(int)
    assert fit_bands(points, bad).floors == (720, 660, 610, 560)


def test_floors_do_not_depend_on_the_order_of_the_firms():
    points, bad = _scored(2000, 1)
    turned = np.random.default_rng(0).permutation(2000)
    assert fit_bands(points[turned], bad[turned]) == fit_bands(points, bad)


def test_few_steps_of_risk_make_few_bands():
    points, bad = np.repeat([700, 500], 50), np.repeat([0, 1], 50)
    assert fit_bands(points, bad) == Bands(("A", "B"), (700,))


def test_a_score_that_does_not_order_risk_has_no_bands():
    points, bad = _scored(2000, 0, slope=-0.02)
    with pytest.raises(ModelError, match="does not rise as points fall"):
        fit_bands(points, bad)


@pytest.mark.parametrize(
    ("points", "bad", "names"), [([], [], "AB"), ([1, 2], [0], "AB"), ([1, 2], [0, 1], "A")]
)
def test_bands_of_nothing_are_refused(points, bad, names):
    with pytest.raises(ModelError, match="expected two bands or more"):
        fit_bands(points, bad, names)
