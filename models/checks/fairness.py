"""Whether the model serves every part of its population: industries, sizes, districts, ages."""

from dataclasses import dataclass
from math import isfinite, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from models.checks.calibration import ratio_interval
from models.checks.thresholds import limit
from models.checks.verdict import Verdict, graded, not_asked
from models.evidence import Evidence
from models.metrics import Estimate
from models.segments import OTHERS, UNKNOWN, Segment, by_segment

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Treated:
    """How one segment is treated; intervals are wide enough for all segments together.

    Attributes:
        column: What tells the rows apart: `industry`, `size`, `district`, `age` …
        part: Rows, bads, AUC and shares.
        ratio: Predicted over observed default rate.
        error: Mean predicted less observed default rate, less that of all rows: the fairness gap.
    """

    column: str
    part: Segment
    ratio: Estimate
    error: Estimate

    @property
    def name(self) -> str:
        """`industry C17`."""
        return f"{self.column} {self.part.word}"


def serves_every_segment(evidence: Evidence) -> Verdict:
    """No segment is clearly ranked backwards, or told a default rate that is far off.

    Fails only where what is found is both significant over all segments together and large: an AUC below
    0.5, a default rate predicted at half or double, or an error five points beyond everyone's. Warns from
    1.5 times.
    """
    told = treated(evidence)
    if not told:
        return not_asked("nothing is known by which rows could be told apart", "没有可用于分组的信息")
    failing = [finding for one in told for finding in _failures(one)]
    watch = [one.name for one in told if _is_off(one.ratio, limit("segment_watch"))]
    widest = max(told, key=lambda one: abs(one.error.value))
    judged = sum(1 for one in told if one.part.auc is not None)
    off, off_zh = _listed([en for en, _ in failing]), _listed([zh for _, zh in failing], "、")
    watched, watched_zh = _listed(watch), _listed(watch, "、")
    return Verdict(
        graded(fail=bool(failing), warn=bool(watch)),
        f"{len(told)} segments, {judged} with enough bads for an AUC; "
        + (f"{off}" if failing else f"to watch: {watched}" if watch else "none is treated clearly worse")
        + f"; widest gap {_signed(widest.error)} in {widest.name}",
        f"共 {len(told)} 个分组，其中 {judged} 个违约数足以计算 AUC；"
        + (f"{off_zh}" if failing else f"需关注：{watched_zh}" if watch else "没有分组明显受到不同对待")
        + f"；偏差最大为 {widest.name}：{_signed(widest.error)}",
        {
            "segments": len(told),
            "failing": len(failing),
            "watch": len(watch),
            "widest_gap": widest.error.value,
        },
    )


def treated(evidence: Evidence) -> list[Treated]:
    """Every segment of the held-out rows; those of unknown or joined words are not judged."""
    rows, pd_ = evidence.held_out, evidence.pd_
    found = [
        (column, part)
        for column, parts in by_segment(rows, pd_).items()
        for part in parts
        if part.word not in (OTHERS, UNKNOWN)
    ]
    if not found:
        return []
    chance = limit("segment_chance") / len(found)
    return [
        Treated(
            column,
            part,
            ratio_interval(part.bads, max(part.predicted * part.rows, 1e-9), chance),
            _gap(rows.bad, pd_, _inside(evidence, column, part.word), chance),
        )
        for column, part in found
    ]


def _inside(evidence: Evidence, column: str, word: str) -> NDArray[np.bool_]:
    words = evidence.held_out.segments[column]
    inside: NDArray[np.bool_] = (words.astype("str").to_numpy() == word) & words.notna().to_numpy()
    return inside


def _gap(
    bad: NDArray[np.int64], pd_: NDArray[np.float64], inside: NDArray[np.bool_], chance: float
) -> Estimate:
    """Mean error inside less that of all, normal interval; without spread where a segment is everyone."""
    share, errors = inside.mean(), pd_ - bad
    gap = float(errors[inside].mean() - errors.mean())
    if share in (0.0, 1.0) or inside.sum() < 2:  # noqa: PLR2004 - a spread needs two
        return Estimate(gap, -1.0, 1.0)
    # all = share · inside + rest, so the difference weighs the inside by what is outside
    # a few rows without any bad vary less than chance would have them, so chance counts where it is more
    spread = (1 - share) * sqrt(
        sum(
            max(np.var(errors[part]), np.mean((pd_ * (1 - pd_))[part])) / part.sum()
            for part in (inside, ~inside)
        )
    )
    half = NormalDist().inv_cdf(1 - chance / 2) * spread
    return Estimate(gap, gap - half, gap + half)


def _failures(one: Treated) -> list[tuple[str, str]]:
    found = []
    if one.part.auc is not None and one.part.auc.high < 0.5:  # noqa: PLR2004 - a ranking by chance
        found.append(
            (
                f"{one.name} is ranked backwards, AUC {one.part.auc}",
                f"{one.name} 排序相反，AUC {one.part.auc}",
            )
        )
    if _is_off(one.ratio, limit("segment_ratio")):
        found.append(
            (
                f"{one.name} has predicted over observed default rate {one.ratio}",
                f"{one.name} 预测与实际违约率之比 {one.ratio}",
            )
        )
    if abs(one.error.value) > limit("segment_error") and one.error.low * one.error.high > 0:
        found.append(
            (f"{one.name} is off by {one.error} more than all", f"{one.name} 的平均偏差比总体多 {one.error}")
        )
    return found


def _is_off(ratio: Estimate, times: float) -> bool:
    """Outside 1/times to times, and not by chance."""
    too_kind = ratio.value < 1 / times and ratio.high < 1
    too_harsh = (not isfinite(ratio.value) or ratio.value > times) and ratio.low > 1
    return too_kind or too_harsh


def _signed(gap: Estimate) -> str:
    return f"{gap.value:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}]"


def _listed(names: list[str], between: str = ", ") -> str:
    return between.join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
