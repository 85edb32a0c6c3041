"""What a retraining recommends, and why: promote, keep or investigate. It never promotes."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import inf
from typing import Any, Literal

from pipelines.retraining.journal import Told
from pipelines.retraining.limits import Limits
from pipelines.retraining.words import segment_zh, words

Advice = Literal["promote", "keep", "investigate"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for a recommendation.

    Attributes:
        code: Its name in `words.zh.yaml`.
        speaks_for: Which recommendation.
        zh: In Chinese.
        en: In English.
    """

    code: str
    speaks_for: Advice
    zh: str
    en: str


def advise(challenger: Told, comparison: Told, moved: Told | None, limits: Limits) -> Told:
    """The recommendation with its reasons, those that decide it first.

    Whatever asks for a person's look comes first; without any, a clear gain or probabilities put right speak
    for promoting, and all else for keeping.

    Args:
        challenger: As `Challenger.registered` gives it.
        comparison: As `compare` gives it.
        moved: As `moves` gives them; None where no challenger stands.
        limits: The numbers in force.

    Returns:
        `advice` and `reasons`, for JSON.
    """
    found = [*_of_checks(challenger), *_of_comparison(comparison, limits), *_of_moves(moved, limits)]
    if not comparison["unfair"]:
        found += _of_figures(comparison, limits)
    spoken = {one.speaks_for for one in found}
    advice: Advice = (
        "investigate" if "investigate" in spoken else "promote" if "promote" in spoken else "keep"
    )
    found.sort(key=lambda one: one.speaks_for != advice)
    return {"advice": advice, "reasons": [asdict(one) for one in found]}


def _of_checks(challenger: Told) -> Iterator[Reason]:
    if challenger["refused"]:
        failed = [one for one in challenger["checks"] if not one["passed"] and one["severity"] == "gate"]
        named = "、".join(f"{one['number']} {one['finding_zh'] or one['finding']}" for one in failed)
        zh, en = _said("refused", named=named)
        named_en = "; ".join(f"{one['number']} {one['name']}: {one['finding']}" for one in failed)
        yield Reason("refused", "investigate", zh, _said("refused", named=named_en)[1] if failed else en)


def _of_comparison(comparison: Told, limits: Limits) -> Iterator[Reason]:
    if comparison["unfair"]:
        yield _reason(
            comparison["unfair"],
            "investigate",
            until=comparison["champion_learnt_until"],
            first=comparison["first"],
            needed=limits["fewest_bads"].value,
            bads=comparison["bads"],
            rows=comparison["rows"],
        )
        return
    for one in comparison["segments"]:
        segment = segment_zh(one["column"], one["word"])
        if one["worse"]:
            gain = one["gain"]["value"]
            yield _reason(
                "segment_worse",
                "investigate",
                segment=segment,
                value=gain,
                rows=one["rows"],
                bads=one["bads"],
            )
        if one["newly_off"]:
            ratio, before = (_ratio(one[f"{model}_ratio"]) for model in ("challenger", "champion"))
            yield _reason("segment_off", "investigate", segment=segment, ratio=ratio, before=before)


def _of_moves(moved: Told | None, limits: Limits) -> Iterator[Reason]:
    if moved is None:
        return
    for name in ("band_migration", "far_migration"):
        if moved[name] > limits[name].value:
            yield _reason(name, "investigate", share=moved[name], limit=limits[name].value)
    if moved["score_psi"] > limits["score_psi"].value:
        yield _reason("score_psi", "investigate", value=moved["score_psi"], limit=limits["score_psi"].value)


def _of_figures(comparison: Told, limits: Limits) -> Iterator[Reason]:
    before, after = (_ratio(comparison[model]["ratio"]) for model in ("champion", "challenger"))
    off = {model: is_off(comparison[model]["ratio"], limits) for model in ("champion", "challenger")}
    yield _of_gain(comparison["gain"], limits["least_gain"].value, champion_off=off["champion"])
    if off["champion"] and off["challenger"]:
        yield _reason("both_off", "investigate", before=before, after=after)
    elif off["champion"]:
        yield _reason("calibration", "promote", before=before, after=after)
    elif off["challenger"]:
        yield _reason("newly_off", "investigate", before=before, after=after)
    else:
        yield _reason("calibrated", "keep", before=before)


def _of_gain(gain: Told, least: float, *, champion_off: bool) -> Reason:
    """What the whole interval says; a loss beside a champion that is off is for a person to weigh."""
    if gain["low"] > least:
        return _reason("gain", "promote", **gain, limit=least)
    if gain["high"] < 0:
        return _reason("loss", "investigate" if champion_off else "keep", **gain)
    return _reason("small_gain" if gain["low"] > 0 else "no_gain", "keep", **gain, limit=least)


def is_off(ratio: Told, limits: Limits) -> bool:
    """Whether predicted over observed leaves its bounds, and not by chance."""
    value, low, high = _ratio(ratio), ratio["low"], ratio["high"]
    too_kind = value < limits["calibration_low"].value and high is not None and high < 1
    too_harsh = value > limits["calibration_high"].value and low is not None and low > 1
    return bool(too_kind or too_harsh)


def _ratio(told: Told) -> float:
    """A ratio that JSON could not hold is that of no bads at all."""
    return inf if told["value"] is None else float(told["value"])


def _reason(code: str, speaks_for: Advice, **figures: Any) -> Reason:
    return Reason(code, speaks_for, *_said(code, **figures))


def _said(code: str, **figures: Any) -> tuple[str, str]:
    zh, en = words()["reasons"][code]
    return zh.format(**figures), en.format(**figures)
