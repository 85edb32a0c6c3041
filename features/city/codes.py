"""Unified social credit codes for the firms of a city: valid, all different, in bulk."""

import numpy as np
import pandas as pd
import pyarrow as pa

from features.city.arrays import Ints
from features.city.sources import columns
from features.uscc import ALPHABET, with_checks

DISTRICTS = columns("registration")["district"].values
"""GB/T 2260 codes of Huzhou: the city level, Wuxing, Nanxun, Deqing, Changxing, Anji."""

SERIES = "MA"
"""What organisation codes given with the unified code begin with."""

NEWCOMER_SERIES = "MB"
"""The series of firms that join a city later, so that none has a code of another."""

ORGANISATIONS = 31**6
"""Codes that the series holds."""

_ASCII = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)
_STRIDE = 387_420_489  # 3^18 shares no factor with 31^6: neighbours get unlike codes and none repeats


def make_codes(kind: Ints, district: Ints, offset: int, series: str = SERIES) -> pa.StringArray:
    """Return one valid code per firm, all different.

    Args:
        kind: 1 enterprise, 2 individual business, 3 farmers' cooperative (GB 32100); shape (firms,).
        district: Place of the district in `DISTRICTS`; shape (firms,).
        offset: Where in the series the city begins.
        series: Two characters that all the organisation codes begin with.
    """
    text = np.empty((len(kind), 16), dtype=np.uint8)
    text[:, 0] = ord("9")  # registered by the market regulator
    text[:, 1] = ord("0") + kind
    text[:, 2:8] = np.array([list(name.encode()) for name in DISTRICTS], dtype=np.uint8)[district]
    text[:, 8:10] = list(series.encode())
    text[:, 10:] = _bodies(len(kind), offset)
    bodies = pd.Series(text.reshape(-1).view("S16").astype("U16"))
    return pa.array(with_checks(bodies).to_numpy(dtype=object), pa.string())


def _bodies(firms: int, offset: int) -> np.ndarray:
    """Return six characters a firm, none of them twice; shape (firms, 6)."""
    numbers = (np.arange(firms, dtype=np.int64) * _STRIDE + offset) % ORGANISATIONS
    return _ASCII[numbers[:, None] // 31 ** np.arange(5, -1, -1) % 31]
