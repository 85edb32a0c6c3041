"""Qualifications: titles that a firm has to earn and to renew; known by their month."""

import numpy as np
import pandas as pd

from features.city.events import strikes
from features.city.lags import Habits
from features.city.rows import frame
from features.city.signals import view
from features.city.world import Chunk

SOURCE = "qualification"
HABITS = Habits(late=0.05, withdrawn=0.001)
KINDS = (
    "高新技术企业",
    "科技型中小企业",
    "专精特新中小企业",
    "质量管理体系认证",
    "安全生产许可",
    "建筑业资质",
    "食品经营许可",
)
SHARES = (0.12, 0.22, 0.07, 0.24, 0.13, 0.10, 0.12)
TEXTS = {"kind": KINDS}
TERMS_MONTHS = (12, 36, 60)


def rows(chunk: Chunk) -> pd.DataFrame:
    """Return one row per qualification, dated by the ends of its first and last month."""
    rng = chunk.stream(SOURCE)
    firm, month = strikes(chunk, rng, np.exp(-5.0 + 0.35 * view(chunk, "qualification")))
    months, count = chunk.world.months, len(firm)
    return frame(
        chunk,
        firm,
        months.end(month),
        kind=rng.choice(len(KINDS), count, p=SHARES),
        expiry_date=months.end(month + rng.choice(TERMS_MONTHS, count, p=(0.2, 0.6, 0.2))),
    )
