import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from models import plots
from models.plots.canvas import MOST_POINTS, draw, thinned
from models.scale import Bands, Scale

SVG = "{http://www.w3.org/2000/svg}"


def sample(rows=1500, seed=5):
    rng = np.random.default_rng(seed)
    risk = 1 / (1 + np.exp(3.2 - 1.2 * rng.normal(size=rows)))
    bad = (rng.random(rows) < risk).astype(np.int64)
    bad[:2] = [0, 1]
    return bad, risk


def every_plot(bad, risk):
    bands, points = Bands(), Scale().points(risk)
    return {
        "roc": plots.roc_plot(bad, risk),
        "ks": plots.ks_plot(bad, risk),
        "gains": plots.gains_plot(bad, risk),
        "separation": plots.separation_plot(points, bad, bands.floors, bands.names),
        "points": plots.points_plot(points, bands.floors, bands.names),
        "calibration": plots.calibration_plot(plots.calibration_groups(bad, risk)),
        "oracle": plots.oracle_plot([("最优排序", 0.71), ("模型", 0.58), ("最强单一特征", 0.38)]),
    }


@pytest.fixture(scope="module")
def drawn():
    return every_plot(*sample())


NAMES = ["roc", "ks", "gains", "separation", "points", "calibration", "oracle"]


@pytest.mark.parametrize("name", NAMES)
def test_a_plot_is_well_formed_and_scales_with_its_place(drawn, name):
    root = ET.fromstring(drawn[name])  # noqa: S314 - drawn by us
    assert root.tag == f"{SVG}svg"
    assert root.get("viewBox")
    assert root.get("width") is None
    assert root.get("aria-label")


@pytest.mark.parametrize("name", NAMES)
def test_text_stays_text_in_fonts_that_know_chinese(drawn, name):
    texts = ET.fromstring(drawn[name]).iter(f"{SVG}text")  # noqa: S314 - drawn by us
    told = [(text.text, text.get("style")) for text in texts]
    assert any(re.search("[一-龥]", text) for text, _ in told)
    assert all("Noto Sans CJK SC" in style and "DejaVu" not in style for _, style in told)


@pytest.mark.parametrize("name", NAMES)
def test_every_reference_leads_to_an_id_of_the_same_plot(drawn, name):
    used = set(re.findall(r'(?:url\(|href=")#([^")]+)', drawn[name]))
    assert used == set(re.findall(r' id="([^"]+)"', drawn[name]))
    assert all(one.startswith(f"{name}-") for one in used)


def test_no_id_of_one_plot_occurs_in_another(drawn):
    ids = [one for svg in drawn.values() for one in re.findall(r' id="([^"]+)"', svg)]
    assert len(ids) == len(set(ids))


def test_the_same_data_give_the_same_bytes(drawn):
    assert every_plot(*sample()) == drawn


@pytest.mark.parametrize("name", NAMES)
def test_a_plot_has_no_style_sheet_no_date_and_nothing_from_outside(drawn, name):
    assert "<style" not in drawn[name]
    assert "<metadata" not in drawn[name]
    assert set(re.findall(r"https?://[^\"]+", drawn[name])) == {"http://www.w3.org/2000/svg"}


def test_many_rows_do_not_make_a_heavy_page():
    for svg in every_plot(*sample(60_000)).values():
        assert len(svg) < 80_000


@pytest.mark.parametrize(
    ("bad", "risk"),
    [([0, 1], [0.1, 0.9]), ([0, 1, 1], [0.5, 0.5, 0.5]), ([1, 0, 0], [0.1, 0.2, 0.999999])],
    ids=["two rows", "one probability", "wrong way round"],
)
def test_extreme_samples_are_drawn_without_a_warning(bad, risk):
    for svg in every_plot(np.array(bad), np.array(risk)).values():
        ET.fromstring(svg)  # noqa: S314 - drawn by us


def test_only_the_missing_glyph_is_forgiven():
    with pytest.raises(RuntimeWarning):
        draw("warns", "警告", lambda axes: axes.plot([0, 1], np.log([0.0, 1.0])))


def test_drawing_leaves_the_settings_of_others_alone():
    from matplotlib import rcParams

    before = dict(rcParams)
    plots.roc_plot(*sample(50))
    assert dict(rcParams) == before


def test_ks_in_the_plot_is_the_ks_of_the_metrics(drawn):
    from models.metrics import ks

    assert f"KS = {ks(*sample()):.3f}" in drawn["ks"]


def test_a_wilson_interval_holds_the_share_and_stays_within_bounds():
    for bads, rows in [(0, 1), (1, 1), (0, 1000), (7, 20), (1000, 1000)]:
        found = plots.wilson(bads, rows)
        assert 0 <= found.low <= found.value <= found.high <= 1


def test_a_share_of_no_rows_is_refused():
    with pytest.raises(ValueError, match="at least one row"):
        plots.wilson(0, 0)


def test_groups_hold_every_row_once_and_rise_in_risk():
    bad, risk = sample()
    groups = plots.calibration_groups(bad, risk)
    assert len(groups) == 10
    assert sum(group.rows for group in groups) == len(bad)
    assert sum(group.bads for group in groups) == bad.sum()
    assert [group.predicted for group in groups] == sorted(group.predicted for group in groups)


def test_few_bads_make_fewer_groups():
    bad, risk = np.array([0] * 90 + [1] * 16), np.linspace(0.01, 0.4, 106)
    assert len(plots.calibration_groups(bad, risk)) == 3


def test_rows_of_one_probability_stay_together():
    assert [group.rows for group in plots.calibration_groups([0, 1, 0, 1], [0.2, 0.2, 0.2, 0.2])] == [4]


def test_gains_do_not_depend_on_the_order_of_equal_rows():
    one = plots.captured([1, 0, 1, 0], [0.5, 0.5, 0.5, 0.1], [0.25, 0.5])
    assert one == plots.captured([0, 1, 1, 0], [0.5, 0.5, 0.5, 0.1], [0.25, 0.5])


def test_thinning_keeps_both_ends_and_what_must_stay():
    places = thinned(10_000, 17)
    assert places[0] == 0
    assert places[-1] == 9_999
    assert 17 in places
    assert len(places) <= MOST_POINTS + 1
