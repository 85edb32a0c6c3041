"""Looking up names among names: of a million texts many times faster than what pandas does."""

from typing import TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Table = TypeVar("Table", pd.DataFrame, pd.Series)


def absent(names: "pd.Index | pd.Series", known: pd.Index) -> NDArray[np.bool_]:
    """Which names are not among the known ones."""
    return _places(names, known) < 0


def of_names(table: Table, names: pd.Index) -> Table:
    """What `reindex` gives: the rows of some names, missing where there is no such row.

    Args:
        table: Indexed by names, each once.
        names: Of which rows are wanted.
    """
    return table.reset_index(drop=True).reindex(_places(names, table.index)).set_axis(names)


def _places(names: "pd.Index | pd.Series", known: pd.Index) -> NDArray[np.int64]:
    """Where each name stands among the known ones; -1 where it does not."""
    found = pc.index_in(_texts(names), value_set=_texts(known))
    return found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)


def _texts(names: "pd.Index | pd.Series") -> pa.Array:
    texts = pa.array(names.astype("str"))
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
