"""A backtest as one Chinese page that stands alone and prints."""

from collections.abc import Callable
from functools import cache

import pandas as pd
from jinja2 import Environment
from markupsafe import Markup

from features.pages import templates_of
from models.metrics import Estimate
from pipelines.backtesting.backtest import Backtest
from pipelines.backtesting.judging import Judged
from pipelines.backtesting.plots import calibration_plot, gini_plot
from pipelines.backtesting.policies import NEVER, POLICIES

WHY = {
    "first": "起始模型",
    "calendar": "到期",
    "calibration": "预警：新到标签的违约水平偏离预测",
    "ranking": "预警：新到标签的排序能力低于预计",
    "scores": "预警：近期申请的评分分布已偏移",
}
"""Why a model was made, for the reader."""

DASH = "—"
WAN = 10_000


def render(found: Backtest) -> str:
    """The page as text; the same backtest gives the same bytes."""
    matured = any(one.judged for one in found.policies)
    return (
        _environment()
        .get_template("backtest.html.j2")
        .render(
            b=found,
            names=POLICIES,
            why=WHY,
            never=NEVER,
            matured=matured,
            base=found.policies[0],
            conclusion=[said(one) for one in found.policies if one.walk.policy != NEVER],
            watched=[one for one in found.policies if any(step.seen for step in one.walk.steps)],
            plots=_plots(found) if matured else {},
        )
    )


def said(one: Judged) -> str:
    """What a policy gained over never retraining; an interval that holds zero is no difference."""
    name, count = POLICIES[one.walk.policy], len(one.walk.taught) - 1
    begin = f"{name}：期间重训 {count} 次"
    if not count:
        return f"{begin}，与从不重训相同。"
    if one.gini_gain is None:
        return f"{begin}；尚无成熟批次，无法比较。"
    ranks = _compared(one.gini_gain, "排序能力（Gini）", "提高", "降低", _points)
    loss = one.loss_gain
    told = "" if loss is None else "；" + _compared(loss, "损失率", "上升", "下降", _percent)
    return f"{begin}；与从不重训相比，{ranks}{told}。"


def _compared(gain: Estimate, what: str, up: str, down: str, told: Callable[[float, str], str]) -> str:
    if gain.low <= 0 <= gain.high:
        interval = f"{told(gain.low, '+')} 至 {told(gain.high, '+')}"
        return f"{what}的差别未超出抽样误差（{told(gain.value, '+')}，95% 区间 {interval}）"
    near, far = sorted((abs(gain.low), abs(gain.high)))
    word = up if gain.value > 0 else down
    return f"{what}{word} {told(abs(gain.value), '')}（95% 区间 {told(near, '')} 至 {told(far, '')}）"


def _points(value: float, sign: str) -> str:
    return f"{value:{sign}.3f}"


def _percent(value: float, sign: str) -> str:
    return f"{value:{sign}.2%}"


def _plots(found: Backtest) -> dict[str, Markup]:
    drawn = {"gini": gini_plot(found.policies), "calibration": calibration_plot(found.policies)}
    return {name: Markup(svg) for name, svg in drawn.items()}  # noqa: S704 - drawn by us


@cache
def _environment() -> Environment:
    environment = templates_of("pipelines.backtesting", "pipelines")
    environment.filters |= {
        "day": lambda day: f"{day:%Y-%m-%d}",
        "shown": _shown,
        "with_interval": with_interval,
        "rate": lambda value: DASH if value is None or pd.isna(value) else f"{value:.2%}",
        "rate_with_interval": rate_with_interval,
        "wan": lambda yuan: f"{yuan / WAN:,.0f}",
    }
    return environment


def _shown(value: float | None, digits: int = 3) -> str:
    return DASH if value is None or pd.isna(value) else f"{value:.{digits}f}"


def with_interval(found: Estimate | None, digits: int = 3) -> str:
    """A figure with its interval, or a dash.

    >>> with_interval(Estimate(0.512, 0.4, 0.6)), with_interval(None)
    ('0.512 [0.400, 0.600]', '—')
    """
    if found is None:
        return DASH
    return f"{found.value:.{digits}f} [{found.low:.{digits}f}, {found.high:.{digits}f}]"


def rate_with_interval(found: Estimate | None) -> str:
    """A share with its interval, in per cent, or a dash.

    >>> rate_with_interval(Estimate(0.0123, 0.01, 0.02))
    '1.23% [1.00%, 2.00%]'
    """
    return DASH if found is None else f"{found.value:.2%} [{found.low:.2%}, {found.high:.2%}]"
