"""What passes of cross-validation say of models: means with intervals, differences on the same folds."""

import statistics
from collections.abc import Sequence
from math import sqrt
from typing import Any

from model_rivals.peers import FOLDS, TUNING_SECONDS

from models.metrics import over_repeats

Found = dict[str, Any]
BOOSTED = ("lightgbm", "catboost", "ebm")
NAMES = {
    "ours": "**CreditModel**",
    "tuned": "**CreditModel**, tuned",
    "lightgbm": "LightGBM",
    "catboost": "CatBoost",
    "ebm": "EBM",
    "scorecard": "**WoeScorecard**",
    "logistic": "logistic, quantiles",
    "optbinning": "optbinning + logistic",
}
WITHIN, ABOVE, CALIBRATED = 0.002, 0.005, (0.9, 1.1)
OWED = {
    "ours": (BOOSTED, -WITHIN),
    "tuned": ((*BOOSTED, "ours"), 0.0),
    "scorecard": (("logistic",), 0.0),
    "scorecard ": (("optbinning",), ABOVE),
}
"""Which rivals a model is compared with, and by how much AUC it may at least stand above the best of them."""


def quality_lines(passes: Sequence[Found]) -> list[str]:
    """The passes as a chapter of Markdown; empty where there are none."""
    if not passes:
        return []
    lines = [
        "## Quality",
        "",
        "Default settings, repeated 5-fold cross-validation on the same folds; AUC with 95 % interval",
        "(corrected for the folds' overlap), log-loss, predicted over observed rate of default. Tuned:",
        f"{TUNING_SECONDS} s on the rows of each fold.",
        "",
        "| table | model | passes | AUC | log-loss | predicted / observed |",
        "|---|---|---|---|---|---|",
    ]
    lines += [_row(table, model, passes) for table in _tables(passes) for model in _models(table, passes)]
    lines += [
        "",
        "Against the best rival on the same folds (a mean difference of AUC with its 95 % interval):",
        "",
        "| table | model | best rival | difference | owed | kept |",
        "|---|---|---|---|---|---|",
    ]
    return [*lines, *(row for table in _tables(passes) for row in _against(table, passes)), ""]


def difference(own: Sequence[float], other: Sequence[float]) -> tuple[float, float, float]:
    """Mean difference fold by fold, and its 95 % interval, corrected for overlap (Nadeau, Bengio 2003)."""
    gaps = [one - two for one, two in zip(own, other, strict=True)]
    mean = statistics.mean(gaps)
    half = 1.96 * sqrt((1 / len(gaps) + 1 / (FOLDS - 1)) * statistics.variance(gaps))
    return mean, mean - half, mean + half


def _tables(passes: Sequence[Found]) -> list[str]:
    return list(dict.fromkeys(one["table"] for one in passes))


def _models(table: str, passes: Sequence[Found]) -> list[str]:
    there = {one["model"] for one in passes if one["table"] == table}
    return [model for model in NAMES if model in there]


def _of(table: str, model: str, passes: Sequence[Found]) -> dict[int, Found]:
    """Seed of the folds → what was found; without what failed."""
    return {
        one["seed"]: one
        for one in passes
        if (one["table"], one["model"]) == (table, model) and "failed" not in one
    }


def _flat(found: dict[int, Found], what: str, seeds: Sequence[int]) -> list[float]:
    return [figure for seed in seeds for figure in found[seed][what]]


def _row(table: str, model: str, passes: Sequence[Found]) -> str:
    head, found = f"| {table} | {NAMES[model]} |", _of(table, model, passes)
    if not found:
        why = next(one["failed"] for one in passes if (one["table"], one["model"]) == (table, model))
        return f"{head} | not measured: {why} | | |"
    auc, loss, ratio = (_flat(found, what, list(found)) for what in ("auc", "log_loss", "ratio"))
    figure = over_repeats(auc, len(found))
    told = f"{figure.value:.4f} [{figure.low:.3f}, {figure.high:.3f}]"
    means = f"{statistics.mean(loss):.4f} | {statistics.mean(ratio):.2f}"
    return f"{head} {len(found)} | {told} | {means} |"


def _against(table: str, passes: Sequence[Found]) -> list[str]:
    lines = []
    for word, (rivals, owed) in OWED.items():
        own = _of(table, model := word.strip(), passes)
        gaps = [
            (*_gap(own, _of(table, rival, passes)), rival) for rival in rivals if _of(table, rival, passes)
        ]
        if not own or not gaps:
            continue
        mean, low, high, rival = min(gaps)
        told = f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]"
        lines.append(
            f"| {table} | {NAMES[model]} | {NAMES[rival]} | {told} | {owed:+.3f} | {yes(mean >= owed)} |"
        )
    own = _of(table, "ours", passes)
    if own:
        ratio = statistics.mean(_flat(own, "ratio", list(own)))
        fair = yes(CALIBRATED[0] <= ratio <= CALIBRATED[1])
        lines.append(f"| {table} | {NAMES['ours']} | observed rate | {ratio:.3f} × | 0.9 to 1.1 × | {fair} |")
    return lines


def _gap(own: dict[int, Found], other: dict[int, Found]) -> tuple[float, float, float]:
    both = [seed for seed in own if seed in other]
    return difference(_flat(own, "auc", both), _flat(other, "auc", both)) if both else (1.0, 1.0, 1.0)


def yes(kept: bool) -> str:  # noqa: FBT001 - a word for it
    """A word for whether a promise is kept."""
    return "yes" if kept else "**no**"
