"""In which order firms are listed: by figures and days alone, the same for the same data."""

from collections.abc import Callable
from datetime import date
from typing import Any

from serving.policy.kinds import SlaStatus

RULES = {
    "score": (
        "已推荐且仍在审批期限内的在后；再按现任信用模型在截至日的评分从高到低；再按首次获知融资需求的日期从早到晚；最后按企业代码"
    ),
    "waiting": (
        "已推荐且仍在审批期限内的在后；再按首次获知融资需求的日期从早到晚，等候最久的在前；最后按企业代码。"
        "截至日没有全量评分，故不按评分排序"
    ),
    "to_visit": (
        "已知有融资需求的在前；再按缺少的事实从少到多；再按上次走访从早到晚，从未走访的在前；最后按企业代码"
    ),
    "refused": "按企业代码",
}
"""The rule of each list, as the page states it."""

Row = dict[str, Any]

STILL_IN_TIME = (SlaStatus.ON_TRACK, SlaStatus.DUE_TODAY)
"""A firm whose bank still has time waits; where the time is over, the firm keeps its place in the list."""


def passing(*, scored: bool) -> Callable[[Row], tuple[Any, ...]]:
    """The order of those who pass; who waits for a bank that still has time comes after the others."""

    def order(row: Row) -> tuple[Any, ...]:
        waits = row["need_since"] or date.max
        by_score = -(row["score"] if row["score"] is not None else float("-inf")) if scored else 0
        return (row["open_status"] in STILL_IN_TIME, by_score, waits, row["entity_id"])

    return order


def to_visit(row: Row) -> tuple[Any, ...]:
    """The order of those to be visited."""
    needs = row["need_is_genuine"] is True
    return (not needs, len(row["missing"]), row["visited_on"] or date.min, row["entity_id"])


def refused(row: Row) -> tuple[Any, ...]:
    """The order of those not listed."""
    return (row["entity_id"],)
