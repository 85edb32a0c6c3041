"""The working form of a source's rows, before they look like a department's file.

A frame has the columns firm (place in the city), record (number, unique in the source), event_day and
available_day (days from 1970-01-01), op (a place in `OPERATIONS`) and the payload: money and numbers as
floats, NaN where missing; counts and days as whole numbers, -1 where missing; categories and words as
places in their list, -1 where missing; flags as 0 and 1, -1 where missing; other text as whole numbers.
"""

import numpy as np
import pandas as pd

from features.city.arrays import Ints
from features.city.world import Chunk

NEW, CORRECTED, WITHDRAWN = 0, 1, 2
OPERATIONS = ("NEW", "CORRECTED", "WITHDRAWN")

RECORDS_PER_CHUNK = 100_000_000
OTHERS = RECORDS_PER_CHUNK // 2
"""Added to the numbers of records that the quiet city does not have."""


def frame(chunk: Chunk, firm: Ints, event_day: Ints, **payload: object) -> pd.DataFrame:
    """Return rows in their working form; `firm` counts within the chunk."""
    record = chunk.index * RECORDS_PER_CHUNK + np.arange(len(firm), dtype=np.int64)
    bookkeeping = {"firm": chunk.firms[firm], "record": record, "event_day": event_day}
    return pd.DataFrame({**bookkeeping, **payload})
