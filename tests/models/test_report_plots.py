"""The plots of the model report: banded curves, forests, effects."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from models.dependence import Dependence
from models.metrics import Estimate, ks
from models.plots.banded import (
    gains_with_band,
    ks_with_band,
    lift_by_tenth,
    reliability,
    roc_with_band,
    score_distribution,
)
from models.plots.canvas import text_width
from models.plots.curves import calibration_groups, captured
from models.plots.effects import Effect, dependence_plot, shapley_plot
from models.plots.forest import Row, auc_forest, by_month, rate_forest
from models.plots.spread import LOOKED_AT, draws, redrawn
from models.report.words import LANGUAGES, Words
from models.scale import Bands, Scale

SVG = "{http://www.w3.org/2000/svg}"


def say(key, /, **said):
    return " ".join(["词", key, *map(str, said.values())])


def sample(rows=1200, seed=5):
    rng = np.random.default_rng(seed)
    risk = 1 / (1 + np.exp(3.2 - 1.2 * rng.normal(size=rows)))
    bad = (rng.random(rows) < risk).astype(np.int64)
    bad[:2] = [0, 1]
    return bad, risk


def banded(bad, risk, say=say):
    scale, bands = Scale(), Bands()
    drawn = redrawn(bad, risk, scale.exact(np.log(risk / (1 - risk))), rounds=60)
    return {
        "roc": roc_with_band(drawn, Estimate(0.8, 0.75, 0.84), say, (bad, risk[::-1])),
        "ks": ks_with_band(drawn, say),
        "gains": gains_with_band(drawn, float(bad.mean()), say),
        "lift": lift_by_tenth(drawn, say),
        "calibration": reliability(calibration_groups(bad, risk), say),
        "scores": score_distribution(scale.points(risk), bad, bands.floors, bands.names, say),
    }


def dependence(**other):
    told = {
        "column": "x",
        "grid": (0.0, 1.0, 4.0),
        "mean": np.array([0.02, 0.03, 0.05]),
        "missing": 0.04,
        "share": np.array([0.7, 0.3]),
        "edges": np.array([0.0, 2.0, 4.0]),
        "missing_share": 0.1,
        "direction": 1,
    }
    return Dependence(**(told | other))


def others(say=say):
    rng = np.random.default_rng(0)
    rows = [
        Row("制造业", Estimate(0.05, 0.03, 0.08), 0.06),
        Row("一个长得写不下的行业名称" * 3, Estimate(0.2, 0.1, 0.4), 0.1),
        Row("只有一户", Estimate(0.0, 0.0, 0.8), 0.01),
    ]
    months = [Estimate(0.05, 0.05, 0.05), Estimate(0.3, 0.3, 0.3)]
    marks = [(0.1, "0.10", ":")]
    points, rank = rng.normal(size=300), rng.random(300)
    words = dependence(
        grid=("C17", "F51"), mean=np.array([0.02, 0.03]), share=np.array([0.7, 0.3]), missing=None
    )
    return {
        "segment-auc": auc_forest(rows, 0.8, say, "segment-auc"),
        "segment-rates": rate_forest(rows, say, "segment-rates"),
        "psi": by_month(["2026-01", "2026-02"], months, marks, say, "psi", beside=[0.1, 0.1]),
        "shapley": shapley_plot([Effect("甲" * 60, points, rank), Effect("乙", -points, rank * np.nan)], say),
        "dependence-0": dependence_plot(dependence(), "数", "元", say, "dependence-0"),
        "dependence-1": dependence_plot(words, "词", "", say, "dependence-1"),
    }


@pytest.fixture(scope="module")
def drawn():
    return banded(*sample()) | others()


NAMES = [
    *("roc", "ks", "gains", "lift", "calibration", "scores"),
    *("segment-auc", "segment-rates", "psi", "shapley", "dependence-0", "dependence-1"),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_plot_is_well_formed_with_its_own_ids_and_nothing_from_outside(drawn, name):
    root = ET.fromstring(drawn[name])  # noqa: S314 - drawn by us
    assert root.get("viewBox")
    assert root.get("aria-label").startswith("词 ")
    used = set(re.findall(r'(?:url\(|href=")#([^")]+)', drawn[name]))
    assert used == set(re.findall(r' id="([^"]+)"', drawn[name]))
    assert all(one.startswith(f"{name}-") for one in used)
    assert set(re.findall(r"https?://[^\"]+", drawn[name])) == {"http://www.w3.org/2000/svg"}


def test_no_id_of_one_plot_occurs_in_another(drawn):
    ids = [one for svg in drawn.values() for one in re.findall(r' id="([^"]+)"', svg)]
    assert len(ids) == len(set(ids))


def test_the_same_data_give_the_same_bytes(drawn):
    assert banded(*sample()) | others() == drawn


def test_words_come_from_the_page_alone(drawn):
    texts = [text.text for svg in drawn.values() for text in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314
    chinese = [text for text in texts if re.search("[一-龥]", text) and not text.startswith("词 ")]
    assert all(re.match("制造业|一个长|只有|甲|乙|元", text) for text in chinese)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_runs_out_of_the_picture(lang):
    words = Words(lang).plots()
    for svg in (banded(*sample(), words) | others(words)).values():
        root = ET.fromstring(svg)  # noqa: S314 - drawn by us
        width = float(root.get("viewBox").split()[2])
        for text in root.iter(f"{SVG}text"):
            moved = re.search(r"translate\((-?[\d.]+)", text.get("transform", ""))
            left = float(moved[1] if moved else text.get("x", "0"))
            begins = "text-anchor" not in text.get("style", "") and "rotate" not in text.get("transform", "")
            long = 0.85 * text_width(text.text) if begins else 0
            assert 0 <= left <= left + long <= width, text.text


def test_many_rows_do_not_make_a_heavy_page():
    for svg in banded(*sample(30_000)).values():
        assert len(svg) < 90_000


@pytest.mark.parametrize(
    ("bad", "risk"),
    [([0, 1], [0.1, 0.9]), ([0, 1, 1], [0.5, 0.5, 0.5]), ([1, 0, 0], [0.1, 0.2, 0.999999])],
    ids=["two rows", "one probability", "wrong way round"],
)
def test_extreme_samples_are_drawn_without_a_warning(bad, risk):
    for svg in banded(np.array(bad), np.array(risk)).values():
        ET.fromstring(svg)  # noqa: S314 - drawn by us


def test_bands_hold_the_curve_and_its_figures_are_those_of_the_metrics():
    bad, risk = sample()
    told = redrawn(bad, risk, -risk, rounds=80)
    for band in (told.roc, told.gains, told.good_below, told.bad_below):
        assert (band.low <= band.value).all()
        assert (band.value <= band.high).all()
    assert told.ks.value == pytest.approx(ks(bad, risk))
    assert [one.value for one in told.captured] == pytest.approx(captured(bad, risk, LOOKED_AT))
    assert told.brier.value == pytest.approx(np.mean((risk - bad) ** 2))
    assert np.mean([one.value for one in told.lift]) == pytest.approx(1)
    gap = told.bad_below.value - told.good_below.value
    assert gap.max() == pytest.approx(told.ks.value, abs=0.02)


def test_rows_told_twice_under_one_firm_make_no_band_narrower():
    bad, risk = sample(400)
    firms = np.arange(400)
    once = redrawn(bad, risk, -risk, firms, rounds=200)
    twice = redrawn(np.tile(bad, 2), np.tile(risk, 2), -np.tile(risk, 2), np.tile(firms, 2), rounds=200)
    assert (twice.roc.high - twice.roc.low).mean() == pytest.approx(
        (once.roc.high - once.roc.low).mean(), rel=0.02
    )


def test_a_draw_keeps_firms_whole_and_the_number_of_bad_ones():
    bad, firms = np.array([1, 0, 0, 0, 1, 1]), np.array([0, 0, 1, 2, 3, 3])
    for weights in draws(bad, firms, 20, 0):
        assert weights[0] == weights[1]
        assert weights[4] == weights[5]
        assert weights[0] + weights[4] == 2  # firms that ever turned bad
        assert weights[2] + weights[3] == 2


def test_an_interval_beyond_the_picture_is_cut_and_marked():
    rows = [Row("a", Estimate(0.02, 0.01, 0.03), 0.02), Row("b", Estimate(0.0, 0.0, 0.8), 0.02)]
    ticks = [text.text for text in ET.fromstring(rate_forest(rows, say, "cut")).iter(f"{SVG}text")]  # noqa: S314
    assert "80%" not in ticks
    assert "4%" in ticks or "5%" in ticks
