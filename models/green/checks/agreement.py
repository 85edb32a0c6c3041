"""Whether the model grades as the office does: in all, grade by grade, later, and beside the champion."""

from models.checks.verdict import Verdict, graded, not_asked
from models.green.checks.limits import limit
from models.green.evidence import GreenEvidence
from models.green.judging import figures_of, kappa_difference
from models.green.vocabulary import grade_zh


def agrees_with_the_office(evidence: GreenEvidence) -> Verdict:
    """Grades of firms that the model had not seen agree with the official ones at least moderately.

    Fails where kappa is below 0.4; warns where it is below 0.6 or its interval reaches below 0.4.
    """
    found, floor, good = evidence.figures, limit("lowest_kappa"), limit("good_kappa")
    kappa = found.kappa
    return Verdict(
        graded(fail=not kappa.value >= floor, warn=kappa.value < good or kappa.low < floor),
        f"quadratic weighted kappa {kappa} on unseen firms, floor {floor}; "
        f"within one grade {found.within_one}",
        f"未见企业的二次加权 kappa {kappa}，下限 {floor}；相差不超过一级 {found.within_one}",
        {"kappa": kappa.value, "low": kappa.low, "high": kappa.high, "within_one": found.within_one.value},
    )


def every_grade_is_found(evidence: GreenEvidence) -> Verdict:
    """Firms of every official grade are given that grade now and then.

    Fails where a grade with enough firms is given to fewer than 0.15 of them; warns below 0.35.
    """
    enough, counts = limit("fewest_firms_of_a_grade"), evidence.firms_by_grade
    recall = {
        str(grade): one
        for grade, one in zip(evidence.model.grades, evidence.figures.recall, strict=True)
        if one is not None and counts.get(str(grade), 0) >= enough
    }
    if not recall:
        return Verdict("fail", "no grade has enough firms to be looked for", "没有样本量足够的等级")
    worst = min(recall, key=lambda grade: recall[grade].value)
    low, watch = limit("lowest_recall"), limit("recall_watch")
    return Verdict(
        graded(fail=recall[worst].value < low, warn=recall[worst].value < watch),
        f"recall by grade: {', '.join(f'{grade} {one}' for grade, one in recall.items())}; floor {low}",
        f"各等级召回率：{'，'.join(f'{grade_zh(grade)} {one}' for grade, one in recall.items())}；下限 {low}",
        {f"recall_{grade}": one.value for grade, one in recall.items()},
    )


def holds_out_of_time(evidence: GreenEvidence) -> Verdict:
    """The newest official grades are met by models that knew nothing so new, nor these firms.

    Fails where kappa is below 0.4 and its interval does not reach it.
    """
    later, period = evidence.later, evidence.later_period
    if later is None or period is None or not len(later):
        return not_asked("the history is too short for a test out of time", "历史过短，无法做时间外检验")
    kappa, floor = figures_of(later).kappa, limit("lowest_kappa")
    days = f"{period[0]:%Y-%m-%d} – {period[1]:%Y-%m-%d}"
    return Verdict(
        graded(fail=kappa.high < floor, warn=kappa.value < floor),
        f"kappa {kappa} on {len(later)} evaluations of {days}, floor {floor}",
        f"{days} 的 {len(later)} 次评价上 kappa {kappa}，下限 {floor}",
        {"kappa": kappa.value, "low": kappa.low, "high": kappa.high, "rows": len(later)},
    )


def keeps_up_with_the_champion(evidence: GreenEvidence) -> Verdict:
    """The model is not clearly worse than the champion on the same later evaluations.

    Fails only where the loss of kappa is larger than 0.02 and its interval excludes zero.
    """
    champion, later = evidence.champion, evidence.later
    if champion is None or later is None or not len(later):
        return not_asked("no champion to compare with", "没有可比较的现任模型")
    gain = kappa_difference(later, champion)
    name = evidence.champion_label or "the champion"
    return Verdict(
        graded(fail=gain.high < 0 and gain.value < -limit("worse_than_champion")),
        f"kappa {gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}] against {name} on {len(later)} rows",
        f"与现任模型 {evidence.champion_label or ''} 在同样 {len(later)} 行上相比，kappa 相差 "
        f"{gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}]",
        {"gain": gain.value, "low": gain.low, "high": gain.high, "rows": len(later)},
    )
