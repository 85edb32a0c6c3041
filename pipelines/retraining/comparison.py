"""Champion and challenger on the same later loans: ranking, probabilities, segments; plain frames, no files.

The challenger speaks of each loan by trees that have not seen its firm. The champion may have learnt from
earlier loans of some of these firms, so what is found is no flattery of the challenger; beside it stands what
both would answer as they are, and what they say of firms that the champion has never met.
"""

from collections.abc import Iterator
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.checks.calibration import ratio_interval, slope_interval
from models.delong import auc_difference, auc_interval
from models.metrics import Estimate, Z, ks
from pipelines.retraining.challenger import SEGMENT
from pipelines.retraining.journal import Told
from pipelines.retraining.limits import Limits

Floats = NDArray[np.float64]

CHAMPION, CHALLENGER, WHOLE = "champion", "challenger", "challenger_whole"


def compare(judged: pd.DataFrame, champion_learnt_until: str | None, limits: Limits) -> Told:
    """What the two models say of the same loans.

    Args:
        judged: As `Challenger.judged` gives them.
        champion_learnt_until: Last day of the champion's training, ISO 8601; None where nobody knows.
        limits: The numbers in force.

    Returns:
        `rows`, `bads`, `firms`, `first` and `last` application; `unfair`, the reason why the comparison says
        nothing (`unknown_period`, `learnt_later`, `few_bads`) or None; of each model its `auc`, `ks`, mean
        and `ratio` of predicted over observed, `slope`, `brier`; `gain` of AUC, `gain_whole` (both as they
        would answer), `gain_new_firms` (firms that the champion does not know; None where too few),
        `known_rows` (None where nobody knows); and `segments`. Figures with intervals are `value`, `low`,
        `high`; None where there are none.
    """
    bad = judged["bad"].to_numpy(dtype=np.int64)
    first, last = judged["application_date"].min(), judged["application_date"].max()
    scarce = min(int(bad.sum()), int(len(bad) - bad.sum())) < limits["fewest_bads"].value
    told: Told = {
        "rows": len(judged),
        "bads": int(bad.sum()),
        "firms": int(judged["entity_id"].nunique()),
        "first": f"{first:%Y-%m-%d}",
        "last": f"{last:%Y-%m-%d}",
        "champion_learnt_until": champion_learnt_until,
        "unfair": _unfair(champion_learnt_until, first, scarce=scarce),
        "known_rows": None if judged["known"].isna().any() else int(judged["known"].sum()),
    }
    if bad.min() == bad.max():
        return told | {"unfair": "few_bads", "gain": None, "segments": []}
    return told | {
        CHAMPION: _figures(judged, CHAMPION),
        CHALLENGER: _figures(judged, CHALLENGER),
        "gain": _gain(judged, CHALLENGER),
        "gain_whole": _gain(judged, WHOLE),
        "gain_new_firms": _gain_of_strangers(judged, limits),
        "segments": segments(judged, limits),
    }


def _unfair(learnt_until: str | None, first: pd.Timestamp, *, scarce: bool) -> str | None:
    if learnt_until is None:
        return "unknown_period"
    if pd.Timestamp(learnt_until) >= first:
        return "learnt_later"
    return "few_bads" if scarce else None


def _figures(judged: pd.DataFrame, model: str) -> Told:
    bad, pd_ = judged["bad"].to_numpy(dtype=np.int64), judged[model].to_numpy(dtype=np.float64)
    return {
        "auc": told_of(auc_interval(bad, pd_, judged["group"])),
        "ks": ks(bad, pd_),
        "mean_pd": float(pd_.mean()),
        "ratio": told_of(ratio_interval(int(bad.sum()), float(pd_.sum()))),
        "slope": told_of(slope_interval(bad, pd_)),
        "brier": float(np.mean((pd_ - bad) ** 2)),
    }


def _gain(judged: pd.DataFrame, model: str) -> Told | None:
    return told_of(auc_difference(judged["bad"], judged[model], judged[CHAMPION], judged["group"]))


def _gain_of_strangers(judged: pd.DataFrame, limits: Limits) -> Told | None:
    if judged["known"].isna().any():
        return None
    strange = judged[~judged["known"].astype(bool)]
    return _gain(strange, CHALLENGER) if _enough(strange, limits["fewest_bads"].value) else None


def _enough(rows: pd.DataFrame, fewest: float) -> bool:
    bads = int(rows["bad"].sum())
    return min(bads, len(rows) - bads) >= fewest


def segments(judged: pd.DataFrame, limits: Limits) -> list[Told]:
    """Both models in every part of the loans that has bads enough to be judged.

    Returns:
        By part: `column`, `word`, `rows`, `bads`, the AUC of each model, `gain`, the ratio of each; `worse`:
        the challenger ranks clearly worse there; `newly_off`: its probabilities are off there, and the
        champion's are not. Intervals of `gain` are of 95 %; what is clear is clear over all parts together.
    """
    parts = list(_parts(judged, limits["segment_bads"].value))
    chance = limits["segment_chance"].value / max(len(parts), 1)
    return [_segment(column, word, rows, chance, limits) for column, word, rows in parts]


def _parts(judged: pd.DataFrame, fewest: float) -> Iterator[tuple[str, str, pd.DataFrame]]:
    for column in (str(name) for name in judged.columns if str(name).startswith(SEGMENT)):
        for word, rows in judged.groupby(column, sort=True):
            if _enough(rows, fewest):
                yield column.removeprefix(SEGMENT), str(word), rows


def _segment(column: str, word: str, rows: pd.DataFrame, chance: float, limits: Limits) -> Told:
    bads = int(rows["bad"].sum())
    gain = auc_difference(rows["bad"], rows[CHALLENGER], rows[CHAMPION], rows["group"])
    ratios = {
        model: ratio_interval(bads, float(rows[model].sum()), chance) for model in (CHAMPION, CHALLENGER)
    }
    off = {model: _is_off(ratio, limits["segment_ratio"].value) for model, ratio in ratios.items()}
    return {
        "column": column,
        "word": word,
        "rows": len(rows),
        "bads": bads,
        "champion_auc": told_of(auc_interval(rows["bad"], rows[CHAMPION], rows["group"])),
        "challenger_auc": told_of(auc_interval(rows["bad"], rows[CHALLENGER], rows["group"])),
        "gain": told_of(gain),
        "champion_ratio": told_of(ratios[CHAMPION]),
        "challenger_ratio": told_of(ratios[CHALLENGER]),
        "worse": gain.value < -limits["segment_loss"].value and _upper(gain, chance) < 0,
        "newly_off": off[CHALLENGER] and not off[CHAMPION],
    }


def _upper(gain: Estimate, chance: float) -> float:
    """The upper end of the interval that misses with that chance, from the one of 95 %."""
    return gain.value + (gain.high - gain.value) / Z * NormalDist().inv_cdf(1 - chance / 2)


def _is_off(ratio: Estimate, times: float) -> bool:
    return (ratio.value < 1 / times and ratio.high < 1) or (ratio.value > times and ratio.low > 1)


def told_of(found: Estimate | None) -> dict[str, Any] | None:
    """A figure with its interval, for JSON; None where there is none."""
    return None if found is None else {"value": found.value, "low": found.low, "high": found.high}
