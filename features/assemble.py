"""Feature values for a spine of (firm, day) pairs, computed by DuckDB over the lake."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import duckdb
import ibis
import pandas as pd

from features.asof import known_rows
from features.catalogue import KEY_COLUMNS, Source, source_named
from features.feature import Feature
from features.home import Home
from features.lake import MONEY, schema_of
from features.rows import KEYS, Rows

Watch = Callable[[str], None]
"""Told of every source whose features are done."""


def assemble(
    home: Home, features: Sequence[Feature], spine: pd.DataFrame, watch: Watch = lambda _source: None
) -> pd.DataFrame:
    """The features of every pair of a spine, each as it was known on its day.

    Args:
        home: Whose lake to read.
        features: What to compute.
        spine: `entity_id` and `as_of`; pairs may repeat.
        watch: Called with a source's name when its features are done.

    Returns:
        A row per row of `spine`, in its order, indexed by (`entity_id`, `as_of`); a column per feature.
        A firm without rows keeps its row; its values are missing.
    """
    session = Session(home)
    session.set_spine(spine)
    by_source: dict[str, list[Feature]] = defaultdict(list)
    for one in features:
        by_source[one.source].append(one)
    index = pd.MultiIndex.from_frame(spine[list(KEYS)].assign(as_of=pd.to_datetime(spine["as_of"])))
    values = pd.DataFrame(index=index)
    for source, ones in by_source.items():
        values = values.join(session.values(source_named(source), ones))
        watch(source)
    return values[[one.name for one in features]]


def values_of_rows(one: Feature, rows: pd.DataFrame, day: date) -> pd.Series:
    """One feature from rows at hand; see `Feature.as_of`."""
    session = Session(None)
    source = source_named(one.source)
    session.offer(source, _complete(rows, source))
    session.set_spine(pd.DataFrame({"entity_id": rows["entity_id"].drop_duplicates(), "as_of": day}))
    values = session.values(source, [one])[one.name].droplevel("as_of").sort_index()
    return values.reindex(sorted(rows["entity_id"].unique()))


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


class Session:
    """A DuckDB connection with a spine, and the sources as known on the spine's days."""

    def __init__(self, home: Home | None, *, threads: int | None = None) -> None:
        self.home = home
        self.engine = duckdb.connect()
        self._there: set[str] = set()
        self._run("SET preserve_insertion_order = false")
        if threads:
            self._run(f"SET threads = {threads}")

    def _run(self, statement: str) -> None:
        self.engine.execute(statement)

    def set_spine(self, spine: pd.DataFrame) -> None:
        """The pairs to answer for."""
        pairs = spine[list(KEYS)].drop_duplicates().assign(as_of=lambda all_: pd.to_datetime(all_["as_of"]))
        self.engine.register("pairs", pairs.astype({"entity_id": "str"}))
        self._run(
            "CREATE OR REPLACE TABLE spine AS SELECT entity_id, CAST(as_of AS DATE) AS as_of FROM pairs"
        )

    def offer(self, source: Source, rows: pd.DataFrame) -> None:
        """Rows at hand in place of the lake's."""
        self.engine.register("offered", rows)
        columns = ", ".join(
            f'CAST("{field.name}" AS {_sql(field)}) AS "{field.name}"' for field in schema_of(source)
        )
        self._there.add(_stored(source))
        self._run(f"CREATE OR REPLACE TABLE {_stored(source)} AS SELECT {columns} FROM offered")  # noqa: S608 - names of the catalogue

    def stored(self, source: Source) -> Any:
        """All stored rows of a source; none where nothing was collected."""
        if _stored(source) not in self._there:
            self._there.add(_stored(source))
            batches = sorted((self.home.lake / source.name).glob("*.parquet")) if self.home else []
            self._run(f"CREATE VIEW {_stored(source)} AS {_select(source, [str(path) for path in batches])}")
        return ibis.table(_stored_schema(source), name=_stored(source))

    def known(self, source: Source) -> Any:
        """What was known of a source on the spine's days, worked out once."""
        name = f"known_{source.name}"
        if name not in self._there:
            self._there.add(name)
            known = self._known_expression(source)
            self._run(f"CREATE TEMP TABLE {name} AS {ibis.to_sql(known, dialect='duckdb')}")
        return ibis.table(self._known_expression(source).schema(), name=name)

    def _known_expression(self, source: Source) -> Any:
        return known_rows(
            self.stored(source), ibis.table({"entity_id": "string", "as_of": "date"}, name="spine")
        )

    def values(self, source: Source, features: Iterable[Feature]) -> pd.DataFrame:
        """The features of one source, indexed by firm and day; pairs without rows are absent."""
        known = self.known(source)
        together: dict[Any, dict[str, Any]] = defaultdict(dict)
        for one in features:
            value = one.compute(_window(known, one.months))
            (relation,) = value.op().relations
            together[relation][one.name] = value.cast("float64" if one.kind == "number" else "string")
        parts = [self._aggregate(relation.to_expr(), values) for relation, values in together.items()]
        return pd.concat(parts, axis="columns")

    def firms_of(self, batches: list[str]) -> tuple[pd.Series, pd.Timestamp]:
        """Every firm that some batches name, in order, and the last day on which a row of theirs arrived."""
        files = _files(batches)
        named = f"SELECT DISTINCT entity_id FROM read_parquet({files}, union_by_name = true) ORDER BY 1"  # noqa: S608 - paths are quoted
        newest = f"SELECT max(available_at) AS day FROM read_parquet({files}, union_by_name = true)"  # noqa: S608 - same
        firms = self.engine.execute(named).df()["entity_id"].astype("str")
        return firms, pd.Timestamp(self.engine.execute(newest).df()["day"].iloc[0])

    def entities(self, source: Source) -> set[str]:
        """Every firm that a source names."""
        return set(self.frame(self.stored(source).select("entity_id").distinct())["entity_id"])

    def pairs(self, source: Source, day: pd.Timestamp) -> pd.DataFrame:
        """A spine of every firm that a source names, on one day."""
        return pd.DataFrame({"entity_id": sorted(self.entities(source)), "as_of": day})

    def ask(self, source: Source, query: str) -> pd.DataFrame:
        """What an SQL query over `{known}`, a source as known on the spine's days, tells of each firm."""
        self.known(source)
        return self.engine.execute(query.format(known=f"known_{source.name}")).df().set_index("entity_id")

    def frame(self, query: Any) -> pd.DataFrame:
        """What an Ibis expression over this session's tables gives."""
        return self.engine.execute(ibis.to_sql(query, dialect="duckdb")).df()

    def _aggregate(self, relation: Any, values: dict[str, Any]) -> pd.DataFrame:
        query = relation.group_by(list(KEYS)).agg(**values)
        return self.frame(query).set_index(list(KEYS))


