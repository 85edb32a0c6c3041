"""Gini and calibration of every policy by quarter of application."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes

from models.plots.canvas import BLUE, GREY, INK, SKY, VERMILION, draw, key, name_axes
from pipelines.backtesting.judging import Judged
from pipelines.backtesting.policies import NEVER, ON_ALERT, POLICIES, QUARTERLY, YEARLY

LOOKS = {NEVER: (GREY, "-"), YEARLY: (SKY, "--"), QUARTERLY: (BLUE, "-"), ON_ALERT: (VERMILION, "--")}
"""Colour and line of each policy: told apart with any colour vision, and on grey paper."""

SIZE = (7.4, 3.6)
MARGINS = {"left": 0.105, "right": 0.985, "bottom": 0.15, "top": 0.88}
ROOM = 0.08
"""By how much policies are set apart sideways, so that their intervals do not lie on each other."""


def gini_plot(policies: Sequence[Judged]) -> str:
    """Gini of each matured quarter with its interval, a line a policy."""

    def doubled(value: float) -> float:
        return 2 * value - 1

    return _plot("gini", "各季度申请的 Gini（含 95% 区间）", policies, "auc", "Gini", doubled, None)


def calibration_plot(policies: Sequence[Judged]) -> str:
    """Predicted over observed rate of default of each matured quarter, a line a policy."""
    title = "各季度申请的预测违约率与实际违约率之比（含 95% 区间）"
    return _plot("calibration", title, policies, "ratio", "预测 ÷ 实际", lambda value: value, 1.0)


def _plot(
    name: str,
    title: str,
    policies: Sequence[Judged],
    figure: str,
    unit: str,
    told: Callable[[float], float],
    right: float | None,
) -> str:
    quarters = list(policies[0].quarters["cohort"])

    def paint(axes: Axes) -> None:
        middle = (len(policies) - 1) / 2
        for number, one in enumerate(policies):
            colour, line = LOOKS[one.walk.policy]
            places = np.arange(len(one.quarters)) + (number - middle) * ROOM
            value, low, high = (
                told(one.quarters[column].to_numpy(dtype=np.float64))
                for column in (figure, f"{figure}_low", f"{figure}_high")
            )
            axes.vlines(places, low, high, color=colour, linewidth=1.2, alpha=0.7)
            axes.plot(places, value, color=colour, linestyle=line, marker="o", markersize=4)
        if right is not None:
            axes.axhline(right, color=INK, linestyle=":", linewidth=1.2)
        axes.set_xticks(range(len(quarters)), quarters)
        axes.set_xlim(-0.5, max(len(quarters) - 0.5, 0.5))
        name_axes(axes, "申请季度", unit)
        key(axes, [(POLICIES[one.walk.policy], *LOOKS[one.walk.policy]) for one in policies])

    return draw(name, title, paint, size=SIZE, margins=MARGINS)
