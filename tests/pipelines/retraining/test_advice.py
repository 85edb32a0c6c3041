"""Promote, keep or investigate: which figures speak for which."""

import copy

import pytest

from pipelines.retraining.advice import advise, is_off
from pipelines.retraining.limits import OWN, limits_of
from pipelines.retraining.page import lead
from pipelines.retraining.words import words


@pytest.fixture
def limits(home):
    return limits_of(home)


def ratio(value, half=0.1):
    return {"value": value, "low": value - half, "high": value + half}


QUIET = {
    "challenger": {"refused": None, "checks": []},
    "comparison": {
        "unfair": None, "champion_learnt_until": "2024-04-30", "first": "2025-05-01",
        "rows": 1826, "bads": 125,
        "gain": {"value": 0.001, "low": -0.011, "high": 0.013},
        "champion": {"ratio": ratio(1.05)}, "challenger": {"ratio": ratio(0.98)}, "segments": [],
    },
    "moved": {"band_migration": 0.25, "far_migration": 0.01, "score_psi": 0.02},
}  # fmt: skip


def advised(limits, **changed):
    """The recommendation where figures at paths such as `comparison.gain.low` are others."""
    told = copy.deepcopy(QUIET)
    for path, value in changed.items():
        *folders, name = path.split("__")
        place = told
        for folder in folders:
            place = place[folder]
        place[name] = value
    found = advise(told["challenger"], told["comparison"], told["moved"], limits)
    return found["advice"], [one["code"] for one in found["reasons"]], found["reasons"]


SEGMENT = {
    "column": "district", "word": "吴兴区", "rows": 490, "bads": 34, "worse": False, "newly_off": False,
    "gain": {"value": -0.08, "low": -0.12, "high": -0.04},
    "champion_ratio": ratio(1.0), "challenger_ratio": ratio(0.5),
}  # fmt: skip
GAIN = {"value": 0.03, "low": 0.004, "high": 0.056}
LOSS = {"value": -0.03, "low": -0.05, "high": -0.01}


@pytest.mark.parametrize(
    ("changed", "advice", "first"),
    [
        ({}, "keep", "no_gain"),
        ({"comparison__gain": GAIN}, "promote", "gain"),
        ({"comparison__gain": GAIN | {"low": 0.0}}, "keep", "no_gain"),
        ({"comparison__gain": LOSS}, "keep", "loss"),
        ({"comparison__gain": LOSS | {"high": 0.0}}, "keep", "no_gain"),
        ({"comparison__gain": LOSS, "comparison__champion__ratio": ratio(1.5)}, "investigate", "loss"),
        (
            {"comparison__gain": GAIN, "comparison__challenger__ratio": ratio(0.72)},
            "investigate",
            "newly_off",
        ),
        ({"comparison__challenger__ratio": ratio(1.4)}, "investigate", "newly_off"),
        ({"comparison__gain": GAIN, "comparison__challenger__ratio": ratio(0.72, 0.3)}, "promote", "gain"),
        ({"comparison__champion__ratio": ratio(1.5)}, "promote", "calibration"),
        ({"comparison__champion__ratio": ratio(0.6)}, "promote", "calibration"),
        ({"comparison__champion__ratio": ratio(1.5, 0.6)}, "keep", "no_gain"),
        ({"comparison__champion__ratio": ratio(1.2)}, "keep", "no_gain"),
        (
            {"comparison__champion__ratio": ratio(1.5), "comparison__challenger__ratio": ratio(1.4)},
            "investigate",
            "both_off",
        ),
        ({"moved__band_migration": 0.41, "comparison__gain": GAIN}, "investigate", "band_migration"),
        ({"moved__band_migration": 0.40, "comparison__gain": GAIN}, "promote", "gain"),
        ({"moved__far_migration": 0.06}, "investigate", "far_migration"),
        ({"moved__score_psi": 0.26}, "investigate", "score_psi"),
        ({"comparison__segments": [SEGMENT]}, "keep", "no_gain"),
        ({"comparison__segments": [SEGMENT | {"worse": True}]}, "investigate", "segment_worse"),
        ({"comparison__segments": [SEGMENT | {"newly_off": True}]}, "investigate", "segment_off"),
        ({"comparison__unfair": "learnt_later", "comparison__gain": GAIN}, "investigate", "learnt_later"),
        ({"comparison__unfair": "unknown_period"}, "investigate", "unknown_period"),
        ({"comparison__unfair": "few_bads", "comparison__gain": None}, "investigate", "few_bads"),
        ({"challenger__refused": "not registered", "moved": None}, "investigate", "refused"),
    ],
)
def test_each_figure_speaks_for_what_it_should(limits, changed, advice, first):
    found, codes, _ = advised(limits, **changed)
    assert (found, codes[0]) == (advice, first)


def test_what_is_no_chance_is_not_called_chance(home):
    """A loss, and a gain that is too little for a home's own limit."""
    home.root.mkdir()
    (home.root / OWN).write_text("least_gain: {value: 0.01, cites: 模型委员会 2026-09-01}", "utf-8")
    limits = limits_of(home)
    for gain, code in ((LOSS, "loss"), (GAIN, "small_gain")):
        advice, codes, reasons = advised(limits, comparison__gain=gain)
        assert (advice, codes[0]) == ("keep", code)
        assert "并非偶然" in reasons[0]["zh"]
        assert "beyond chance" in reasons[0]["en"]


def test_probabilities_put_right_are_told_beside_a_ranking_that_got_worse(limits):
    _, codes, _ = advised(limits, comparison__gain=LOSS, comparison__champion__ratio=ratio(0.6))
    assert codes == ["loss", "calibration"]


def test_a_challenger_that_is_off_is_told_with_both_ratios(limits):
    found = advised(limits, comparison__gain=GAIN, comparison__challenger__ratio=ratio(0.72))
    assert found[1] == ["newly_off", "gain"]
    assert found[2][0]["zh"] == "挑战者的违约概率失准（预测与实际之比 0.72），现任模型没有（1.05）"


def test_the_page_says_that_checks_found_nothing_only_where_they_did():
    check = {"number": "C05", "passed": True, "severity": "warning"}
    found = {"advice": "promote", "checks": [check]}
    assert "各项检查未见问题" in lead(found)
    warned = lead(found | {"checks": [check | {"passed": False}]})
    assert "各项检查未见问题" not in warned
    assert "登记检查有提示（C05）" in warned
    assert lead({"advice": "keep", "checks": [check | {"passed": False}]}) == words()["lead"]["keep"]


def test_an_unfair_comparison_says_nothing_for_or_against(limits):
    _, codes, _ = advised(limits, comparison__unfair="learnt_later", comparison__gain=GAIN)
    assert codes == ["learnt_later"]


def test_every_reason_has_its_figures_in_both_languages(limits):
    _, codes, reasons = advised(
        limits,
        comparison__segments=[SEGMENT | {"worse": True, "newly_off": True}],
        moved={"band_migration": 0.9, "far_migration": 0.8, "score_psi": 1.5},
    )
    assert len(codes) == 7
    for one in reasons:
        assert one["zh"]
        assert one["en"]
        assert "{" not in one["zh"] + one["en"]
    assert "区县 吴兴区 排序变差：AUC 相差 -0.080（490 笔，违约 34 笔）" in [one["zh"] for one in reasons]
    assert set(words()["reasons"]) >= set(codes)


def test_no_bads_at_all_are_off_by_any_measure(limits):
    assert is_off({"value": None, "low": 3.1, "high": None}, limits)
    assert not is_off({"value": None, "low": 0.4, "high": None}, limits)
