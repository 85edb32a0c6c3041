"""Figures of groups beside each other, each with its interval: what lies apart, and what only seems to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from models.metrics import Estimate
from models.plots.canvas import (
    BLUE,
    GREY,
    INK,
    QUIET,
    SKY,
    TEXT,
    VERMILION,
    Key,
    draw,
    key,
    name_axes,
    per_cent,
    text_width,
)
from models.plots.spread import Say

WIDTH = 5.9
ROW = 0.3
"""Inches that a row takes."""

LONGEST = 16
"""Chinese characters of a label, or twice as many Latin letters, before it is cut."""

Rewrite = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a forest plot: a label, an estimate, and a second mark where there is one.

    A row without an estimate is a heading.
    """

    label: str
    estimate: Estimate | None = None
    mark: float | None = None


def auc_forest(rows: Sequence[Row], whole: float, say: Say, name: str) -> str:
    """AUC of each segment with its interval; the line is the AUC of all rows."""

    def paint(axes: Axes) -> None:
        axes.axvline(whole, color=GREY, linestyle="--", linewidth=1.2)
        _dots(axes, rows)
        known = [one.estimate for one in rows if one.estimate]
        axes.set_xlim(max(0.0, min([0.5, *(one.low for one in known)]) - 0.02), 1.01)
        axes.set_xlabel("AUC", labelpad=4)
        key(axes, [(say("segment_auc"), BLUE, "o"), (say("all_rows", value=f"{whole:.3f}"), GREY, "--")])

    return _framed(name, say("segment_auc_title"), rows, paint)


def rate_forest(rows: Sequence[Row], say: Say, name: str) -> str:
    """Observed rate of default of each group with its interval, and the predicted one as a mark."""

    def paint(axes: Axes) -> None:
        _dots(axes, rows)
        for place, one in enumerate(reversed(rows)):
            if one.mark is not None:
                axes.plot([one.mark], [place], marker="D", markersize=6, color=VERMILION, linestyle="none")
        right = _far_enough(rows)
        for place, one in enumerate(reversed(rows)):
            if one.estimate and one.estimate.high > right:
                axes.plot([right], [place], marker=">", markersize=7, color=SKY, clip_on=False)
        axes.set_xlim(0, right)
        axes.xaxis.set_major_formatter(per_cent)
        axes.set_xlabel(say("rate"), labelpad=4)
        entries: list[Key] = [(say("observed_interval"), BLUE, "o"), (say("predicted_mark"), VERMILION, "D")]
        key(axes, entries)

    return _framed(name, say("segment_rates_title"), rows, paint)


def by_month(
    months: Sequence[str],
    estimates: Sequence[Estimate],
    marks: Sequence[tuple[float, str, str]],
    say: Say,
    name: str,
    *,
    beside: Sequence[float] = (),
) -> str:
    """A figure month by month with intervals where they have a width, and named levels across.

    Args:
        months: Names, oldest first.
        estimates: The figure of each.
        marks: Levels: value, label, line style.
        say: Words: `month`, `<name>_axis`, `<name>_title`, `<name>_key`.
        name: Unique within a page.
        beside: A second figure of each month, as a grey line under `<name>_beside`; empty for none.
    """
    values = np.array([one.value for one in estimates])
    spread = np.maximum(
        [values - [one.low for one in estimates], [one.high for one in estimates] - values], 0
    )

    def paint(axes: Axes) -> None:
        places = np.arange(len(months))
        for level, _, style in marks:
            axes.axhline(level, color=VERMILION, linestyle=style, linewidth=1.3)
        axes.errorbar(
            places, values, yerr=spread, color=BLUE, ecolor=SKY, elinewidth=2.2, marker="o", markersize=5
        )
        step = max(1, -(-len(months) // 8))
        axes.set_xticks(places[::step], list(months)[::step])
        if beside:
            axes.plot(places, beside, color=GREY, linestyle="-", linewidth=1.4)
        highest = max([*(values + spread[1]), *beside, *(level for level, _, _ in marks)])
        axes.set_ylim(0, 1.1 * highest)
        axes.set_xlim(-0.5, len(months) - 0.5)
        name_axes(axes, say("month"), say(f"{name}_axis"))
        levels: list[Key] = [(label, VERMILION, style) for _, label, style in marks]
        chance: list[Key] = [(say(f"{name}_beside"), GREY, "-")] if beside else []
        key(axes, [(say(f"{name}_key"), BLUE, "-"), *chance, *levels])

    return draw(name, say(f"{name}_title"), paint, size=(WIDTH, 3.4))


def _dots(axes: Axes, rows: Sequence[Row]) -> None:
    for place, one in enumerate(reversed(rows)):
        if one.estimate is None:
            continue
        found = one.estimate
        axes.plot([found.low, found.high], [place] * 2, color=SKY, linewidth=2.6, solid_capstyle="butt")
        axes.plot([found.value], [place], marker="o", markersize=5.5, color=BLUE)


def _far_enough(rows: Sequence[Row]) -> float:
    """Where the axis of rates ends: an interval as wide as that of a single firm is cut; an arrow tells."""
    told = [max(one.estimate.value, one.mark or 0.0) for one in rows if one.estimate]
    highest = max((one.estimate.high for one in rows if one.estimate), default=0.1)
    return min(1.0, 1.06 * highest, 2.5 * max([*told, 0.02]))


def _framed(name: str, title: str, rows: Sequence[Row], paint: Callable[[Axes], None]) -> str:
    """As high as the rows ask for, as much room on the left as their labels."""
    labels = [_cut(one.label) for one in rows]
    left = (max(text_width(label) for label in labels) + 14) / 72
    height = ROW * len(rows) + 0.95

    def framed(axes: Axes) -> None:
        paint(axes)
        axes.grid(visible=False, axis="y")
        axes.set_ylim(-0.7, len(rows) - 0.3)
        axes.set_yticks([])
        for place, (label, one) in enumerate(zip(reversed(labels), reversed(rows), strict=True)):
            heading = one.estimate is None and one.mark is None
            axes.annotate(
                label,
                (0, place),
                xycoords=("axes fraction", "data"),
                xytext=(-8 if not heading else 8 - left * 72, 0),
                textcoords="offset points",
                ha="left" if heading else "right",
                va="center",
                color=INK if heading else QUIET,
                fontweight="bold" if heading else "normal",
                fontsize=TEXT,
            )

    margins = {"left": left / WIDTH, "right": 0.965, "bottom": 0.58 / height, "top": 1 - 0.37 / height}
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
