"""The two curves of the monthly page: how far scores have moved, and how the champion ranks."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from models.monitoring.month import MonthFigures
from models.plots.canvas import BLUE, GREY, SKY, VERMILION, draw, key, name_axes

MOST_TICKS = 7


def psi_plot(history: Sequence[MonthFigures], watch: float, act: float) -> str | None:
    """PSI of the newest champion's scores by month, with both lines; None with fewer than two months."""
    told = [(one.month, one.population) for one in history if one.population]
    months = [(month, one.score_psi[0]) for month, one in told if one.model == told[-1][1].model]
    if len(months) < 2:  # noqa: PLR2004 - one month is no curve
        return None
    names, values = [name for name, _ in months], [value for _, value in months]

    def paint(axes: Axes) -> None:
        axes.plot(range(len(values)), values, color=BLUE, marker="o", markersize=5)
        for level, colour in ((watch, GREY), (act, VERMILION)):
            axes.axhline(level, color=colour, linestyle="--", linewidth=1.4)
        _name_places(axes, names)
        axes.set_ylim(0, max(*values, act) * 1.15)
        name_axes(axes, "月份", "PSI")
        key(axes, [("评分 PSI", BLUE, "-"), ("观察线", GREY, "--"), ("复核线", VERMILION, "--")])

    return draw("score-psi", "评分 PSI 逐月变化", paint)


def auc_plot(cohorts: pd.DataFrame, estimates: pd.DataFrame) -> str | None:
    """AUC of each cohort with its interval, and what was expected before labels came; None without any."""
    told = estimates.merge(cohorts[["cohort", "auc", "auc_low", "auc_high"]], on="cohort", how="left")
    told = told[told["estimated"].notna()].reset_index(drop=True)
    if told.empty:
        return None
    true = told[told["auc"].notna()]

    def paint(axes: Axes) -> None:
        axes.fill_between(
            told.index, told["estimated_low"], told["estimated_high"], color=SKY, alpha=0.25, linewidth=0
        )
        axes.plot(told.index, told["estimated"], color=SKY, marker="o", markersize=5)
        gaps = [true["auc"] - true["auc_low"], true["auc_high"] - true["auc"]]
        axes.errorbar(true.index, true["auc"], yerr=gaps, color=BLUE, fmt="D", markersize=6, capsize=4)
        _name_places(axes, list(told["cohort"]))
        low = min(0.5, float(told["estimated_low"].min()), float(true["auc_low"].min()) if len(true) else 0.5)
        axes.set_ylim(max(0.0, low - 0.02), 1.0)
        name_axes(axes, "申请季度", "AUC")
        key(axes, [("结果到达前的估计", SKY, "-"), ("实际（95% 区间）", BLUE, "D")])

    return draw("cohort-auc", "各季度申请的 AUC：估计与实际", paint)


def _name_places(axes: Axes, names: list[str]) -> None:
    step = -(-len(names) // MOST_TICKS)
    places = list(range(0, len(names), step))
    axes.set_xticks(places, [names[place] for place in places])
    axes.set_xlim(-0.5, max(len(names) - 0.5, 0.5))
