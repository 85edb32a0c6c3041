"""The verb `features`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from features.errors import RequestError
from pipelines.terminal import AsJson, console, day_of, print_json, show, steps


def features(
    context: typer.Context,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Every firm of the lake on this day, YYYY-MM-DD.")
    ] = None,
    spine: Annotated[
        Path | None,
        typer.Option(help="A CSV or Parquet file of pairs entity_id, as_of instead: a row a pair, in order."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where to write; by default below the home's features folder.")
    ] = None,
    memory_limit: Annotated[
        str | None, typer.Option(help="The most memory DuckDB may take, such as 4GB; the rest goes to disk.")
    ] = None,
    engine: Annotated[str, typer.Option(help="duckdb, or spark (pip install lvdaitong[spark]).")] = "duckdb",
    master: Annotated[
        str, typer.Option(help="Spark's master: local[2] or a cluster's address.")
    ] = "local[2]",
    as_json: AsJson = False,
) -> None:
    """Compute every feature as it was known on a day, with a report on coverage and freshness.

    Example: lvdaitong features --as-of 2026-10-31
    """
    from pipelines.assembling import features_of_spine, features_on

    if (as_of is None) == (spine is None):
        raise RequestError("features: expected either --as-of DAY or --spine FILE")
    if engine not in ("duckdb", "spark"):
        raise RequestError(f"--engine '{engine}': expected duckdb or spark")
    home, working = context.obj, steps()
    if engine == "spark":
        _by_spark(home, master, as_of, spine, out, working)
        return
    with working.step("features"):
        if spine is not None:
            place = out or home.root / "features" / f"{spine.stem}.parquet"
            told = features_of_spine(home, spine, place, working.say, memory=memory_limit)
        elif out is not None:
            raise RequestError("--out goes with --spine or --engine spark; --as-of writes below the home")
        else:
            place, told = features_on(home, day_of(as_of), working.say, memory=memory_limit)
    _tell(place, told, as_json=as_json)


def _by_spark(
    home: Any, master: str, as_of: str | None, spine: Path | None, out: Path | None, working: Any
) -> None:
    from pipelines.assembling import every_firm, features_on_spark, read_spine

    pairs = read_spine(spine) if spine is not None else every_firm(home, day_of(as_of))
    name = spine.stem if spine is not None else f"as_of={as_of}"
    place = out or home.root / "features" / f"{name}.spark"
    with working.step(f"features by Spark at {master}"):
        count = features_on_spark(home, master, pairs, place, working.say)
    console().print(f"{count:,} pairs written to {place}", soft_wrap=True)


def _tell(place: Path, told: dict[str, Any], *, as_json: bool) -> None:
    from pipelines.coverage import rows_to_show

    if as_json:
        print_json({"written": str(place), **told})
        return
    show(rows_to_show(told), as_json=False)
    known = [one["share"] for one in told["features"]]
    console().print(
        f"{told['pairs']:,} pairs × {len(known)} features, {sum(known) / max(len(known), 1):.0%} of the "
        f"values known; written to {place}",
        soft_wrap=True,
    )
