"""Whether the sample is enough, and whether nothing entered that must not."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from features.errors import ModelError
from models.checks.verdict import Verdict, graded
from models.green.checks.limits import limit
from models.green.evidence import GreenEvidence
from models.green.refused import refuse_credit
from models.green.vocabulary import grade_zh

WORDS_A_ROW = 20
"""A word of a category counts as a value where it has at least so many rows."""


def enough_of_every_grade(evidence: GreenEvidence) -> Verdict:
    """Every grade was given to enough different firms. Fails below 15 firms; warns below 50."""
    counts, needed = evidence.firms_by_grade, limit("fewest_firms_of_a_grade")
    fewest = min(counts.values())
    told = ", ".join(f"{grade} {firms}" for grade, firms in counts.items())
    told_zh = "，".join(f"{grade_zh(grade)} {firms}" for grade, firms in counts.items())
    return Verdict(
        graded(fail=fewest < needed, warn=fewest < limit("enough_firms_of_a_grade")),
        f"firms that ever had each grade: {told}; at least {needed:.0f} needed",
        f"各等级曾评定的企业数：{told_zh}；至少各需 {needed:.0f} 户",
        {"fewest": fewest, "rows": len(evidence.judged)},
    )


def knows_nothing_of_credit(evidence: GreenEvidence) -> Verdict:
    """No column of the model is a credit score or an outcome."""
    columns = evidence.model.encoder_.inputs
    try:
        refuse_credit(columns, evidence.model.meanings)
    except ModelError as error:
        return Verdict("fail", str(error), "信用评分或贷款结果进入了绿色模型")
    return Verdict(
        "pass",
        f"none of {len(columns)} columns is a credit score or an outcome",
        f"{len(columns)} 个特征中没有信用评分，也没有贷款结果",
        {"columns": len(columns)},
    )


def covers_the_graded_firms(evidence: GreenEvidence) -> Verdict:
    """Something environmental was known of most of the graded rows. Warns below one half."""
    share = evidence.coverage
    return Verdict(
        graded(warn=share < limit("coverage_watch")),
        f"something environmental was known of {share:.1%} of {len(evidence.grades)} graded rows; "
        "the others get no predicted grade",
        f"{len(evidence.grades)} 次官方评价中 {share:.1%} 当时已有环境信息；其余不给出预测等级",
        {"coverage": share},
    )


def no_single_feature_tells_all(evidence: GreenEvidence) -> Verdict:
    """No feature alone orders nearly all firms: such a feature usually knows the grade."""
    alone = concordances(evidence)
    if not alone:
        return Verdict("pass", "no feature can be judged alone", "没有可单独衡量的特征")
    best, ceiling = max(alone, key=lambda name: alone[name]), limit("suspicious_concordance")
    return Verdict(
        graded(fail=not alone[best] < ceiling),
        f"'{best}' alone has a concordance of {alone[best]:.3f}, {ceiling} is suspicious",
        f"“{best}”单独的一致性为 {alone[best]:.3f}，达到 {ceiling} 即可疑",
        {"concordance": alone[best]},
    )


def concordances(evidence: GreenEvidence) -> dict[str, float]:
    """How well each feature orders the firms by itself, where it is known: the better of both directions.

    The mean over the steps of the chance that of two firms, the one that reaches the grade has the higher
    value; 0.5 says nothing. Words count by the mean grade of their rows. Features known of few rows are left
    out.
    """
    place = evidence.model.places(evidence.grades)
    found = {}
    for name in map(str, evidence.model.encoder_.inputs):
        values = _numbers(evidence.table[name], place)
        known = ~np.isnan(values)
        if known.sum() >= limit("concordance_rows") and len(np.unique(values[known])) > 1:
            found[name] = _concordance(values[known], place[known])
    return found


def _concordance(values: NDArray[np.float64], place: NDArray[np.int64]) -> float:
    ranks, rows = rankdata(values), len(values)
    aucs = []
    for step in range(1, int(place.max()) + 1):
        reached = place >= step
        better = int(reached.sum())
        if 0 < better < rows:  # the rank sum of Wilcoxon, as a share of all pairs
            pairs = float(ranks[reached].sum()) - better * (better + 1) / 2
            aucs.append(pairs / (better * (rows - better)))
    mean = float(np.mean(aucs)) if aucs else 0.5
    return max(mean, 1 - mean)


def _numbers(values: pd.Series, place: NDArray[np.int64]) -> NDArray[np.float64]:
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    words = values.astype("str").where(values.notna())
    means = pd.Series(place, index=values.index, dtype="float64").groupby(words).agg(["mean", "size"])
    often = means["mean"].where(means["size"] >= WORDS_A_ROW)
    return words.map(often).to_numpy(dtype=np.float64, na_value=np.nan)
