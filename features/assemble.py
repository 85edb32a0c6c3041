"""Feature values for a spine of (firm, day) pairs: each value as it was known on its day."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import pandas as pd

from features.catalogue import KEY_COLUMNS, Source, source_named
from features.feature import AnyFeature, Combined, Feature
from features.fuse import NEWEST
from features.home import Home
from features.rows import KEYS
from features.session import Session

Watch = Callable[[str], None]
"""Told of every source whose features are done."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """What is known of the pairs of a spine, a row a pair in the spine's order.

    Attributes:
        values: A column a feature.
        newest: A column a source read: the day of the newest event known; missing where there is none.
    """

    values: pd.DataFrame
    newest: pd.DataFrame


def assemble(
    home: Home,
    features: Sequence[AnyFeature],
    spine: pd.DataFrame,
    watch: Watch = lambda _source: None,
    *,
    memory: str | None = None,
    few: bool = False,
) -> Assembled:
    """The features of every pair of a spine, each as it was known on its day.

    Args:
        home: Whose lake to read.
        features: What to compute.
        spine: `entity_id` and `as_of`; pairs may repeat.
        watch: Called with a source's name when its features are done.
        memory: The most memory the engine may take, such as `4GB`; None for the engine's own limit.
        few: Whether the spine names few of the lake's firms: their rows are then set aside first.

    Returns:
        A row per row of `spine`, in its order, indexed by (`entity_id`, `as_of`). A firm without rows keeps
        its row; its values are missing.
    """
    session = Session(home, memory=memory)
    session.set_spine(spine)
    index = session.pairs_numbered.index
    values, newest = pd.DataFrame(index=index), pd.DataFrame(index=index)
    for source, ones in by_source(features).items():
        if few:
            session.narrow_to_spine(source_named(source))
        found = session.values(source_named(source), ones)
        newest[source] = found.pop(NEWEST).reindex(index).astype("datetime64[us]")
        values = values.join(found)
        watch(source)
    values = with_combined(values, features, session.frame_of)
    return _in_order_of(spine, session.pairs_numbered, values[[one.name for one in features]], newest)


def by_source(features: Sequence[AnyFeature]) -> dict[str, list[Feature]]:
    """The plain features to compute, by source: those asked for and those that others are made of."""
    plain: dict[str, Feature] = {}
    for one in features:
        parts = one.of if isinstance(one, Combined) else (one,)
        plain |= {part.name: part for part in parts}
    sources: dict[str, list[Feature]] = defaultdict(list)
    for feature in plain.values():
        sources[feature.source].append(feature)
    return sources


def combined_columns(table: Any, features: Sequence[AnyFeature]) -> dict[str, Any]:
    """Ibis columns of the features that are made of other features, over a table of those."""
    return {
        one.name: one.compute(*(table[part.name] for part in one.of)).cast("float64")
        for one in features
        if isinstance(one, Combined)
    }


def with_combined(
    values: pd.DataFrame,
    features: Sequence[AnyFeature],
    frame_of: Callable[[str, pd.DataFrame, Any], pd.DataFrame],
) -> pd.DataFrame:
    """The values and, beside them, the features made of them."""
    parts = [part.name for one in features if isinstance(one, Combined) for part in one.of]
    if not parts:
        return values
    inputs = values[list(dict.fromkeys(parts))].rename_axis("pair").reset_index()
    table = ibis.table(
        {"pair": "int64", **dict.fromkeys(inputs.columns.drop("pair"), "float64")}, name="values_of_parts"
    )
    query = table.select("pair", **combined_columns(table, features))
    return values.join(frame_of("values_of_parts", inputs, query).set_index("pair"))


def _in_order_of(
    spine: pd.DataFrame, numbered: pd.DataFrame, values: pd.DataFrame, newest: pd.DataFrame
) -> Assembled:
    """From a row a numbered pair to a row a row of the spine."""
    index = pd.MultiIndex.from_frame(spine[list(KEYS)].assign(as_of=pd.to_datetime(spine["as_of"])))
    if len(numbered) == len(spine):
        return Assembled(values.set_axis(index), newest.set_axis(index))
    places = pd.MultiIndex.from_frame(numbered).get_indexer(index)
    return Assembled(values.iloc[places].set_axis(index), newest.iloc[places].set_axis(index))


def values_of_rows(one: Feature, rows: pd.DataFrame, day: date) -> pd.Series:
    """One feature from rows at hand; see `Feature.as_of`."""
    session = Session(None)
    source = source_named(one.source)
    session.offer(source, _complete(rows, source))
    session.set_spine(pd.DataFrame({"entity_id": sorted(rows["entity_id"].unique()), "as_of": day}))
    values = session.values(source, [one])[one.name].reindex(session.pairs_numbered.index)
    return values.set_axis(pd.Index(session.pairs_numbered["entity_id"], dtype="str"))


def _complete(rows: pd.DataFrame, source: Source) -> pd.DataFrame:
    """The rows with every column of the source, missing where they were not given."""
    full = rows.copy()
    if "record_id" not in full:
        full["record_id"] = [f"row {number}" for number in range(len(full))]
    if "op" not in full:
        full["op"] = "upsert"
    for name in source.columns:
        if name not in full:
            full[name] = None
    return full[[*KEY_COLUMNS, *source.columns]]
