"""Random rows of any source."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from features.catalogue import Source
from features.lake import MONEY, to_arrow


def make_rows(source: Source, seed: int, rows: int = 400) -> pd.DataFrame:
    """Rows of six firms over three years, with few different values so that groups and ties occur."""
    rng = np.random.default_rng(seed)
    event = pd.Timestamp("2023-03-01") + pd.to_timedelta(rng.integers(0, 1100, rows), unit="D")
    frame = pd.DataFrame(
        {
            "entity_id": rng.choice(list("ABCDEF"), rows),
            "record_id": [f"r{number}" for number in rng.integers(0, rows, rows)],
            "event_date": event,
            "available_at": event + pd.to_timedelta(rng.integers(0, 60, rows), unit="D"),
            "op": rng.choice(["upsert", "withdraw"], rows, p=[0.95, 0.05]),
        }
    )
    makers = {
        "text": lambda _column: rng.choice(["C3011", "x", "y"], rows),
        "category": lambda column: rng.choice(column.values, rows),
        "money": lambda _column: np.round(rng.choice([-50.0, 0.0, 10.5, 200.25, 3000.0], rows), 2),
        "number": lambda _column: rng.choice([0.0, 0.5, 1.0, 7.25], rows),
        "count": lambda _column: rng.integers(0, 30, rows),
        "date": lambda _column: event + pd.to_timedelta(rng.integers(0, 900, rows), unit="D"),
        "flag": lambda _column: rng.choice([True, False], rows),
    }
    for name, column in source.columns.items():
        values = pd.Series(makers[column.dtype](column))
        missing = np.zeros(rows, bool) if column.required else rng.random(rows) < 0.2
        frame[name] = values.mask(missing)
    return frame


@pytest.fixture(scope="session")
def random_rows() -> Callable[..., pd.DataFrame]:
    """Rows of a source, the same for the same seed."""
    return make_rows


def store(rows: pd.DataFrame, source: Source) -> pa.Table:
    """Random rows in the lake's form: their float yuan made exact decimals first."""
    money = [column.name for column in source.columns.values() if column.dtype == "money"]
    exact = {name: rows[name].astype("Float64").round(2).astype(pd.ArrowDtype(MONEY)) for name in money}
    return to_arrow(rows.assign(**exact), source)


@pytest.fixture(scope="session")
def stored() -> Callable[[pd.DataFrame, Source], pa.Table]:
    """What a batch file holds of such rows."""
    return store
