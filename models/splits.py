"""Splits that do not leak: out of time with the outcome gap, and folds that keep firms together."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import ModelError


@dataclass(frozen=True, slots=True)
class OutOfTime:
    """Rows for training and for the out-of-time test, as booleans over the outcomes.

    Every training outcome was complete before the first test application: what the test asks, nobody
    could have known when the model was made.
    """

    train: NDArray[np.bool_]
    test: NDArray[np.bool_]
    train_period: tuple[pd.Timestamp, pd.Timestamp]
    test_period: tuple[pd.Timestamp, pd.Timestamp]


def out_of_time(outcomes: pd.DataFrame, *, test_months: int = 6) -> OutOfTime:
    """The newest mature applications for the test, and those whose outcome was complete before it began.

    Args:
        outcomes: As `models.labels.loan_outcomes` gives them.
        test_months: Length of the test period, ending with the newest mature application.

    Raises:
        ModelError: No loan is mature, or the gap leaves nothing to train on; the message tells the days.
    """
    mature = outcomes["mature"].to_numpy(dtype=bool)
    applied = outcomes["application_date"]
    if not mature.any():
        raise ModelError("no loan has a complete performance window; collect more months of loan_performance")
    last = applied[mature].max()
    first = last - pd.DateOffset(months=test_months) + pd.Timedelta(days=1)
    test = mature & (applied >= first).to_numpy()
    grey = outcomes["grey"].fillna(False).to_numpy(dtype=bool)
    train = mature & (outcomes["window_end"] < first).to_numpy() & ~grey
    if not train.any():
        earliest = outcomes.loc[mature, "window_end"].min()
        raise ModelError(
            f"nothing to train on: the test begins on {first:%Y-%m-%d} and the first outcome is complete on "
            f"{earliest:%Y-%m-%d}; give a longer history or a shorter test"
        )
    return OutOfTime(train, test, (applied[train].min(), applied[train].max()), (first, last))