def _window(known: Any, months: int | None) -> Rows:
    rows = Rows(known)
    return rows if months is None else rows.filter(rows.within(months))


def _stored_schema(source: Source) -> dict[str, str]:
    kinds = {
        "string": "string",
        "double": "float64",
        "int64": "int64",
        "bool": "boolean",
        "date32[day]": "date",
    }
    return {
        field.name: "decimal(18, 2)" if field.type == MONEY else kinds[str(field.type)]
        for field in schema_of(source)
    }


def _stored(source: Source) -> str:
    return f"stored_{source.name}"


def _select(source: Source, batches: list[str]) -> str:
    if batches:
        return f"SELECT * FROM read_parquet({_files(batches)})"  # noqa: S608 - paths are quoted
    columns = ", ".join(f'CAST(NULL AS {_sql(field)}) AS "{field.name}"' for field in schema_of(source))
    return f"SELECT {columns} WHERE false"


def _files(batches: list[str]) -> str:
    quoted = (f"'{path.replace(chr(39), chr(39) * 2)}'" for path in batches)
    return f"[{', '.join(quoted)}]"


def _sql(field: Any) -> str:
    kinds = {
        "string": "VARCHAR",
        "double": "DOUBLE",
        "int64": "BIGINT",
        "bool": "BOOLEAN",
        "date32[day]": "DATE",
    }
    return "DECIMAL(18, 2)" if field.type == MONEY else kinds[str(field.type)]
