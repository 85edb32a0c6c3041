"""Whether the held-out months look like the rows of training."""

import pandas as pd

from models.checks.sample import rarer
from models.checks.thresholds import limit
from models.checks.verdict import Verdict, graded, not_asked
from models.evidence import Evidence
from models.stability import ALL, feature_csi, score_psi

SHOWN = 5


def scores_are_stable(evidence: Evidence) -> Verdict:
    """The distribution of scores is that of training.

    Fails where the PSI over all held-out rows is above 0.25 and above what chance brings; warns above 0.1,
    or where a single month is above 0.25. With fewer than 100 of the rarer outcome in training it only
    warns: such a model spreads the rows that it learnt from further than others, which looks like a move.
    """
    told = score_psi(evidence)
    if told.empty:
        return _same_rows()
    moved = told[told["psi"] > told["by_chance"]].set_index("month")["psi"]
    whole, worst = float(told["psi"].iloc[0]), told.iloc[int(told["psi"].to_numpy().argmax())]
    overall = float(moved.get(ALL, 0.0))
    learnt = rarer(evidence.train) >= limit("enough_bads")
    watch = overall >= limit("psi_watch") or bool((moved >= limit("psi_act")).any())
    return Verdict(
        graded(fail=overall >= limit("psi_act") and learnt, warn=watch),
        f"PSI of scores {whole:.3f} over {told['rows'].iloc[0]} rows ({told['by_chance'].iloc[0]:.3f} by "
        f"chance), highest {worst['psi']:.3f} in {worst['month']}; {limit('psi_act')} is too much",
        f"评分 PSI 为 {whole:.3f}（{told['rows'].iloc[0]} 行，偶然可达 {told['by_chance'].iloc[0]:.3f}），"
        f"最高 {worst['psi']:.3f}（{_month_zh(str(worst['month']))}）；超过 {limit('psi_act')} 不可接受",
        {"psi": whole, "highest": float(worst["psi"]), "months": len(told) - 1},
    )


def features_are_stable(evidence: Evidence) -> Verdict:
    """The distribution of every feature is that of training; a warning only.

    A feature that moved does not make a score wrong: whether it matters shows in the PSI of the scores.
    Warns where a CSI over all held-out rows is above 0.25 and above what chance brings.
    """
    told = feature_csi(evidence)
    if told.empty:
        return _same_rows()
    whole = told[told["month"] == ALL]
    moved = whole[(whole["psi"] >= limit("psi_act")) & (whole["psi"] > whole["by_chance"])]
    ranked = moved.sort_values("psi", ascending=False, kind="stable")
    named = [f"{row.feature} {row.psi:.2f}" for row in ranked.head(SHOWN).itertuples()]
    more = " …" if len(ranked) > SHOWN else ""
    return Verdict(
        graded(warn=len(ranked) > 0),
        f"{len(ranked)} of {len(whole)} features have a CSI above {limit('psi_act')}"
        + (f": {', '.join(named)}{more}" if named else ""),
        f"{len(whole)} 个特征中有 {len(ranked)} 个 CSI 超过 {limit('psi_act')}"
        + (f"：{'、'.join(named)}{more}" if named else ""),
        {"moved": len(ranked), "features": len(whole), "highest": _highest(whole)},
    )


def _highest(told: pd.DataFrame) -> float:
    return float(told["psi"].max()) if len(told) else 0.0


def _month_zh(month: str) -> str:
    return "全部月份" if month == ALL else month


def _same_rows() -> Verdict:
    return not_asked(
        "no later rows: every row was held out once a repeat", "没有更晚的样本：每行在每次重复中恰被留出一次"
    )
