"""The plots of the lab's report: who ranks how well, what joining gains, and which side carries it.

Curves are drawn through few points: between two of them lie at least as many good and as many bad loans as
the agreement's smallest cell, so that no point tells of a single firm.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from models.metrics import Estimate
from models.plots.canvas import (
    BLUE,
    GREY,
    INK,
    QUIET,
    SKY,
    TEXT,
    VERMILION,
    draw,
    key,
    name_axes,
    per_cent,
    percent_axes,
    text_width,
)

Say = Callable[..., str]
"""The words of a page by their path."""

Counts = list[tuple[int, int]]
"""Rows and bads among them, counted from the riskiest on, at each point of a curve."""

COLOURS = {"pooled": BLUE, "bank": VERMILION, "platform": GREY}
STROKES = {"pooled": "-", "bank": "--", "platform": ":"}
"""Colour and stroke of what each candidate knows: strokes tell them apart on grey paper."""

WIDTH, ROW = 5.9, 0.34
LONGEST = 17
"""Chinese characters of a label before it is cut."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One column of the model: its name, its side, and how far it moves scores on average, in points."""

    label: str
    side: str
    points: float


@dataclass(frozen=True, slots=True)
class Gain:
    """What one candidate ranks better than another, with its interval."""

    label: str
    estimate: Estimate


def coarse(bad: ArrayLike, pd_: ArrayLike, smallest: int) -> Counts:
    """Points of a curve from the riskiest row on, so few that nothing small lies between two of them.

    Rows of one probability stay together. What is left at the end joins the last piece.

    >>> coarse([1, 0, 1, 0, 1, 0], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4], 1)
    [(2, 1), (4, 2), (6, 3)]
    >>> coarse([1, 0, 1, 0, 1, 0], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4], 2)
    [(6, 3)]

    Args:
        bad: 1 for default.
        pd_: Rises with risk.
        smallest: Good rows, and bad ones, that each piece holds at least.

    Returns:
        Rows and bads up to each point; the last holds all. Empty where one class is smaller than that.
    """
    truth, risk = np.asarray(bad, dtype=np.int64), -np.asarray(pd_, dtype=float)
    _, place = np.unique(risk, return_inverse=True)
    steps = np.cumsum(np.column_stack([np.bincount(place), np.bincount(place, weights=truth)]), axis=0)
    found: Counts = []
    before = (0, 0)
    for rows, bads in steps.astype(np.int64).tolist():
        more, worse = rows - before[0], bads - before[1]
        if worse >= smallest and more - worse >= smallest:
            found.append((rows, bads))
            before = (rows, bads)
    return [*found[:-1], (len(truth), int(truth.sum()))] if found else []


