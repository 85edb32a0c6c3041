"""What moves scores: Shapley values of many firms feature by feature, and partial dependence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from models.dependence import Dependence
from models.plots.canvas import (
    BLUE,
    GREY,
    INK,
    SKY,
    TEXT,
    VERMILION,
    draw,
    key,
    name_axes,
    per_cent,
    text_width,
)
from models.plots.spread import Say

Floats = NDArray[np.float64]

WIDTH, ROW = 11.8, 0.42
BINS = 60
LONGEST = 30
SHADES = LinearSegmentedColormap.from_list("value", [BLUE, "#d7dde4", VERMILION])
"""From low to high values of the feature."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One feature's points over many firms.

    Attributes:
        label: Name of the feature.
        points: Points by which it moved each score.
        rank: Where each firm's value lies among all, 0 lowest to 1 highest; missing where it has no order.
    """

    label: str
    points: Floats
    rank: Floats


def shapley_plot(effects: Sequence[Effect], say: Say, name: str = "shapley") -> str:
    """For each feature a strip over points: as thick as firms lie there, coloured by their values.

    Right of zero the feature raises the score. Grey where values are missing or have no order. A strip shows
    any number of firms without hiding some behind others.
    """
    extremes = np.concatenate([np.quantile(one.points, [0.002, 0.998]) for one in effects])
    low, high = float(min(extremes.min(), -1.0)), float(max(extremes.max(), 1.0))
    edges = np.linspace(low, high, BINS + 1)
    height = ROW * len(effects) + 1.15
    left = (max(text_width(_cut(one.label)) for one in effects) + 20) / 72

    def paint(axes: Axes) -> None:
        axes.axvline(0, color=GREY, linewidth=1.2)
        for place, one in enumerate(reversed(effects)):
            _strip(axes, one, edges, place)
        axes.set_yticks(range(len(effects)), [_cut(one.label) for one in reversed(effects)])
        axes.tick_params(axis="y", labelcolor=INK)
        axes.grid(visible=False, axis="y")
        axes.set_ylim(-0.6, len(effects) - 0.4)
        axes.set_xlim(low, high)
        axes.set_xlabel(say("points_moved"), labelpad=6)
        shades = [("low", BLUE), ("middle", to_hex(SHADES(0.5))), ("high", VERMILION), ("no_order", GREY)]
        key(axes, [(say(f"value_{word}"), colour, "fill") for word, colour in shades])

    margins = {"left": left / WIDTH, "right": 0.975, "bottom": 0.66 / height, "top": 1 - 0.4 / height}
    return draw(name, say("shapley_title"), paint, size=(WIDTH, height), margins=margins)


def _strip(axes: Axes, effect: Effect, edges: Floats, place: int) -> None:
    inside = np.clip(np.searchsorted(edges, effect.points, side="right") - 1, 0, len(edges) - 2)
    counts = np.bincount(inside, minlength=len(edges) - 1)
    thick = 0.08 + 0.76 * np.sqrt(counts / counts.max())
    width = edges[1] - edges[0]
    for spot in np.flatnonzero(counts):
        ranks = effect.rank[inside == spot]
        known = ranks[~np.isnan(ranks)]
        colour = GREY if len(known) * 2 < len(ranks) else to_hex(SHADES(float(known.mean())))
        axes.add_patch(
            Rectangle(
                (float(edges[spot]), place - thick[spot] / 2),
                float(width),
                float(thick[spot]),
                color=colour,
                linewidth=0,
            )
        )


def dependence_plot(found: Dependence, title: str, unit: str, say: Say, name: str) -> str:
    """Mean probability of default over one feature, above a histogram of its values.

    Args:
        found: The curve.
        title: Name of the feature, for a screen reader.
        unit: What follows the name under the axis; empty for none.
        say: Words of the page.
        name: Unique within a page.
    """

    def paint(axes: Axes) -> None:
        if found.is_category:
            _paint_words(axes, found)
        else:
            _paint_numbers(axes, found)
        if found.missing is not None:
            axes.axhline(found.missing, color=VERMILION, linestyle=":", linewidth=1.5)
        _fit(axes, found)
        name_axes(axes, unit, say("mean_pd"))
        entries = [(say("mean_pd_of_value"), BLUE, "-"), (say("where_firms_lie"), SKY, "fill")]
        if found.missing is not None:
            told = say("missing_level", share=f"{found.missing_share:.0%}")
            entries.append((told, VERMILION, ":"))
        key(axes, entries)

    return draw(name, say("dependence_title", name=title), paint, size=(5.9, 3.5), margins=_MARGINS)


_MARGINS: Mapping[str, float] = {"left": 0.145, "right": 0.955, "bottom": 0.175, "top": 0.875}


def _paint_numbers(axes: Axes, found: Dependence) -> None:
    middles = (found.edges[1:] + found.edges[:-1]) / 2
    _histogram(axes, middles, found.share, float(found.edges[1] - found.edges[0]) * 0.92)
    grid = np.array(found.grid, dtype=float)
    style = "o" if len(grid) <= 3 else ""  # noqa: PLR2004 - two or three values are no curve
    axes.plot(grid, found.mean, color=BLUE, marker=style or None)
    low, high = float(found.edges[0]), float(found.edges[-1])
    axes.set_xlim(low - 0.02 * (high - low), high + 0.02 * (high - low))
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.xaxis.set_major_formatter(lambda value, _: _short(value))


def _paint_words(axes: Axes, found: Dependence) -> None:
    places = np.arange(len(found.grid), dtype=np.float64)
    _histogram(axes, places, found.share, 0.8)
    axes.plot(places, found.mean, color=BLUE, marker="o", linestyle="none")
    axes.set_xticks(places, [str(word)[:6] for word in found.grid])
    if len(found.grid) > 6:  # noqa: PLR2004 - more words than stand beside each other
        axes.tick_params(axis="x", labelsize=TEXT - 3)


def _histogram(axes: Axes, places: Floats, share: Floats, width: float) -> None:
    """Bars of at most a fifth of the axis' height, on an axis of their own."""
    beside = axes.twinx()
    beside.bar(places, share, width=width, color=SKY, alpha=0.55, linewidth=0)
    beside.set_ylim(0, 5 * float(share.max() or 1))
    beside.set_yticks([])
    beside.spines[:].set_visible(False)
    axes.set_zorder(beside.get_zorder() + 1)
    axes.patch.set_visible(False)


def _fit(axes: Axes, found: Dependence) -> None:
    """The curve in the upper four fifths, per cents with as many digits as tell them apart."""
    values = [*found.mean, *([found.missing] if found.missing is not None else [])]
    low, high = min(values), max(values)
    room = max(high - low, 0.05 * high, 1e-4)
    axes.set_ylim(max(0.0, low - 0.38 * room), high + 0.12 * room)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(per_cent)


def _short(value: float) -> str:
    """A number of an axis: 1.2M, 350k, 0.25.

    >>> _short(1_200_000), _short(350_000), _short(0.25), _short(12.0)
    ('1.2M', '350k', '0.25', '12')
    """
    for step, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= step:
            return f"{value / (1e3 if letter == 'k' else step):g}{letter}"
    return f"{value:g}"


def _cut(label: str) -> str:
    most = LONGEST * TEXT
    while text_width(label) > most:
        label = f"{label.removesuffix('…')[:-1]}…"
    return label
