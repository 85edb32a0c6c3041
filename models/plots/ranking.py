"""How well a model ranks: ROC, KS and gains. All need at least one bad and one good row."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from numpy.typing import ArrayLike
from sklearn.metrics import roc_auc_score, roc_curve

from models.plots.canvas import BLUE, GREY, INK, VERMILION, draw, key, name_axes, percent_axes, thinned
from models.plots.curves import captured, gains_curve


def roc_plot(bad: ArrayLike, pd_: ArrayLike, name: str = "roc") -> str:
    """ROC curve: along the diagonal the model says nothing, through the upper left corner it never errs."""
    false_positive, true_positive, _ = roc_curve(bad, pd_)
    area = roc_auc_score(bad, pd_)
    few = thinned(len(false_positive))
    false_positive, true_positive = false_positive[few], true_positive[few]

    def paint(axes: Axes) -> None:
        axes.fill_between(false_positive, true_positive, color=BLUE, alpha=0.08, linewidth=0)
        axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1.2)
        axes.plot(false_positive, true_positive, color=BLUE)
        axes.text(0.95, 0.08, f"AUC = {area:.3f}", ha="right", fontsize=15, color=BLUE)
        percent_axes(axes)
        name_axes(axes, "误报率（正常被判高风险）", "命中率（违约被判高风险）")
        key(axes, [("模型", BLUE, "-"), ("随机", GREY, "--")])

    return draw(name, f"ROC 曲线，AUC {area:.3f}", paint)


def ks_plot(bad: ArrayLike, pd_: ArrayLike, name: str = "ks") -> str:
    """Cumulative shares of bad and of good rows along the predicted probability, and their largest gap."""
    truth, predicted = np.asarray(bad, dtype=bool), np.asarray(pd_, dtype=float)
    grid = np.unique(predicted)
    good_up_to, bad_up_to = (
        np.searchsorted(np.sort(rows), grid, side="right") / len(rows)
        for rows in (predicted[~truth], predicted[truth])
    )
    at = int(np.argmax(np.abs(good_up_to - bad_up_to)))
    gap = abs(float(good_up_to[at] - bad_up_to[at]))
    few = thinned(len(grid), at)

    def paint(axes: Axes) -> None:
        axes.step(grid[few], good_up_to[few], color=BLUE, where="post")
        axes.step(grid[few], bad_up_to[few], color=VERMILION, linestyle="--", where="post")
        axes.plot(
            [grid[at]] * 2,
            [good_up_to[at], bad_up_to[at]],
            color=INK,
            linewidth=1.4,
            marker="_",
            markersize=9,
        )
        axes.text(0.04, 0.88, f"KS = {gap:.3f}", transform=axes.transAxes, fontsize=15)
        percent_axes(axes, "y")
        _odds_like(axes)
        name_axes(axes, "预测违约概率（对数刻度，向右风险升高）", "累计占比")
        key(axes, [("正常", BLUE, "-"), ("违约", VERMILION, "--")])

    return draw(name, f"KS 曲线，KS {gap:.3f}", paint)


def _odds_like(axes: Axes) -> None:
    """Probabilities of default on a logarithmic axis with readable marks: 1 %, 3 %, 10 %, 30 %."""
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 3), numticks=12))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value * 100:g}%"))


def gains_plot(bad: ArrayLike, pd_: ArrayLike, name: str = "gains") -> str:
    """Share of all bads found among the riskiest share of rows; the perfect model rises straight to all."""
    rows, bads = gains_curve(bad, pd_)
    rate = float(np.mean(np.asarray(bad, dtype=float)))
    fifth = captured(bad, pd_, [0.2])[0]
    few = thinned(len(rows))

    def paint(axes: Axes) -> None:
        axes.plot([0, rate, 1], [0, 1, 1], color=GREY, linestyle=":", linewidth=1.6)
        axes.plot([0, 1], [0, 1], color=GREY, linestyle="--", linewidth=1.2)
        axes.plot(rows[few], bads[few], color=BLUE, clip_on=False)
        axes.plot([0.2], [fifth], color=BLUE, marker="o", markersize=7)
        told = f"风险最高的 20% 含 {fifth:.0%} 的违约"
        axes.text(0.97, 0.08, told, ha="right")
        percent_axes(axes)
        name_axes(axes, "按风险从高到低查看的占比", "找到的违约占比")
        key(axes, [("模型", BLUE, "-"), ("随机", GREY, "--"), ("理想", GREY, ":")])

    return draw(name, f"增益曲线，前 20% 含 {fifth:.0%} 的违约", paint)