def curves(counts: Counts) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Shares of all rows, of good and of bad ones at each point, from none to all."""
    table = np.array([(0, 0), *counts], dtype=float)
    rows, bads = table[:, 0], table[:, 1]
    goods = rows - bads
    return rows / rows[-1], goods / goods[-1], bads / bads[-1]


def roc_plot(found: dict[str, Counts], areas: dict[str, float], say: Say, name: str = "lab-roc") -> str:
    """ROC curves of the candidates on the same loans."""

    def paint(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color="#c5ccd3", linewidth=1.0)
        for who, counts in found.items():
            _, goods, bads = curves(counts)
            axes.plot(goods, bads, color=COLOURS[who], linestyle=STROKES[who], marker="o", markersize=3.5)
        percent_axes(axes)
        name_axes(axes, say("plots.false_alarms"), say("plots.found"))
        lines = [f"{say(f'candidates.{who}')} AUC {areas[who]:.3f}" for who in found]
        for place, (who, line) in enumerate(zip(reversed(found), reversed(lines), strict=True)):
            axes.text(0.97, 0.06 + 0.085 * place, line, ha="right", color=COLOURS[who])
        key(axes, [(say(f"candidates.{who}"), COLOURS[who], STROKES[who]) for who in found])

    return draw(name, say("plots.roc"), paint)


def gains_plot(found: dict[str, Counts], say: Say, name: str = "lab-gains") -> str:
    """Share of all defaults found among the riskiest share of loans, for each candidate."""

    def paint(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color="#c5ccd3", linewidth=1.0)
        for who, counts in found.items():
            rows, _, bads = curves(counts)
            axes.plot(rows, bads, color=COLOURS[who], linestyle=STROKES[who], marker="o", markersize=3.5)
        percent_axes(axes)
        name_axes(axes, say("plots.looked_at"), say("plots.found_share"))
        key(axes, [(say(f"candidates.{who}"), COLOURS[who], STROKES[who]) for who in found])

    return draw(name, say("plots.gains"), paint)


def gain_plot(rows: Sequence[Gain], say: Say, name: str = "lab-uplift") -> str:
    """Differences of AUC with their intervals; one that reaches zero leaves open which ranks better."""

    def paint(axes: Axes) -> None:
        axes.axvline(0, color=GREY, linestyle="--", linewidth=1.2)
        for place, one in enumerate(reversed(rows)):
            found = one.estimate
            axes.plot([found.low, found.high], [place] * 2, color=SKY, linewidth=3.0, solid_capstyle="butt")
            axes.plot([found.value], [place], marker="o", markersize=6, color=BLUE)
        axes.set_xlabel(say("plots.gain"), labelpad=4)

    return _in_rows(name, say("plots.gain_title"), [one.label for one in rows], paint)


def sides_plot(bars: Sequence[Bar], say: Say, name: str = "lab-sides") -> str:
    """How far each column moves scores on average, largest first; the colour tells whose column it is."""

    def paint(axes: Axes) -> None:
        for place, one in enumerate(reversed(bars)):
            axes.barh([place], [one.points], color=_of_side(one.side), height=0.66)
            axes.text(one.points, place, f" {one.points:.1f}", va="center", color=INK, fontsize=TEXT - 1.5)
        axes.set_xlim(0, 1.14 * max([one.points for one in bars] + [0.1]))
        axes.set_xlabel(say("plots.points"), labelpad=4)
        there = [side for side in ("bank", "platform") if any(one.side == side for one in bars)]
        key(axes, [(say(f"sides.{side}"), _of_side(side), "fill") for side in there])

    return _in_rows(name, say("plots.sides"), [one.label for one in bars], paint, top=0.37)


def share_plot(shares: dict[str, float], say: Say, name: str = "lab-shares") -> str:
    """What each side carries of all that moves scores: one bar that is 100 % long."""

    def paint(axes: Axes) -> None:
        left = 0.0
        for side, value in shares.items():
            axes.barh([0], [value], left=[left], color=_of_side(side), height=0.7)
            if text_width(told := f"{value:.0%}") < value * 300:
                axes.text(left + value / 2, 0, told, ha="center", va="center", color="#ffffff", fontsize=14)
            left += value
        axes.set_xlim(0, 1)
        axes.set_ylim(-0.6, 0.6)
        axes.set_yticks([])
        axes.grid(visible=False)
        axes.spines["left"].set_visible(False)
        axes.xaxis.set_major_formatter(per_cent)
        key(axes, [(say(f"sides.{side}"), _of_side(side), "fill") for side in shares])

    margins = {"left": 0.03, "right": 0.965, "bottom": 0.24, "top": 0.74}
    return draw(name, say("plots.shares"), paint, size=(WIDTH, 1.45), margins=margins)


def _of_side(side: str) -> str:
    return VERMILION if side == "bank" else BLUE


def _in_rows(
    name: str, title: str, labels: Sequence[str], paint: Callable[[Axes], None], top: float = 0.12
) -> str:
    """As high as the rows ask for, with as much room on the left as their labels."""
    shown = [_cut(label) for label in labels]
    left = (max(text_width(label) for label in shown) + 14) / 72
    height = ROW * len(shown) + 0.6 + top

    def framed(axes: Axes) -> None:
        paint(axes)
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_visible(False)
        axes.set_ylim(-0.7, len(shown) - 0.3)
        axes.set_yticks([])
        for place, label in enumerate(reversed(shown)):
            room: dict[str, Any] = {"ha": "right", "va": "center", "color": QUIET, "fontsize": TEXT}
            axes.annotate(
                label,
                (0, place),
                xycoords=("axes fraction", "data"),
                xytext=(-8, 0),
                textcoords="offset points",
                **room,
            )

    margins = {"left": left / WIDTH, "right": 0.965, "bottom": 0.58 / height, "top": 1 - top / height}
    return draw(name, title, framed, size=(WIDTH, height), margins=margins)


def _cut(label: str) -> str:
    """A label that leaves room for the plot.

    >>> _cut("a short one")
    'a short one'
    """
    most = LONGEST * TEXT
    if text_width(label) <= most:
        return label
    while text_width(label) > most - TEXT:
        label = label[:-1]
    return f"{label}…"
