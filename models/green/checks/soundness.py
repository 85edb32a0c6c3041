"""Whether chances are true, directions are kept, and the registered model is the one that was validated."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from models.checks.agreement import same_twice
from models.checks.calibration import slope_interval
from models.checks.tree_proof import UnprovableError, prove
from models.checks.verdict import Verdict, graded
from models.green.checks.limits import limit
from models.green.evidence import GreenEvidence
from models.green.judging import reached_over_predicted
from models.green.model import GreenGradeModel
from models.green.vocabulary import grade_zh
from models.metrics import Estimate

SINGLE = 20
"""Rows that are asked one by one."""


def steps_are_calibrated(evidence: GreenEvidence) -> Verdict:
    """As many firms reach each grade as the chances say, and the chances are neither too sure nor too timid.

    Fails where, at a grade with enough firms, the ratio leaves 0.67 to 1.5 or the slope 0.5 to 2 and the
    interval excludes 1; warns where the ratio leaves 0.8 to 1.25 so. Rows that a veto decides are left out.
    """
    told, told_zh, figures, off, watch = [], [], {}, False, False
    judged = evidence.by_trees
    for step, grade in enumerate(evidence.model.grades[1:], start=1):
        reached = (judged.truth >= step).astype(np.int64)
        if min(reached.sum(), len(reached) - reached.sum()) < limit("fewest_firms_of_a_grade"):
            continue
        ratio = reached_over_predicted(judged, step)
        slope = slope_interval(reached, judged.above[:, step - 1])
        off |= _outside(ratio, "step_ratio_low", "step_ratio_high")
        off |= slope is not None and _outside(slope, "step_slope_low", "step_slope_high")
        watch |= _outside(ratio, "step_watch_low", "step_watch_high")
        told.append(f"{grade} or better {ratio}, slope {slope or 'none'}")
        told_zh.append(f"达到{grade_zh(grade)} {ratio}，斜率 {slope or '无法估计'}")
        figures[f"ratio_{grade}"] = ratio.value
    if not told:
        return Verdict("fail", "no grade has enough firms on either side", "没有样本量足够的等级")
    return Verdict(
        graded(fail=off, warn=watch),
        f"reached over predicted: {'; '.join(told)}",
        f"实际与预测之比：{'；'.join(told_zh)}",
        figures,
    )


def _outside(figure: Estimate, low: str, high: str) -> bool:
    """Outside the bounds, and not by chance."""
    return bool(
        (figure.value < limit(low) and figure.high < 1) or (figure.value > limit(high) and figure.low > 1)
    )


def is_monotone(evidence: GreenEvidence) -> Verdict:
    """The grade moves only in the declared direction of each feature, proved tree by tree; cuts rise."""
    model = evidence.model
    if not (model.ladder_.slope > 0 and all(tilt > 0 for tilt in model.ladder_.tilts or ())):
        return Verdict("fail", "the ladder of chances does not rise", "各级概率的阶梯不是递增的")
    names, signs = list(model.encoder_.columns), model.directions()
    try:
        proof = prove(model.booster_.dump_model()["tree_info"], signs)
    except UnprovableError as error:
        return Verdict("fail", f"cannot be proved: {error}", f"无法证明：{error}")
    wrong = [names[column] for column in proof.broken]
    directed = sum(1 for sign in signs if sign)
    if wrong:
        return Verdict(
            "fail",
            f"{', '.join(wrong)} moves the grade against its declared direction",
            f"{'、'.join(wrong)} 逆声明方向改变等级",
            {"wrong": len(wrong)},
        )
    return Verdict(
        "pass",
        f"no feature moves the grade against its declared direction: proved in {proof.trees} trees over "
        f"{proof.splits} splits of {directed} features; "
        f"the chances of {len(model.ladder_.cuts)} steps rise with the margin",
        f"没有特征逆声明方向改变等级：在 {proof.trees} 棵树、{directed} 个有方向特征的 "
        f"{proof.splits} 个分裂点上逐一证明；{len(model.ladder_.cuts)} 级概率随之递增",
        {"trees": proof.trees, "splits": proof.splits, "features": directed},
    )


def grades_alike_everywhere(evidence: GreenEvidence) -> Verdict:
    """Batch, single and reloaded chances and grades agree to the bit."""
    model, table = evidence.model, evidence.table
    with TemporaryDirectory() as folder:
        model.save(Path(folder))
        again = GreenGradeModel.load(Path(folder))
    batch, grades = model.predict_proba(table), model.predict(table)
    differ = int((again.predict_proba(table) != batch).sum() + (again.predict(table) != grades).sum())
    for row in range(min(SINGLE, len(table))):
        one = table.iloc[[row]]
        differ += int((model.predict_proba(one) != batch[[row]]).sum())
        differ += int((model.predict(one) != grades[[row]]).sum())
    return Verdict(
        graded(fail=differ > 0),
        f"batch, single and reloaded grades {'differ' if differ else 'agree'}",
        f"批量、单笔与重新加载的等级和概率{'不一致' if differ else '逐位一致'}",
        {"differ": differ, "rows": len(table)},
    )


def is_reproducible(evidence: GreenEvidence) -> Verdict:
    """Training twice on the same rows gives the same files, byte by byte."""
    return same_twice(evidence.model, evidence.refit)
