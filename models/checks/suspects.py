"""Features that know too much: one that ranks nearly all alone, or that is filled for one outcome only."""

from math import log

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from models.checks.thresholds import limit
from models.checks.verdict import Verdict, graded
from models.evidence import Evidence

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SHOWN = 5


def no_single_feature_tells_all(evidence: Evidence) -> Verdict:
    """No feature alone is near-perfect: such a feature usually knows the outcome."""
    alone = aucs_alone(evidence)
    if not alone:
        return Verdict("pass", "no feature can be judged alone", "没有可单独衡量的特征")
    best, ceiling = max(alone, key=lambda name: alone[name]), limit("suspicious_auc_alone")
    return Verdict(
        graded(fail=not alone[best] < ceiling),
        f"'{best}' alone reaches AUC {alone[best]:.3f}, {ceiling} is suspicious",
        f"“{best}”单独的 AUC 为 {alone[best]:.3f}，达到 {ceiling} 即可疑",
        {"auc_alone": alone[best]},
    )


def is_filled_whatever_the_outcome(evidence: Evidence) -> Verdict:
    """No feature is known for one outcome only, or missing for one outcome only.

    What is filled in only once a firm has defaulted is known after the outcome. Fails where at least 20 rows
    are known (or missing), all are of one outcome, and chance would bring that once in a million; warns
    where a feature is other than zero for at least so many bads and for no good.
    """
    table, bad = _all_rows(evidence)
    known = table.notna().to_numpy()
    one_sided = _one_outcome(known, bad) | _one_outcome(~known, bad)
    numbers = _numeric(table)
    marks = np.zeros(known.shape, dtype=bool)
    marks[:, [table.columns.get_loc(name) for name in numbers]] = (
        table[numbers].to_numpy(dtype=np.float64, na_value=0.0) != 0
    )
    marked = _one_outcome(marks, bad, only_bad=True) & ~one_sided
    names, warned = [[str(name) for name in table.columns[which]] for which in (one_sided, marked)]
    return Verdict(
        graded(fail=bool(names), warn=bool(warned)),
        f"{_listed(names) or 'no feature'} is known or missing for one outcome only"
        + (f"; {_listed(warned)} is other than zero for bads only" if warned else ""),
        f"{_listed(names, '、') or '没有特征'}只在一种结果下有值或缺失"
        + (f"；{_listed(warned, '、')}只在违约时不为零" if warned else ""),
        {"filled_for_one_outcome": len(names), "non_zero_for_bads_only": len(warned)},
    )


def aucs_alone(evidence: Evidence) -> dict[str, float]:
    """How well each feature ranks the held-out rows by itself: the better of both directions.

    Numbers with missing values at either end; categories by the default rate that each word had in other
    rows. 0.5 says nothing. Empty where the rows have one outcome only.
    """
    table, bad = evidence.held_out.table, evidence.held_out.bad
    if len(bad) == 0 or bad.min() == bad.max():
        return {}
    names = _numeric(table)
    values = table[names].to_numpy(dtype=np.float64, na_value=np.nan)
    found = [_aucs(np.where(np.isnan(values), fill, values), bad) for fill in (-np.inf, np.inf)]
    best = np.maximum.reduce([np.maximum(one, 1 - one) for one in found]) if names else []
    words = [name for name in table if name not in names]
    return dict(zip(names, map(float, best), strict=True)) | {
        str(name): _auc_of_words(evidence, str(name)) for name in words
    }


def _aucs(values: Floats, bad: Ints) -> Floats:
    """AUC of each column, ties in the middle."""
    ranks = rankdata(values, axis=0)
    bads, goods = int(bad.sum()), int(len(bad) - bad.sum())
    figures: Floats = (ranks[bad == 1].sum(axis=0) - bads * (bads + 1) / 2) / (bads * goods)
    return figures


def _auc_of_words(evidence: Evidence, name: str) -> float:
    """A category ranks by the default rate of its word, measured on rows other than those that it ranks."""
    words, bad = evidence.held_out.table[name].astype("object"), evidence.held_out.bad
    if evidence.kind == "out_of_time":
        rates = _rates(evidence.train.table[name].astype("object"), evidence.train.bad)
        ranked = words.map(rates).fillna(float(np.mean(evidence.train.bad)))
        return float(_aucs(ranked.to_numpy(dtype=np.float64)[:, None], bad)[0])
    even = np.arange(len(bad)) % 2 == 0
    if any(bad[half].min() == bad[half].max() for half in (even, ~even)):
        return 0.5
    halves = [
        _aucs(
            words[judged]
            .map(_rates(words[~judged], bad[~judged]))
            .fillna(float(bad.mean()))
            .to_numpy(dtype=np.float64)[:, None],
            bad[judged],
        )[0]
        for judged in (even, ~even)
    ]
    return float(np.mean(halves))


def _rates(words: pd.Series, bad: Ints) -> pd.Series:
    return pd.Series(bad, index=words.index).groupby(words).mean()


def _one_outcome(marked: NDArray[np.bool_], bad: Ints, *, only_bad: bool = False) -> NDArray[np.bool_]:
    """Columns in which all marked rows are of one outcome, and too many for chance."""
    rate = float(np.clip(bad.mean(), 1e-12, 1 - 1e-12))
    rows, bads = marked.sum(axis=0), (marked & (bad[:, None] == 1)).sum(axis=0)
    fewest, chance = limit("one_outcome_rows"), log(limit("one_outcome_chance"))
    enough = (rows >= fewest) & (rows < len(bad))
    all_bad = (bads == rows) & (rows * log(rate) < chance)
    all_good = (bads == 0) & (rows * log(1 - rate) < chance) & (not only_bad)
    result: NDArray[np.bool_] = enough & (all_bad | all_good)
    return result


def _all_rows(evidence: Evidence) -> tuple[pd.DataFrame, Ints]:
    """Training and held-out rows, once each."""
    if evidence.kind != "out_of_time":
        return evidence.held_out.table, evidence.held_out.bad
    both = (evidence.train, evidence.held_out)
    return pd.concat([rows.table for rows in both], ignore_index=True), np.concatenate(
        [rows.bad for rows in both]
    )


def _numeric(table: pd.DataFrame) -> list[str]:
    return [name for name in table if pd.api.types.is_numeric_dtype(table[name].dtype)]


def _listed(names: list[str], between: str = ", ") -> str:
    return between.join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
