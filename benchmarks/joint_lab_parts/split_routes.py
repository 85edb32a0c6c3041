"""Pooled in the lab, and split between lab and banks, on the same test loans of a sample.

The candidates learn from both banks' loans. Of a split, the bank's half learns from that bank's own loans
alone, as it does in use.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from models.lab.figures import compared, recovered
from models.lab.sample import Flags, Sample
from models.lab.stacking import fit_first, fit_second
from models.lab.sub_scores import SubScores, fit_bank_half, fit_sub_scores
from models.lab.uplift import MAKERS, Uplift, compare
from models.metrics import Estimate
from models.splits import GroupTimeFolds

Found = dict[str, Any]
Said = Callable[[str], None]
Left = Mapping[str, tuple[pd.DataFrame, pd.Series]]
"""What left → its scores of the loans of training and test, and the log-odds that they amount to."""
MODEL = "CreditModel"
LOG_ODDS_FINE = 0.01
"""Log-odds leave in multiples of it, as an agreement has it unless it says otherwise."""


def told(one: Estimate) -> list[float]:
    """A figure and the ends of its interval."""
    return [one.value, one.low, one.high]


def candidates(sample: Sample, folds: GroupTimeFolds) -> tuple[Uplift, Found]:
    """Platform, bank and both."""
    uplift = compare(sample, folds, {MODEL: MAKERS[MODEL]})
    rows = [
        {"model": one.model, "columns": one.name}
        | {name: told(getattr(one, name)) for name in ("auc", "ks", "lift_10", "calibration")}
        for one in uplift.candidates
    ]
    gains = [
        {"model": model, "one": one, "other": other, "auc": told(gain.auc), "ks": told(gain.ks)}
        for (model, one, other), gain in uplift.gains.items()
    ]
    return uplift, {"loans": uplift.loans, "bads": uplift.bads, "candidates": rows, "gains": gains}


def splits(sample: Sample, folds: GroupTimeFolds, uplift: Uplift, say: Said) -> tuple[Found, Left]:
    """Every split held against pooling, and what left the platform in each."""
    scores = fit_sub_scores(sample, folds)
    say("sub-scores")
    alone = fit_first(sample.platform, sample.bad, sample.groups, folds, meanings=sample.meanings)
    platform_first = (alone.log_odds / LOG_ODDS_FINE).round() * LOG_ODDS_FINE
    say("the platform's log-odds")
    answers = {
        "sub-scores": _by_bank(sample, folds, lambda own, part: _half(own, part, scores)),
        "stacking, platform first": _by_bank(
            sample, folds, lambda own, part: _adding_bank(own, part, platform_first)
        ),
        "stacking, bank first": _bank_first(sample, folds),
    }
    say("the banks' halves")
    points, scale = scores.cross_fitted, scores.scale
    # each theme's points say how risky a firm is by it alone; what they say together is near their mean
    left = {
        "sub-scores": (points, (scale.offset - points.mean(axis="columns")) / scale.factor),
        "log-odds": (platform_first.to_frame("log_odds"), platform_first),
    }
    return _judged(sample.where(folds.test), uplift, answers), left


def _half(own: Sample, folds: GroupTimeFolds, scores: SubScores) -> pd.Series:
    """Probabilities by a bank's half beside sub-scores."""
    return fit_bank_half(own.bank, scores.cross_fitted, own.bad, own.groups, folds).pd_


def _adding_bank(own: Sample, folds: GroupTimeFolds, log_odds: pd.Series) -> pd.Series:
    """Probabilities by what a bank's half adds to the platform's log-odds."""
    return fit_second(own.bank, own.bad, own.groups, folds, log_odds).pd_


def _bank_first(sample: Sample, folds: GroupTimeFolds) -> pd.Series:
    """Probabilities by what the platform adds to each bank's own log-odds."""
    said = []
    for rows in _banks(sample):
        own, part = sample.where(rows), _within(folds, rows)
        said.append(fit_first(own.bank, own.bad, own.groups, part).log_odds)
    log_odds = (pd.concat(said) / LOG_ODDS_FINE).round() * LOG_ODDS_FINE
    second = fit_second(sample.platform, sample.bad, sample.groups, folds, log_odds, meanings=sample.meanings)
    return second.pd_


def _by_bank(
    sample: Sample, folds: GroupTimeFolds, half: Callable[[Sample, GroupTimeFolds], pd.Series]
) -> pd.Series:
    """Probabilities of all test loans, each bank's by its own half."""
    parts = [half(sample.where(rows), _within(folds, rows)) for rows in _banks(sample)]
    return pd.concat(parts).reindex(sample.loans.index[folds.test])


def _banks(sample: Sample) -> list[Flags]:
    banks = sample.loans["bank"]
    return [(banks == name).to_numpy() for name in sorted(banks.unique())]


def _within(folds: GroupTimeFolds, rows: Flags) -> GroupTimeFolds:
    """The same folds over some of the rows."""
    made = tuple((train[rows], test[rows]) for train, test in folds.folds)
    periods = folds.train_period, folds.test_period
    return GroupTimeFolds(made, folds.train[rows], folds.test[rows], *periods)


def _judged(judged: Sample, uplift: Uplift, answers: Mapping[str, pd.Series]) -> Found:
    """AUC of every split, what it has over the bank alone, and the share of pooling's lift that it keeps."""
    pooled, bank = (uplift.of(MODEL, name).pd_ for name in ("pooled", "bank"))
    both = compared(judged.bad, {"pooled": pooled, "bank": bank, **answers}, judged.groups)
    return {
        name: {
            "auc": told(both.figures[name].auc),
            "over_bank": told(both.gain(name, "bank").auc),
            "short_of_pooled": told(both.gain("pooled", name).auc),
            "recovered": told(recovered(pooled, bank, answer, judged.bad, judged.groups)),
        }
        for name, answer in answers.items()
    }
