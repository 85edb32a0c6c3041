"""The command line: one verb a job, one line of error, one exit code a kind of failure."""

import json
import logging
import os
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from features.errors import LakeError, RequestError
from features.home import Home

app = typer.Typer(
    name="lvdaitong",
    help="Credit scoring for the 绿贷通 platform: collect, features, train, score, measures, service.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

quarantine = typer.Typer(
    help="Refused rows: what they said and which rules they broke.", no_args_is_help=True
)
app.add_typer(quarantine, name="quarantine")

DEFAULT_HOME = "./var"

RecipeName = Annotated[
    str, typer.Option("--recipe", help="Name of a shipped recipe, or a YAML file of your own.")
]
DataFolder = Annotated[Path, typer.Option("--data", help="Folder with the recipe's files.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer for machines: JSON on standard output.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="The day of the question, YYYY-MM-DD.")]


@app.callback()
def _common(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(help="Where lake, models, scores and reports lie [LVDAITONG_HOME, else ./var]."),
    ] = None,
) -> None:
    context.obj = Home(home or Path(os.environ.get("LVDAITONG_HOME", DEFAULT_HOME)))


@app.command()
def city(
    out: Annotated[Path, typer.Option(help="Folder to write into.")],
    entities: Annotated[int, typer.Option(min=1, help="Firms.")] = 3000,
    months: Annotated[int, typer.Option(min=1, help="Months of history.")] = 60,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 7,
    dirty: Annotated[
        float, typer.Option(min=0, max=0.5, help="Share of dirty rows added to each file.")
    ] = 0.002,
    as_json: AsJson = False,
) -> None:
    """Write a synthetic city: the files of its departments, with planted dirt and a known best ranking.

    Example: lvdaitong city --entities 3000 --months 60 --seed 7 --out var/city
    """
    from features.city import make_city

    with _steps().step(f"a city of {entities:,} firms over {months} months"):
        manifest = make_city(out, entities=entities, months=months, seed=seed, dirty_share=dirty)
    _show_city(asdict(manifest), out, as_json=as_json)


@app.command()
def catalog(
    features: Annotated[
        bool, typer.Option("--features", help="List the features instead of the sources.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the sources of the catalogue, or the features.

    Example: lvdaitong catalog
    """
    from pipelines.listing import list_features, list_sources

    _show(list_features() if features else list_sources(), as_json=as_json)


@app.command()
def collect(context: typer.Context, recipe: RecipeName, data: DataFolder, as_json: AsJson = False) -> None:
    """Bring files into the lake; refused rows go to quarantine. The same file twice changes nothing.

    Example: lvdaitong collect --recipe city --data var/city
    """
    from pipelines.collect import collect as collect_files
    from pipelines.listing import list_receipts
    from pipelines.recipe import load_recipe

    steps = _steps()
    with steps.step("collect"):
        receipts = collect_files(
            context.obj, load_recipe(recipe), data, lambda told, new: steps.say(_collected(told, new=new))
        )
    _show(list_receipts(receipts), as_json=as_json)
    refused = sum(told.quarantined for told in receipts)
    if refused and not as_json:
        _console().print(
            f"{refused:,} rows were refused; look at them with 'lvdaitong quarantine show SOURCE'"
        )


@quarantine.command("show")
def quarantine_show(
    context: typer.Context,
    source: Annotated[str | None, typer.Argument(help="A source of the catalogue; all by default.")] = None,
    most: Annotated[int, typer.Option(min=1, help="Rows shown for each rule.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Show refused rows as they were read, each with the rules it broke.

    Example: lvdaitong quarantine show vat_invoice --most 5
    """
    from pipelines.listing import list_refused

    _show(list_refused(context.obj, source, most), as_json=as_json)


@app.command()
def run(
    context: typer.Context,
    recipe: RecipeName,
    data: DataFolder,
    as_of: AsOf = None,
    oracle: Annotated[
        Path | None, typer.Option(help="The embedded city's best possible ranking, to compare with.")
    ] = None,
    feature: Annotated[
        list[str] | None, typer.Option(help="Use only this feature; repeat for more. An outcome is refused.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The whole main job: collect, features, train, check, register, score, reasons, measures, report.

    Example: lvdaitong run --recipe city --data var/city
    """
    from pipelines.recipe import load_recipe
    from pipelines.run import run as run_all
    from pipelines.showing import as_record, show_run

    steps = _steps()
    ran = run_all(
        context.obj,
        load_recipe(recipe),
        data,
        steps,
        day=_day(as_of),
        oracle=oracle,
        only=tuple(feature or ()),
        watch=lambda told, new: steps.say(_collected(told, new=new)),
    )
    if as_json:
        _print_json(as_record(ran))
    else:
        show_run(ran, _console())


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
) -> None:
    """Answer questions about one firm and one loan: the page at /, the API under /v1, described at /docs.

    Example: lvdaitong --home var/demo/home serve --port 8000
    """
    import uvicorn

    from serving.api import create_app

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    sys.stderr.write(
        f"page http://{host}:{port}/  API description http://{host}:{port}/docs  stop with Ctrl+C\n"
    )
    # uvicorn's own access log would write firms' codes
    uvicorn.run(
        create_app(context.obj),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
    )


def _steps() -> Any:
    from pipelines.steps import Steps

    return Steps(Console(stderr=True, quiet=not sys.stderr.isatty()))


def _collected(receipt: Any, *, new: bool) -> str:
    counted = (
        f"{receipt.rows_read:,} read, {receipt.accepted:,} accepted, {receipt.quarantined:,} quarantined"
    )
    return f"{receipt.file}: {counted}{'' if new else ', nothing new'}"


def _day(text: str | None) -> Any:
    import pandas as pd

    if text is None:
        return None
    try:
        return pd.Timestamp(datetime.strptime(text, "%Y-%m-%d"))  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise RequestError(f"--as-of '{text}': not a day; expected YYYY-MM-DD, such as 2026-10-31") from error


def _show_city(manifest: dict[str, Any], out: Path, *, as_json: bool) -> None:
    if as_json:
        _print_json(manifest)
        return
    rows = [
        {"file": name, "source": told["source"], "rows": told["rows"], "of them dirty": told["dirty_rows"]}
        for name, told in manifest["files"].items()
    ]
    _show(rows, as_json=False)
    Console().print(
        f"written to {out}; the best possible ranking lies apart in {out / 'oracle'}", soft_wrap=True
    )


def _show(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        _print_json(rows)
        return
    if not rows:
        Console().print("nothing to show")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in rows[0]:
        numeric = isinstance(rows[0][name], int)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(f"{value:,}" if isinstance(value, int) else str(value) for value in row.values()))
    _console().print(table)


def _console() -> Console:
    """Standard output; wide where it is no terminal, so that a file keeps its lines whole."""
    return Console() if sys.stdout.isatty() else Console(width=150)


def _print_json(told: Any) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1, default=str) + "\n")


def main() -> None:
    """The console script: an error that carries an exit code is one line and that code, never a traceback."""
    try:
        app(standalone_mode=True)
    except OSError as error:
        sys.stderr.write(f"lvdaitong: {error.filename or 'a file'}: {error.strerror or error}\n")
        sys.exit(LakeError.exit_code)
    except Exception as error:
        code = getattr(error, "exit_code", None)
        if not isinstance(code, int):
            raise
        sys.stderr.write(f"lvdaitong: {' '.join(str(error).split())}\n")
        sys.exit(code)
    except KeyboardInterrupt:
        sys.stderr.write("lvdaitong: interrupted; what was committed stays, nothing is half done\n")
        sys.exit(130)
