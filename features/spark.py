"""The same features on a Spark cluster: the same view as of a day, the same expressions, another engine.

Needs the extra `spark` (`pip install lvdaitong[spark]`) and Java. Each source is one query; Spark spreads it.
"""

import warnings
from collections.abc import Sequence
from functools import reduce
from pathlib import Path
from typing import Any

import ibis
import pandas as pd

from features.asof import known_rows, with_intervals
from features.assemble import Watch, by_source, combined_columns
from features.catalogue import Source, source_named
from features.errors import LakeError
from features.feature import AnyFeature, Combined, Feature
from features.fuse import NEWEST, Fused
from features.home import Home
from features.lake import staged
from features.rows import KEYS, PAIR
from features.session import SPINE, known_schema, stored_schema


def open_spark(master: str, *, memory: str = "2g") -> Any:
    """A Spark session on a cluster or, with `local[2]`, in this process.

    Args:
        master: Address of the cluster's master, or `local[N]`.
        memory: Memory of the driver, as Spark writes it.

    Raises:
        LakeError: Spark or Java is not installed, or the master does not answer.
    """
    try:
        with warnings.catch_warnings():
            # It says of itself that its pandas parts lag behind pandas 3; none of them is used here.
            warnings.simplefilter("ignore", FutureWarning)
            ibis.pyspark  # noqa: B018 - tells Ibis of the dialect's options
            from pyspark.sql import SparkSession
        builder = SparkSession.builder.master(master).appName("lvdaitong features")
        partitions = PARTITIONS["local" if master.startswith("local") else "cluster"]
        own = {"spark.driver.memory": memory, "spark.sql.shuffle.partitions": partitions}
        for name, value in (_SETTINGS | own).items():
            builder = builder.config(name, value)
        return builder.getOrCreate()
    except ImportError as error:
        raise LakeError("Spark is not installed; expected 'pip install lvdaitong[spark]'") from error
    except Exception as error:
        told = " ".join(str(error).split())[:200]
        raise LakeError(
            f"Spark at '{master}' did not start: {told}. It needs Java ('make services')"
        ) from error


_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.log.level": "ERROR",
    # Queries with hundreds of aggregates are too long for compiled code: compiling costs more than it saves.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}

PARTITIONS = {"local": "2", "cluster": "200"}
"""Partitions of a shuffle; on a cluster Spark merges what is too small."""


def assemble_on_spark(
    spark: Any,
    home: Home,
    features: Sequence[AnyFeature],
    spine: pd.DataFrame,
    out: Path,
    watch: Watch = lambda _source: None,
) -> None:
    """Write the features of every pair of a spine, as `features.assemble.assemble` computes them.

    Each source is written on its own first: a plan over all of them would be longer to plan than to run.

    Args:
        spark: A Spark session; its workers must see the home's folder.
        home: Whose lake to read.
        features: What to compute.
        spine: `entity_id` and `as_of`.
        out: Folder of Parquet files to write, a row a pair: `entity_id`, `as_of`, a column a feature, and
            `data_<source>`, the day of the newest event known of each source. It holds `_SUCCESS` when whole.
        watch: Called with a source's name when its features are done.
    """
    pairs = spine[list(KEYS)].drop_duplicates()
    days = pd.to_datetime(pairs["as_of"]).dt.date
    numbered = list(zip(range(len(pairs)), pairs["entity_id"], days, strict=True))
    schema = f"{PAIR} long, entity_id string, as_of date"
    spark.createDataFrame(numbered, schema=schema).createOrReplaceTempView("spine")
    with staged(home) as staging:
        tables = [spark.table("spine")]
        for source, ones in by_source(features).items():
            place = str(staging / source)
            _values(spark, home, source_named(source), ones).write.parquet(place)
            tables.append(spark.read.parquet(place))
            watch(source)
        joined = reduce(lambda left, right: left.join(right, PAIR, "left"), tables)
        _with_combined(spark, joined, features).write.mode("overwrite").parquet(str(out))


def _values(spark: Any, home: Home, source: Source, features: Sequence[Feature]) -> Any:
    _offer_stored(spark, home, source)
    stored = ibis.table(stored_schema(source), name=f"stored_{source.name}")
    known = ibis.table(known_schema(source), name=f"known_{source.name}")
    _view(spark, known_rows(with_intervals(stored), SPINE), f"known_{source.name}")
    found = spark.sql(_sql(Fused(features, known).query(known)))
    return found.withColumnRenamed(NEWEST, f"data_{source.name}")


def _offer_stored(spark: Any, home: Home, source: Source) -> None:
    batches = [str(path) for path in sorted((home.lake / source.name).glob("*.parquet"))]
    schema = ", ".join(f"`{name}` {_SPARK[kind]}" for name, kind in stored_schema(source).items())
    rows = spark.read.parquet(*batches) if batches else spark.createDataFrame([], schema)
    rows.createOrReplaceTempView(f"stored_{source.name}")


def _with_combined(spark: Any, joined: Any, features: Sequence[AnyFeature]) -> Any:
    joined.createOrReplaceTempView("joined")
    kinds = {one.name: "float64" if one.kind == "number" else "string" for one in features}
    parts = {part.name: "float64" for one in features if isinstance(one, Combined) for part in one.of}
    newest = [name for name in joined.columns if name.startswith("data_")]
    table = ibis.table(
        {
            "entity_id": "string",
            "as_of": "date",
            **{
                name: kinds.get(name, parts.get(name, "date"))
                for name in joined.columns
                if name not in (PAIR, *KEYS)
            },
        },
        name="joined",
    )
    combined = combined_columns(table, features)
    plain = {one.name: combined[one.name] if one.name in combined else table[one.name] for one in features}
    return spark.sql(_sql(table.select(*KEYS, **plain, **{name: table[name] for name in newest})))


def _view(spark: Any, query: Any, name: str) -> None:
    spark.sql(_sql(query)).createOrReplaceTempView(name)


def _sql(query: Any) -> str:
    return ibis.to_sql(query, dialect="pyspark")


_SPARK = {
    "string": "string",
    "float64": "double",
    "int64": "bigint",
    "boolean": "boolean",
    "date": "date",
    "decimal(18, 2)": "decimal(18,2)",
}
