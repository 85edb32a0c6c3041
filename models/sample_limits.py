"""What a sample of few bads can and cannot show, in words that a report may print."""

from math import sqrt

TYPICAL_AUC = 0.75
CERTAIN = 1.96

PLENTY = 50
"""From so many rows a column on, each tree may ask all columns: there is enough to tell a column that helps
from one that fits by accident."""

MANY = 500
"""From so many firms of the rarer class on, more trees have something left to learn."""

FEW_TREES = 700
"""Most trees of a model whose rows or bads are fewer than that."""


def plenty(rows: int, columns: int) -> bool:
    """Whether rows are so many for the columns that trees may ask all of these.

    Args:
        rows: Firms learnt from.
        columns: Features.

    >>> plenty(5_000, 12), plenty(5_000, 228)
    (True, False)
    """
    return rows >= PLENTY * columns


def most_trees(wished: int, rows: int, columns: int, bads: int) -> int:
    """Most trees of a whole model that a sample can make use of.

    Args:
        wished: Most trees in any case.
        rows: Firms learnt from.
        columns: Features.
        bads: How many of the firms defaulted.

    >>> [most_trees(1500, *sample) for sample in ((5_000, 12, 800), (5_000, 12, 200), (5_000, 228, 800))]
    [1500, 700, 700]
    """
    enough = plenty(rows, columns) and min(bads, rows - bads) >= MANY
    return wished if enough else min(wished, FEW_TREES)


def sample_limits(rows: int, bads: int) -> dict[str, str]:
    """Language → what a reader must know of a small sample.

    Args:
        rows: Firms learnt from.
        bads: How many of them defaulted.

    >>> sample_limits(123, 27)["en"][:64]
    '27 bads among 123 firms: an AUC of 0.75 is known to ± 0.11, the '
    """
    rarer = min(bads, rows - bads)
    ranks, rate = auc_half_width(bads, rows - bads), CERTAIN * sqrt(bads * (rows - bads) / rows) / rows
    return {
        "en": (
            f"{bads} bads among {rows} firms: an AUC of {TYPICAL_AUC} is known to ± {ranks:.2f}, the "
            f"rate of default to ± {rate:.1%}. The sample shows which features carry risk and roughly "
            f"ranks firms; it cannot tell models apart that differ by less, prove a rare effect, "
            f"or validate bands and "
            f"segments ({rarer} firms of the rarer class). Judge it by repeated cross-validation only."
        ),
        "zh": (
            f"{rows} 户企业中坏样本 {bads} 户：AUC 为 {TYPICAL_AUC} 时误差约 ±{ranks:.2f}，"
            f"违约率误差约 ±{rate:.1%}。"
            f"样本能说明哪些特征与风险有关、并对企业大致排序；不能区分差距小于上述误差的模型，"
            f"不能证明少见的影响，也不能验证分档与分组（较少一类仅 {rarer} 户）。只能用重复交叉验证评价。"
        ),
    }


def auc_half_width(bads: int, goods: int, auc: float = TYPICAL_AUC) -> float:
    """Half the 95 % interval of an AUC (Hanley, McNeil 1982).

    >>> round(auc_half_width(27, 96), 3)
    0.114
    """
    one, two = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (bads - 1) * (one - auc**2) + (goods - 1) * (two - auc**2)
    return CERTAIN * sqrt(spread / (bads * goods))
