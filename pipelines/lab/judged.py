"""Several answers about the same loans, side by side: figures with intervals, as plain values."""

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import expit

from models.lab.figures import ROUNDS, Figures, Gain, compared
from models.metrics import Estimate

FIGURES = ("auc", "ks", "lift_10", "calibration")
GAINS = ("auc", "ks", "lift_10")
Record = dict[str, Any]


def judged(
    loans: pd.DataFrame,
    log_odds: Mapping[str, ArrayLike],
    pairs: Iterable[tuple[str, str]],
    rounds: int = ROUNDS,
) -> Record:
    """What each answer is worth, and what one has over another.

    Args:
        loans: With `bad` and `group`, of at least the smallest cell in either class.
        log_odds: By name the log-odds of default of each loan, from what had not seen it.
        pairs: Which are held against which; a pair of which one is not there is left out.
        rounds: Draws of firms behind intervals other than the AUC's.

    Returns:
        `figures` by name, and `gains` by `one - other`; each figure as `value`, `low` and `high`, which are
        missing where there is nothing to speak of.
    """
    told = compared(
        loans["bad"], {name: expit(one) for name, one in log_odds.items()}, loans["group"], rounds=rounds
    )
    there = [(one, other) for one, other in pairs if one in log_odds and other in log_odds]
    return {
        "figures": {name: _record(one, FIGURES) for name, one in told.figures.items()},
        "gains": {f"{one} - {other}": _record(told.gain(one, other), GAINS) for one, other in there},
    }


def estimate_record(estimate: Estimate) -> dict[str, float | None]:
    """A figure as plain values; None where there is no number."""
    ends = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    return {name: float(one) if isfinite(one) else None for name, one in ends.items()}


def _record(told: Figures | Gain, names: Iterable[str]) -> Record:
    return {name: estimate_record(getattr(told, name)) for name in names}
