"""The newest row of every firm as of the day, by Feast's file store. Runs in Feast's own environment.

    python by_feast.py TABLE ANSWER

TABLE is one Parquet file of rows already known on the day, corrections and withdrawals resolved: Feast
has no notion of either. What it does here is its point-in-time join, the last row at or before a time.
"""

import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import pandas as pd
from answer import DAY, tell
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig
from feast.types import Float64, String
from feast.value_type import ValueType

COLUMNS = {"amount_cny": Float64, "tax_cny": Float64, "counterparty": String}


def store_over(table: str, place: Path) -> FeatureStore:
    """A store of one feature view over the table."""
    store = FeatureStore(
        config=RepoConfig(
            project="invoices",
            provider="local",
            registry=str(place / "registry.db"),
            offline_store={"type": "file"},
            online_store={"type": "sqlite", "path": str(place / "online.db")},
            entity_key_serialization_version=3,
        )
    )
    firm = Entity(name="firm", join_keys=["entity_id"], value_type=ValueType.STRING)
    source = FileSource(path=table, timestamp_field="happened")
    view = FeatureView(
        name="newest",
        entities=[firm],
        ttl=timedelta(0),
        schema=[Field(name=name, dtype=dtype) for name, dtype in COLUMNS.items()],
        source=source,
    )
    store.apply([firm, view])
    return store


def main() -> None:
    """Ask for every firm as of the end of the day."""
    firms = pd.read_parquet(sys.argv[1], columns=["entity_id"])["entity_id"].unique()
    evening = pd.Timestamp(f"{DAY} 23:59:59", tz="UTC")
    spine = pd.DataFrame({"entity_id": firms, "event_timestamp": evening})
    with tempfile.TemporaryDirectory() as place:
        store = store_over(sys.argv[1], Path(place))
        wanted = [f"newest:{name}" for name in COLUMNS]
        tell(lambda: _asked(store, spine, wanted))


def _asked(store: FeatureStore, spine: pd.DataFrame, wanted: list[str]) -> pd.DataFrame:
    return store.get_historical_features(spine, wanted).to_df().set_index("entity_id")[list(COLUMNS)]


if __name__ == "__main__":
    main()
