"""One source after another, asked as of many days at once, by DuckDB over the lake."""

import weakref
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import ibis
import pandas as pd

from features.asof import (
    current_on,
    known_rows,
    of_replaced,
    only_version,
    replaced_records,
    with_intervals,
)
from features.catalogue import Source, source_named
from features.errors import LakeError, RequestError
from features.feature import Feature
from features.fuse import Fused
from features.home import Home
from features.lake import MONEY, schema_of
from features.rows import KEYS, PAIR
from features.staging import staged

ROWS_A_PART = 1_000_000
"""Known rows that are aggregated at once: few enough for the processor's caches, and for memory."""

SPINE = ibis.table({PAIR: "int64", "entity_id": "string", "as_of": "date"}, name="spine")


class Session:
    """A DuckDB connection with a spine, and the sources as known on the spine's days.

    Args:
        home: Whose lake to read; None where rows are offered.
        memory: The most memory that the engine may take, such as `4GB`; what does not fit goes to the
            home's staging folder and leaves it again. None for the engine's own limit.
        threads: How many threads; None for all cores.

    Raises:
        RequestError: The memory limit cannot be read.
    """

    def __init__(self, home: Home | None, *, memory: str | None = None, threads: int | None = None) -> None:
        self.home = home
        self.engine = duckdb.connect()
        self._there: set[str] = set()
        self._run("SET preserve_insertion_order = false")
        if home and home.root.is_dir():
            self._spill_into(home)
        if threads:
            self._run(f"SET threads = {threads}")
        if memory:
            self._limit(memory)

    def _spill_into(self, home: Home) -> None:
        """What does not fit into memory goes to a folder of this session alone, gone when the session is.

        A home that may only be read leaves it to the system's folder for temporary files.
        """
        opened = ExitStack()
        try:
            folder = opened.enter_context(staged(home))
        except LakeError:
            folder = Path(opened.enter_context(TemporaryDirectory(prefix="lvdaitong-")))
        weakref.finalize(self, opened.close)
        self._run(f"SET temp_directory = {_quoted(folder)}")

    def _limit(self, memory: str) -> None:
        try:
            self.engine.execute("SET memory_limit = ?", [memory])
        except duckdb.Error as error:
            raise RequestError(
                f"--memory-limit '{memory}': not an amount of memory; expected such as 4GB or 800MB"
            ) from error

    def _run(self, statement: str) -> None:
        self.engine.execute(statement)

    def set_spine(self, spine: pd.DataFrame) -> None:
        """The pairs to answer for; each is numbered."""
        pairs = spine[list(KEYS)].drop_duplicates().assign(as_of=lambda all_: pd.to_datetime(all_["as_of"]))
        self.pairs_numbered = pairs.astype({"entity_id": "str"}).reset_index(drop=True)
        self.engine.register("pairs", self.pairs_numbered.rename_axis(PAIR).reset_index())
        self._run(
            "CREATE OR REPLACE TABLE spine AS "
            "SELECT CAST(pair AS BIGINT) AS pair, entity_id, CAST(as_of AS DATE) AS as_of FROM pairs"
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
            found = sorted((self.home.lake / source.name).glob("*.parquet")) if self.home else []
            batches = [str(path) for path in found]
            whole = self._are_whole(source, batches)
            self._run(f"CREATE VIEW {_stored(source)} AS {_select(source, batches, whole=whole)}")
        return ibis.table(stored_schema(source), name=_stored(source))

    def _are_whole(self, source: Source, batches: list[str]) -> bool:
        """Whether every batch has every column: one that the catalogue gained later is in no older batch."""
        if not batches:
            return False
        counted = f"SELECT name, count(*) FROM parquet_schema({_files(batches)}) GROUP BY name"  # noqa: S608 - paths are quoted
        there = dict(self.engine.execute(counted).fetchall())
        return all(there.get(name) == len(batches) for name in schema_of(source).names)

    def narrow(self, source: Source, condition: str) -> None:
        """Set some rows of a lake's source aside, before it is asked anything; of a record all or none."""
        self.stored(source)
        name = _stored(source)
        self._run(f"CREATE TABLE narrowed AS SELECT * FROM {name} WHERE {condition}")  # noqa: S608 - names of the catalogue
        self._run(f"DROP VIEW {name}")
        self._run(f"ALTER TABLE narrowed RENAME TO {name}")

    def narrow_to_spine(self, source: Source) -> None:
        """The same for the firms of the spine: their records, whatever firm another version names."""
        theirs = f"SELECT record_id FROM {_stored(source)} WHERE entity_id IN (SELECT entity_id FROM spine)"  # noqa: S608 - same
        self.narrow(source, f"record_id IN ({theirs})")

    def values(self, source: Source, features: Sequence[Feature]) -> pd.DataFrame:
        """The features of one source and `newest_event`, indexed by pair; pairs without rows are absent."""
        fused, sql = _compiled(source.name, tuple(features))
        parts = self._keep_known(source, fused)
        found = [self._values_of_part(sql, part) for part in range(parts)]
        self._run("DROP VIEW part_known")
        self._run("DROP TABLE kept_known")
        return pd.concat(found, ignore_index=True).set_index(PAIR)

    def _values_of_part(self, sql: str, part: int) -> pd.DataFrame:
        self._run(
            f"CREATE OR REPLACE TEMP VIEW part_known AS SELECT * FROM kept_known WHERE part_number = {part}"  # noqa: S608 - a number
        )
        return self.engine.execute(sql).df()

    def _keep_known(self, source: Source, fused: Fused) -> int:
        """Set what is known aside, in parts of whole pairs that lie together; how many parts."""
        known = self._known(source)
        pairs = len(self.pairs_numbered)
        parts = max(1, min(self._rows_to_expect(source) // ROWS_A_PART, pairs))
        kept = known.select(**fused.kept(known), part_number=known[PAIR] * parts // max(pairs, 1))
        sorted_ = kept.order_by("part_number") if parts > 1 else kept
        self._run(f"CREATE OR REPLACE TEMP TABLE kept_known AS {ibis.to_sql(sorted_, dialect='duckdb')}")
        return parts

    def _rows_to_expect(self, source: Source) -> int:
        """How many rows will be known, were every firm of the source in the spine."""
        counted = self.engine.execute("SELECT count(*) / count(DISTINCT entity_id) FROM spine").fetchone()
        stored = self.engine.execute(f"SELECT count(*) FROM {_stored(source)}").fetchone()  # noqa: S608 - same
        return int((stored or (0,))[0] * ((counted or (1,))[0] or 1))

    def _known(self, source: Source) -> Any:
        """What was known of a source on the spine's days."""
        return known_rows(self._timed(source), SPINE)

    def _timed(self, source: Source) -> Any:
        """Every version with the day that replaced it: versions without rivals need no sorting."""
        versions = self.stored(source)
        name = f"replaced_{source.name}"
        replaced = ibis.table({"record": "uint64"}, name=name)
        if name not in self._there:
            self._there.add(name)
            self._keep(name, replaced_records(versions))
            self._keep(f"timed_{source.name}", with_intervals(of_replaced(versions, replaced)))
        timed = ibis.table({**stored_schema(source), "known_until": "date"}, name=f"timed_{source.name}")
        return only_version(versions, replaced).union(timed)

    def _keep(self, name: str, query: Any) -> None:
        self._run(f"CREATE TEMP TABLE {name} AS {ibis.to_sql(query, dialect='duckdb')}")

    def known_on(self, source: Source, day: date) -> Any:
        """What was known of a source on one day, whatever the firm; see `features.asof.known_on`."""
        return current_on(self._timed(source), day)

    def known(self, source: Source) -> str:
        """Name of a view of what was known of a source on the spine's days."""
        name = f"known_{source.name}"
        known = self._known(source)
        if name not in self._there:
            self._there.add(name)
            self._run(f"CREATE TEMP VIEW {name} AS {ibis.to_sql(known, dialect='duckdb')}")
        return name

    def ask(self, source: Source, query: str) -> pd.DataFrame:
        """What an SQL query over `{known}`, a source as known on the spine's days, tells of each firm."""
        return self.engine.execute(query.format(known=self.known(source))).df().set_index("entity_id")

    def frame(self, query: Any) -> pd.DataFrame:
        """What an Ibis expression over this session's tables gives."""
        return self.engine.execute(ibis.to_sql(query, dialect="duckdb")).df()

    def firms_of(self, batches: list[str]) -> tuple[pd.Series, pd.Timestamp]:
        """Firms that some batches name → the day each was known first; and the day of the last row."""
        asked = f"""
            SELECT entity_id, min(available_at) AS first, max(available_at) AS last
            FROM read_parquet({_files(batches)}, union_by_name = true) GROUP BY 1 ORDER BY 1"""  # noqa: S608 - paths are quoted
        found = self.engine.execute(asked).df().astype({"entity_id": "str"})
        return found.set_index("entity_id")["first"], pd.Timestamp(found["last"].max())

    def entities(self, source: Source) -> set[str]:
        """Every firm that a source names."""
        return set(self.frame(self.stored(source).select("entity_id").distinct())["entity_id"])

    def pairs(self, source: Source, day: pd.Timestamp) -> pd.DataFrame:
        """A spine of every firm that a source names, on one day."""
        return pd.DataFrame({"entity_id": sorted(self.entities(source)), "as_of": day})

    def frame_of(self, name: str, rows: pd.DataFrame, query: Any) -> pd.DataFrame:
        """What an Ibis expression over a table at hand, called `name`, gives."""
        self.engine.register(name, rows)
        return self.frame(query)


@lru_cache(maxsize=256)
def _compiled(source: str, features: tuple[Feature, ...]) -> tuple[Fused, str]:
    """What is computed together, and the SQL over a part of the rows: the same for every spine and day."""
    known = ibis.table(known_schema(source_named(source)), name="known")
    fused = Fused(features, known)
    kept = {name: column.type() for name, column in fused.kept(known).items()}
    query = fused.query(ibis.table(kept, name="part_known"))
    return fused, str(ibis.to_sql(query, dialect="duckdb"))


def stored_schema(source: Source) -> dict[str, str]:
    """Types of a source's stored rows, in Ibis's words."""
    return {
        field.name: "decimal(18, 2)" if field.type == MONEY else _IBIS[str(field.type)]
        for field in schema_of(source)
    }


def known_schema(source: Source) -> dict[str, str]:
    """Types of known rows: see `features.asof.known_rows`."""
    stored = stored_schema(source)
    del stored["op"]
    return {PAIR: "int64", "as_of": "date", **stored, "months_ago": "int16"}


_IBIS = {
    "string": "string",
    "double": "float64",
    "int64": "int64",
    "bool": "boolean",
    "date32[day]": "date",
}

_SQL = {
    "string": "VARCHAR",
    "double": "DOUBLE",
    "int64": "BIGINT",
    "bool": "BOOLEAN",
    "date32[day]": "DATE",
}


def _sql(field: Any) -> str:
    return "DECIMAL(18, 2)" if field.type == MONEY else _SQL[str(field.type)]


def _stored(source: Source) -> str:
    return f"stored_{source.name}"


def _select(source: Source, batches: list[str], *, whole: bool) -> str:
    """Every row of some batches; a column that a batch has not is missing in all its rows."""
    if whole:
        return f"SELECT * FROM read_parquet({_files(batches)})"  # noqa: S608 - paths are quoted
    columns = ", ".join(f'CAST(NULL AS {_sql(field)}) AS "{field.name}"' for field in schema_of(source))
    nothing = f"SELECT {columns} WHERE false"
    if not batches:
        return nothing
    rows = f"SELECT * FROM read_parquet({_files(batches)}, union_by_name = true)"  # noqa: S608 - same
    return f"{nothing} UNION ALL BY NAME {rows}"


def _files(batches: list[str]) -> str:
    return f"[{', '.join(_quoted(path) for path in batches)}]"


def _quoted(path: object) -> str:
    return "'" + str(path).replace("'", "''") + "'"
