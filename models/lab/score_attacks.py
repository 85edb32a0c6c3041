"""Attacks on exports that are no model: scores of single loans, and tables of rates.

    found = on_scores(scores, log_odds, bad, member, groups, columns)   # sub-scores, log-odds
    found = on_rates(cells, bad, groups, smallest)                      # a report
    found = on_rows()                                                   # rows without any score

Loans that were learnt from and loans of the test are of different times. What the attacker knows is therefore
ranked within the good and within the bad loans: that more loans fail in one year than in another tells nobody
who was learnt from.
"""

from math import hypot

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm, rankdata

from features.errors import ModelError
from models.delong import auc_interval
from models.lab.attacks import Attack, within
from models.metrics import Estimate, Z

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

GUESSING = 0.5
MOST_COLUMNS = 3
"""Columns that the attacker asks about: those of which the scores tell most."""

FEWEST = 20
"""Loans of a half, of members or others, below which a column is not asked about: chance would answer."""


def gained(
    own: Attack, foreign: Attack, among: int = 1, alike: tuple[Estimate, Estimate] | None = None
) -> tuple[Attack, Attack]:
    """What an attack on a column found of members alone.

    What column and outcome have in common in the whole population is no disclosure, and is found of others
    alike: only what is found of members beyond that was given away by learning (Yeom 2018).

    Args:
        own: The attack on members.
        foreign: The same on loans that were not learnt from.
        among: Of so many columns; the interval is true of all of them at once (Bonferroni).
        alike: Both figures as they are held against each other, where not as they are told.

    Returns:
        The attack on others, told beside; and the difference of both figures, 0.5 where there is none.
    """
    one, other = alike or (own.auc, foreign.auc)
    gap, wider = one.value - other.value, float(norm.ppf(1 - 0.025 / among)) / Z
    low = hypot(one.value - one.low, other.high - other.value)
    high = hypot(one.high - one.value, other.value - other.low)
    return (
        Attack(
            f"{own.name}_of_others",
            foreign.auc,
            f"{foreign.how_zh}（未参与训练的贷款）",
            f"{foreign.how_en}, of loans that were not learnt from",
            gates=False,
        ),
        Attack(
            f"{own.name}_gained",
            Estimate(GUESSING + gap, GUESSING + gap - wider * low, GUESSING + gap + wider * high),
            f"{own.how_zh}：训练贷款比其他贷款多猜对的部分（0.5 加差值）",
            f"{own.how_en}: how much more is found of members than of others (0.5 plus the difference)",
        ),
    )


def on_scores(
    scores: pd.DataFrame,
    log_odds: pd.Series,
    bad: ArrayLike,
    member: Flags,
    groups: ArrayLike,
    columns: pd.DataFrame,
) -> list[Attack]:
    """Attacks by whoever gets scores of loans whose outcome they know.

    Membership: the better the scores fit a loan's outcome, the likelier they learnt from it (Yeom 2018).
    Attributes: whether a column lies above its median, by the score that tells most of it. How much scores
    tell of the columns that they are made of is what was agreed on; what they tell more of loans that were
    learnt from is not.

    Args:
        scores: What leaves: a row a loan, a column a score.
        log_odds: Log-odds of default that the scores amount to, the same rows.
        bad: 1 for default, the same rows.
        member: Which loans were learnt from; the others were not.
        groups: What belongs together.
        columns: What the scores were made of, the same rows; numbers are asked about.

    Raises:
        ModelError: All loans were learnt from, or none.
    """
    label, learnt = np.asarray(bad, dtype=np.int64), np.asarray(member, dtype=bool)
    if learnt.all() or not learnt.any():
        raise ModelError(f"of {len(learnt)} loans {int(learnt.sum())} were learnt from; expected both kinds")
    margin = log_odds.to_numpy(dtype=np.float64)
    fits = within(np.where(label == 1, margin, -margin), label)
    sure = within(np.abs(margin), label)
    found = [
        Attack(
            "membership_by_loss",
            auc_interval(learnt, fits, groups),
            "成员推断：得分与贷款结果越相符，越猜该笔贷款参与过训练",
            "membership: the better a score fits the loan's outcome, the likelier the loan was learnt from",
        ),
        Attack(
            "membership_by_confidence",
            auc_interval(learnt, sure, groups),
            "成员推断：得分越极端，越猜该笔贷款参与过训练",
            "membership: the further from even odds the score, the likelier the loan was learnt from",
        ),
    ]
    told = _told_most(scores, columns, learnt)
    for column, by in told:
        halves = _upper_half(columns[column])
        known = columns[column].notna().to_numpy()
        own, foreign = (
            Attack(
                f"attribute_{column}",
                auc_interval(halves[rows], by[rows], np.asarray(groups)[rows]),
                f"属性推断：由得分猜“{column}”高于还是低于中位数",
                f"attribute: from the scores, whether '{column}' is above its median",
                gates=False,
            )
            for rows in (known & learnt, known & ~learnt)
        )
        found += [own, *gained(own, foreign, len(told))]
    return found if told else [*found, _no_column()]


