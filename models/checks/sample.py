"""Whether the sample can say anything at all."""

import numpy as np

from models.checks.thresholds import limit
from models.checks.verdict import Verdict, graded
from models.evidence import Evidence, Rows


def enough_bads(evidence: Evidence) -> Verdict:
    """Training and held-out rows hold enough firms of either outcome.

    Fails below 20 of the rarer outcome on either side; warns below 100 held out, where intervals are wide.
    """
    needed, enough = int(limit("fewest_bads")), int(limit("enough_bads"))
    held, learnt = rarer(evidence.held_out), rarer(evidence.train)
    bads = int(np.sum(evidence.held_out.bad))
    few = held < needed or learnt < needed
    wide = "" if held >= enough else f"; below {enough} every interval is wide"
    wide_zh = "" if held >= enough else f"；少于 {enough} 个时各项区间都较宽"
    return Verdict(
        graded(fail=few, warn=held < enough),
        f"{bads} bads among {len(evidence.held_out)} rows held out, the rarer outcome {held} times there and "
        f"{learnt} times in training, at least {needed} needed{wide}",
        f"留出样本 {len(evidence.held_out)} 行，其中违约 {bads} 个；"
        f"较少一类留出 {held} 个、训练 {learnt} 个，至少各需 {needed} 个{wide_zh}",
        {"held_out": len(evidence.held_out), "bads": bads, "rarer": held, "rarer_in_training": learnt},
    )


def rarer(rows: Rows) -> int:
    """How often the rarer outcome stands among the rows."""
    bads = int(np.sum(rows.bad))
    return min(bads, len(rows) - bads)
