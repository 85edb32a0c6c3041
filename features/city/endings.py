"""Ends that become known later: a listing removed, a mortgage released, an arrear settled."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from features.city.arrays import Flags, Ints
from features.city.lags import lag_days
from features.city.rows import CORRECTED, WITHDRAWN

NONE = -1
"""In place of a day that does not come, or is not known."""

Revise = Callable[[np.random.Generator, pd.DataFrame], pd.DataFrame]


def ending(source: str, column: str, late: float = 0.03) -> Revise:
    """Return how a department reports ends: as a newer version of the record, after the day itself.

    Before `revise`, every version of a record holds its true end in `column`, `NONE` where none comes.
    After it, a version shows the end only if the department had been told by then. Records taken back
    never show one.
    """

    def revise(rng: np.random.Generator, reported: pd.DataFrame) -> pd.DataFrame:
        latest = reported.drop_duplicates("record", keep="last")
        ended = latest[(latest[column] >= 0) & (latest["op"] != WITHDRAWN)]
        told = ended[column].to_numpy() + lag_days(rng, source, len(ended), late)
        known = pd.Series(told, index=ended["record"].to_numpy())
        shows = reported["record"].map(known) <= reported["available_day"]
        versions = reported.assign(**{column: reported[column].where(shows, NONE)})
        newer = told > ended["available_day"].to_numpy()
        ends = ended.assign(available_day=told, op=CORRECTED)[newer]
        return pd.concat([versions, ends], ignore_index=True)

    return revise


def end_days(rng: np.random.Generator, begin: Ints, ends: Flags, wait_days: tuple[int, int]) -> Ints:
    """Return the day on which each thing ends, evenly within a range of days after it began."""
    wait = rng.integers(wait_days[0], wait_days[1], len(begin))
    return np.where(ends, begin + wait, NONE)
