"""How scores lie and how true probabilities are: distributions, calibration, comparison with the oracle."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter
from numpy.typing import ArrayLike, NDArray

from models.plots.canvas import BLUE, GREY, INK, QUIET, SKY, VERMILION, draw, key, name_axes
from models.plots.curves import Floats, Group

POINTS_A_BIN = 20
MARKS = (0.75, 0.6)
"""The model should reach the first share of the oracle's Gini, no single feature the second."""

CLOSEST = 0.1
"""Marks nearer than this share of an axis would touch."""

_TICKS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)


def separation_plot(
    points: ArrayLike, bad: ArrayLike, floors: Sequence[int], names: Sequence[str], name: str = "separation"
) -> str:
    """Scores of good and of bad rows, each as shares of their own number, over the bands.

    Args:
        points: Scores, higher is safer.
        bad: 1 for bad.
        floors: Lowest score of each band but the last, falling.
        names: Names of the bands, best first.
        name: Unique within a page.
    """
    scores, truth = np.asarray(points, dtype=float), np.asarray(bad, dtype=bool)
    edges = score_edges(scores)

    def paint(axes: Axes) -> None:
        for rows, colour, style in ((scores[~truth], BLUE, "-"), (scores[truth], VERMILION, "--")):
            shares = np.histogram(rows, edges)[0] / max(len(rows), 1)
            axes.stairs(shares, edges, fill=True, color=colour, alpha=0.18)
            axes.stairs(shares, edges, color=colour, linestyle=style, linewidth=1.8)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        mark_bands(axes, edges, floors, names)
        name_axes(axes, "评分（越高越安全）", "占本组比例")
        key(axes, [("正常", BLUE, "-"), ("违约", VERMILION, "--")])

    return draw(name, "正常与违约样本的评分分布", paint)


def points_plot(points: ArrayLike, floors: Sequence[int], names: Sequence[str], name: str = "points") -> str:
    """How many firms have which score, over the bands; arguments as of `separation_plot`."""
    scores = np.asarray(points, dtype=float)
    edges = score_edges(scores)

    def paint(axes: Axes) -> None:
        counts = np.histogram(scores, edges)[0]
        axes.bar(edges[:-1], counts, width=POINTS_A_BIN * 0.9, align="edge", color=SKY)
        middle = float(np.median(scores))
        axes.axvline(middle, color=INK, linewidth=1.2, linestyle="--", ymax=0.9)
        mark_bands(axes, edges, floors, names)
        name_axes(axes, "评分（越高越安全）", "企业数")
        key(axes, [("企业数", SKY, "fill"), (f"中位数 {middle:.0f}", INK, "--")])

    return draw(name, "全部企业的评分分布", paint)


def score_edges(scores: Floats) -> Floats:
    """Borders of bins of twenty points that hold every score."""
    low = np.floor(scores.min() / POINTS_A_BIN) * POINTS_A_BIN
    edges: Floats = np.arange(low, scores.max() + 2 * POINTS_A_BIN, POINTS_A_BIN, dtype=np.float64)
    return edges


def mark_bands(axes: Axes, edges: NDArray[np.float64], floors: Sequence[int], names: Sequence[str]) -> None:
    """Lines at the floors of bands and the name of each band between, above the data."""
    left, right = float(edges[0]), float(edges[-1])
    axes.set_xlim(left, right)
    axes.set_ylim(0, axes.get_ylim()[1] * 1.14)
    inside = [floor for floor in floors if left < floor < right]
    for floor in inside:
        axes.axvline(floor, color=GREY, linewidth=1.0, linestyle=":")
    for above, below, band in zip([right, *floors], [*floors, left], names, strict=True):
        top, bottom = min(above, right), max(below, left)
        if top - bottom >= POINTS_A_BIN:
            axes.text(
                (top + bottom) / 2,
                0.955,
                band,
                transform=axes.get_xaxis_transform(),
                ha="center",
                va="center",
                color=QUIET,
            )


def calibration_plot(groups: Sequence[Group], name: str = "calibration") -> str:
    """Observed rate of default of each group with its interval over the mean predicted one.

    On the diagonal the probabilities mean what they say; above it the model is too kind. Both axes grow with
    the square root, so that small probabilities can be told apart and zero has a place.
    """
    predicted = np.array([group.predicted for group in groups])
    observed = np.array([group.observed.value for group in groups])
    below = observed - [group.observed.low for group in groups]
    above = np.array([group.observed.high for group in groups]) - observed
    top = min(1.0, 1.08 * float(max(predicted.max(), (observed + above).max())))

    def paint(axes: Axes) -> None:
        axes.plot([0, top], [0, top], color=GREY, linestyle="--", linewidth=1.2)
        spread = np.maximum([below, above], 0)
        axes.errorbar(
            predicted, observed, yerr=spread, fmt="o", color=BLUE, ecolor=SKY, elinewidth=2.2, markersize=6
        )
        root_axes(axes, top)
        name_axes(axes, "预测违约概率（组均值）", "实际违约率")
        key(axes, [("各组实际值与 95% 区间", BLUE, "-"), ("完全一致", GREY, "--")])

    return draw(name, "校准图：预测与实际违约率", paint)


def root_axes(axes: Axes, top: float) -> None:
    """Both axes from zero to `top`, growing with the square root, marked in per cents."""
    shown = _readable(top)
    for side in "xy":
        getattr(axes, f"set_{side}scale")("function", functions=(_root, np.square))
        getattr(axes, f"set_{side}lim")(0, top)
        getattr(axes, f"set_{side}ticks")(shown, [f"{tick * 100:g}%" for tick in shown])


def _readable(top: float) -> list[float]:
    """Marks up to `top` that do not touch each other."""
    marks = [0.0]
    for tick in _TICKS:
        if tick <= top and (tick / top) ** 0.5 - (marks[-1] / top) ** 0.5 > CLOSEST:
            marks.append(tick)
    return marks


def _root(values: Floats) -> Floats:
    roots: Floats = np.sqrt(np.maximum(values, 0))
    return roots


def oracle_plot(ginis: Sequence[tuple[str, float]], name: str = "oracle") -> str:
    """Gini of the oracle, the model and the best single feature, with the marks to reach and to stay below.

    Args:
        ginis: Chinese name and Gini of each, the oracle first.
        name: Unique within a page.
    """
    best = ginis[0][1]

    def paint(axes: Axes) -> None:
        rows = np.arange(len(ginis))[::-1]
        values = [gini for _, gini in ginis]
        axes.barh(rows, values, height=0.42, color=[GREY, BLUE, SKY][: len(ginis)])
        for row, (label, gini) in zip(rows, ginis, strict=True):
            axes.text(0.008, row + 0.33, f"{label}  {gini:.3f}（{gini / best:.0%}）", va="center")
        for mark, style in zip(MARKS, ("--", ":"), strict=True):
            axes.axvline(mark * best, color=VERMILION, linewidth=1.6, linestyle=style)
        axes.set_yticks([])
        axes.grid(visible=False, axis="y")
        axes.set_ylim(-0.45, len(ginis) - 0.4)
        axes.set_xlim(0, max(values) * 1.05)
        axes.set_xlabel("Gini（时间外样本）", labelpad=6)
        key(
            axes,
            [
                (f"模型应达到 {MARKS[0]:.0%}", VERMILION, "--"),
                (f"单一特征不应达到 {MARKS[1]:.0%}", VERMILION, ":"),
            ],
        )

    return draw(name, "与最优排序的比较", paint)
