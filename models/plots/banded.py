"""How well a model ranks and how true it is, each curve with its 95 % band; words come from the page."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter
from numpy.typing import ArrayLike
from sklearn.metrics import roc_curve

from models.metrics import Estimate, wilson
from models.plots.canvas import (
    BLUE,
    GREY,
    INK,
    SKY,
    VERMILION,
    Key,
    draw,
    key,
    name_axes,
    percent_axes,
    thinned,
)
from models.plots.curves import Floats, Group
from models.plots.levels import mark_bands, root_axes, score_edges
from models.plots.spread import Band, Redrawn, Say

SHADE = 0.18


def roc_with_band(
    drawn: Redrawn,
    auc: Estimate,
    say: Say,
    rival: tuple[ArrayLike, ArrayLike] | None = None,
    *,
    name: str = "roc",
) -> str:
    """ROC curve with its band; a rival's curve beside it where `(bad, pd_)` are given."""

    def paint(axes: Axes) -> None:
        entries: list[Key] = [(say("model"), BLUE, "-"), (say("band"), BLUE, "fill")]
        axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1.2)
        _shaded(axes, drawn.roc, BLUE, "-")
        if rival:
            wrong, found, _ = roc_curve(*rival)
            few = thinned(len(wrong))
            axes.plot(wrong[few], found[few], color=VERMILION, linestyle="--", linewidth=1.4)
            entries.append((say("champion"), VERMILION, "--"))
        axes.text(0.97, 0.07, f"AUC {auc}", ha="right", fontsize=14, color=BLUE)
        percent_axes(axes)
        name_axes(axes, say("false_alarms"), say("hits"))
        key(axes, entries)

    return draw(name, say("roc_title", auc=str(auc)), paint)


def ks_with_band(drawn: Redrawn, say: Say) -> str:
    """Shares of good and of bad rows up to each score, their bands, and the largest gap."""
    at = int(np.searchsorted(drawn.good_below.across, drawn.ks_at))

    def paint(axes: Axes) -> None:
        _shaded(axes, drawn.good_below, BLUE, "-")
        _shaded(axes, drawn.bad_below, VERMILION, "--")
        ends = [drawn.good_below.value[at], drawn.bad_below.value[at]]
        axes.plot([drawn.ks_at] * 2, ends, color=INK, linewidth=1.4, marker="_", markersize=9)
        axes.text(0.03, 0.92, f"KS {drawn.ks}", transform=axes.transAxes, va="center", fontsize=14)
        percent_axes(axes, "y")
        across = drawn.good_below.across
        axes.set_xlim(float(across[0]), float(across[-1]) if across[-1] > across[0] else float(across[0]) + 1)
        name_axes(axes, say("score"), say("share_up_to"))
        key(axes, [(say("good"), BLUE, "-"), (say("bad"), VERMILION, "--")])

    return draw("ks", say("ks_title", ks=str(drawn.ks)), paint)


def gains_with_band(drawn: Redrawn, rate: float, say: Say) -> str:
    """Share of all bads among the riskiest rows; `rate` is the share of bad rows."""

    def paint(axes: Axes) -> None:
        axes.plot([0, rate, 1], [0, 1, 1], color=GREY, linestyle=":", linewidth=1.6)
        axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1.2)
        _shaded(axes, drawn.gains, BLUE, "-")
        percent_axes(axes)
        name_axes(axes, say("looked_at"), say("found"))
        key(axes, [(say("model"), BLUE, "-"), (say("random"), GREY, "--"), (say("ideal"), GREY, ":")])

    return draw("gains", say("gains_title"), paint)


def lift_by_tenth(drawn: Redrawn, say: Say) -> str:
    """Bad rate of each tenth over that of all rows, riskiest first; 1 is the average."""
    values = np.array([one.value for one in drawn.lift])
    ends = np.array([[one.low for one in drawn.lift], [one.high for one in drawn.lift]])

    def paint(axes: Axes) -> None:
        places = np.arange(1, len(values) + 1)
        axes.bar(places, values, width=0.72, color=SKY)
        spread = np.maximum([values - ends[0], ends[1] - values], 0)
        axes.errorbar(places, values, yerr=spread, fmt="none", ecolor=INK, elinewidth=1.4, capsize=3)
        axes.axhline(1, color=GREY, linestyle="--", linewidth=1.2)
        axes.set_xticks(places)
        axes.grid(visible=False, axis="x")
        axes.set_ylim(0, float(ends[1].max()) * 1.08)
        name_axes(axes, say("tenths"), say("lift"))
        key(
            axes,
            [(say("lift_of_tenth"), SKY, "fill"), (say("interval"), INK, "-"), (say("average"), GREY, "--")],
        )

    return draw("lift", say("lift_title"), paint)


def reliability(groups: Sequence[Group], say: Say) -> str:
    """Observed rate of each group with its Wilson interval over the mean predicted one."""
    predicted = np.array([group.predicted for group in groups])
    observed = np.array([group.observed.value for group in groups])
    spread = np.maximum(
        [observed - [one.observed.low for one in groups], [one.observed.high for one in groups] - observed], 0
    )
    top = min(1.0, 1.08 * float(max(predicted.max(), (observed + spread[1]).max())))

    def paint(axes: Axes) -> None:
        axes.plot([0, top], [0, top], color=GREY, linestyle="--", linewidth=1.2)
        axes.errorbar(
            predicted, observed, yerr=spread, fmt="o", color=BLUE, ecolor=SKY, elinewidth=2.2, markersize=6
        )
        root_axes(axes, top)
        name_axes(axes, say("predicted_rate"), say("observed_rate"))
        key(axes, [(say("groups"), BLUE, "o"), (say("agreement"), GREY, "--")])

    return draw("calibration", say("calibration_title"), paint)


def score_distribution(
    points: ArrayLike, bad: ArrayLike, floors: Sequence[int], names: Sequence[str], say: Say
) -> str:
    """Scores of good and of bad rows as shares of their own number, with Wilson intervals, over the bands."""
    scores, truth = np.asarray(points, dtype=float), np.asarray(bad, dtype=bool)
    edges = score_edges(scores)

    def paint(axes: Axes) -> None:
        for rows, colour, style in ((scores[~truth], BLUE, "-"), (scores[truth], VERMILION, "--")):
            counts = np.histogram(rows, edges)[0]
            shares = [wilson(int(count), max(len(rows), 1)) for count in counts]
            low, high = ([getattr(one, side) for one in shares] for side in ("low", "high"))
            axes.stairs(high, edges, baseline=low, fill=True, color=colour, alpha=SHADE)
            axes.stairs([one.value for one in shares], edges, color=colour, linestyle=style, linewidth=1.8)
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        mark_bands(axes, edges, floors, names)
        name_axes(axes, say("score"), say("share_of_own"))
        key(axes, [(say("good"), BLUE, "-"), (say("bad"), VERMILION, "--"), (say("interval"), GREY, "fill")])

    return draw("scores", say("scores_title"), paint)


def _shaded(axes: Axes, band: Band, colour: str, style: str) -> None:
    across: Floats = band.across
    axes.fill_between(across, band.low, band.high, color=colour, alpha=SHADE, linewidth=0)
    axes.plot(across, band.value, color=colour, linestyle=style)
