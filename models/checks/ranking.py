"""Whether the model ranks, and no worse than the one that answers today."""

import numpy as np

from models.checks.thresholds import limit
from models.checks.verdict import Verdict, graded, not_asked
from models.delong import auc_difference, auc_interval
from models.evidence import Evidence


def ranks(evidence: Evidence) -> Verdict:
    """The model ranks unseen rows better than a floor."""
    bad, floor = evidence.held_out.bad, limit("lowest_auc")
    if _one_class(bad):
        return Verdict(
            "fail",
            "the held-out rows have one outcome only, so nothing can be ranked",
            "留出样本只有一种结果，无法衡量排序能力",
        )
    figure = auc_interval(bad, evidence.pd_, evidence.held_out.groups)
    return Verdict(
        graded(fail=not figure.value >= floor),
        f"AUC {figure} on unseen rows, floor {floor}",
        f"未见样本 AUC {figure}，下限 {floor}",
        {"auc": figure.value, "low": figure.low, "high": figure.high},
    )


def keeps_up_with_the_champion(evidence: Evidence) -> Verdict:
    """The model is not clearly worse than the champion on the same rows.

    Fails only where the loss of AUC is significant at 5 % and larger than 0.005: a tie is no loss.
    """
    champion, bad = evidence.champion, evidence.held_out.bad
    if champion is None:
        return not_asked("no champion to compare with", "没有可比较的现任模型")
    both = np.isfinite(champion)
    if _one_class(bad[both]):
        return not_asked(
            "the champion scores no held-out rows of both outcomes", "现任模型可评分的留出样本缺少一种结果"
        )
    groups = evidence.held_out.groups
    gain = auc_difference(
        bad[both], evidence.pd_[both], champion[both], None if groups is None else groups[both]
    )
    name = evidence.champion_label or "the champion"
    return Verdict(
        graded(fail=gain.high < 0 and gain.value < -limit("worse_than_champion")),
        f"AUC {gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}] against {name} on {int(both.sum())} rows",
        f"与现任模型 {evidence.champion_label or ''} 在同样 {int(both.sum())} 行上相比，AUC 相差 "
        f"{gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]",
        {"gain": gain.value, "low": gain.low, "high": gain.high, "rows": int(both.sum())},
    )


def _one_class(bad: np.ndarray) -> bool:
    return len(bad) == 0 or bool(bad.min() == bad.max())