def has_halves(values: pd.Series, *parts: Flags) -> bool:
    """Whether an attacker can be asked of a column which half a loan lies in, in each of some parts.

    >>> half = np.arange(100) % 2 == 0
    >>> has_halves(pd.Series(np.arange(100.0)), half, ~half), has_halves(pd.Series([0.0] * 99 + [1]), half)
    (True, False)
    """
    known, upper = values.notna().to_numpy(), _upper_half(values)
    counts = (count for rows in parts for count in ((upper & rows).sum(), (known & ~upper & rows).sum()))
    return all(count >= FEWEST for count in counts)


def on_rates(
    cells: pd.Series, bad: pd.Series, groups: pd.Series, smallest: int, seed: int = 0
) -> list[Attack]:
    """Attacks by whoever reads rates of default by group, and knows loans and their outcomes.

    Half of the firms are drawn, and the table is made of their loans alone, as the report makes it. The
    attacker then asks of each loan whether it is in the table: the more it is like its cell and unlike the
    rest, the likelier (Homer 2008). And whether it failed: by the rate of its cell.

    Args:
        cells: Which cell of the table a loan is counted in.
        bad: 1 for default.
        groups: What belongs together.
        smallest: Cells with fewer goods or bads are withheld; the attacker takes the total's rate for them.
        seed: Of the draw.

    Raises:
        ModelError: There are fewer than two firms.
    """
    names = np.array(sorted(groups.astype("str").unique()))
    if len(names) < len(("in", "out")):
        raise ModelError("an attack on a table needs loans of two firms at least")
    drawn = np.random.default_rng(seed).permutation(names)[: len(names) // 2]
    member = groups.astype("str").isin(set(drawn)).to_numpy()
    label, whole = bad.to_numpy(dtype=np.float64), float(bad[member].mean())
    rate = _rates(cells, bad, member, smallest).fillna(whole).to_numpy()
    own, foreign = (
        Attack(
            "attribute_outcome",
            _auc(label[rows] == 1, rate[rows], groups.to_numpy()[rows]),
            "属性推断：由表中该格的违约率猜一笔贷款是否违约",
            "attribute: from the rate of a loan's cell, whether it failed",
            gates=False,
        )
        for rows in (member, ~member)
    )
    return [
        Attack(
            "membership_by_table",
            _auc(member, (label - whole) * (rate - whole), groups.to_numpy()),
            "成员推断：贷款结果越像所在格的违约率而不像总体，越猜它在表内",
            "membership: the more a loan is like its cell's rate and unlike the total's, the likelier it is "
            "in the table",
        ),
        own,
        *gained(own, foreign),
    ]


def on_rows() -> list[Attack]:
    """What rows without any score let be found: nothing, whatever the attacker guesses."""
    nothing = Estimate(GUESSING, GUESSING, GUESSING)
    return [
        Attack(
            "membership_without_scores",
            nothing,
            "成员推断：输出中没有任何得分，只能猜",
            "membership: no score leaves, so that there is only guessing",
        ),
        _no_column(),
    ]


def _no_column() -> Attack:
    return Attack(
        "attribute_without_columns",
        Estimate(GUESSING, GUESSING, GUESSING),
        "属性推断：没有可由输出推断的数值列，只能猜",
        "attribute: no column of numbers to be told from the export, so that there is only guessing",
    )


def _told_most(scores: pd.DataFrame, columns: pd.DataFrame, learnt: Flags) -> list[tuple[str, Floats]]:
    """The columns of which the scores tell most, each with the score that does, turned the right way."""
    found: list[tuple[float, str, Floats]] = []
    for column in columns.select_dtypes("number"):
        if not has_halves(columns[column], learnt, ~learnt):
            continue
        known = columns[column].notna().to_numpy()
        halves = _upper_half(columns[column])
        aucs = {name: _plain_auc(halves[known], scores[name].to_numpy()[known]) for name in scores}
        best = max(aucs, key=lambda name: abs(aucs[name] - GUESSING))
        turned = scores[best].to_numpy(dtype=np.float64) * (1 if aucs[best] >= GUESSING else -1)
        found.append((abs(aucs[best] - GUESSING), str(column), turned))
    found.sort(key=lambda one: (-one[0], one[1]))
    return [(column, by) for _, column, by in found[:MOST_COLUMNS]]


def _upper_half(values: pd.Series) -> Flags:
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers > np.nanmedian(numbers) if np.isfinite(numbers).any() else np.zeros(len(numbers), bool)


def _plain_auc(truth: Flags, score: Floats) -> float:
    ones = int(truth.sum())
    ranks = rankdata(score)
    return float((ranks[truth].sum() - ones * (ones + 1) / 2) / (ones * (len(truth) - ones)))


def _rates(cells: pd.Series, bad: pd.Series, member: Flags, smallest: int) -> pd.Series:
    """The told rate of each loan's cell among the members; missing where it is withheld."""
    told = bad[member].groupby(cells[member]).agg(["size", "sum"])
    rarer = np.minimum(told["sum"], told["size"] - told["sum"])
    rates = (told["sum"] / told["size"]).where(rarer >= smallest)
    return cells.map(rates).astype("float64")


def _auc(truth: Flags, score: Floats, groups: ArrayLike) -> Estimate:
    """As `auc_interval`; guessing where one side is empty."""
    if truth.all() or not truth.any():
        return Estimate(GUESSING, GUESSING, GUESSING)
    return auc_interval(truth, score, groups)
