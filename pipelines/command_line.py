"""The command line: one verb a job, one line of error, one exit code a kind of failure."""

import gc
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from features.errors import LakeError
from features.home import Home
from pipelines.account_verbs import accounts
from pipelines.audit_verbs import audit
from pipelines.audit_verbs import retention as _retention
from pipelines.backtest_verb import backtest as _backtest
from pipelines.consent_verbs import consent
from pipelines.feature_verbs import features as _features
from pipelines.lab.verbs import lab
from pipelines.model_verbs import models
from pipelines.monitoring.verb import monitor as _monitor
from pipelines.policy_verbs import eligibility as _eligibility
from pipelines.quarantine_verbs import quarantine
from pipelines.recommend_verb import recommend as _recommend
from pipelines.report_verbs import report
from pipelines.retrain_verb import retrain as _retrain
from pipelines.serve_verb import serve as _serve
from pipelines.shadow_verbs import shadow
from pipelines.terminal import AsJson, RecipeName, day_of
from pipelines.terminal import console as _console
from pipelines.terminal import print_json as _print_json
from pipelines.terminal import show as _show
from pipelines.terminal import steps as _steps
from pipelines.train_verbs import train

RUBBISH = (50_000, 20, 50)
"""Objects made and not gone again, and younger rounds, until Python looks for cycles: imports make many, and
looking through them is a tenth of a verb's start."""

app = typer.Typer(
    name="lvdaitong",
    help="Credit scoring for the 绿贷通 platform: collect, features, train, score, measures, service.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(quarantine, name="quarantine")
app.add_typer(train, name="train")
app.add_typer(models, name="models")
app.add_typer(report, name="report")
app.add_typer(accounts, name="accounts")
app.add_typer(audit, name="audit")
app.add_typer(lab, name="lab")
app.add_typer(consent, name="consent")
app.add_typer(shadow, name="shadow")
app.command("features")(_features)
app.command("eligibility")(_eligibility)
app.command("recommend")(_recommend)
app.command("retention")(_retention)
app.command("monitor")(_monitor)
app.command("retrain")(_retrain)
app.command("backtest")(_backtest)
app.command("serve")(_serve)

DEFAULT_HOME = "./var"

DataFolder = Annotated[Path, typer.Option("--data", help="Folder with the recipe's files.")]
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
    trouble: Annotated[
        str | None,
        typer.Option(help="What goes wrong late in the history: a name, as in unit_changes, or a YAML file."),
    ] = None,
    trouble_from: Annotated[
        str | None, typer.Option(help="With --trouble: its first month, YYYY-MM; else as its file says.")
    ] = None,
    steady: Annotated[
        bool, typer.Option("--steady", help="At equal health as many stop paying in every year.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write a synthetic city: the files of its departments, with planted dirt and a known best ranking.

    Example: lvdaitong city --entities 3000 --months 60 --seed 7 --out var/city
    """
    from features.city import make_city
    from features.city.troubles import asked

    planted = asked(trouble, trouble_from)
    with _steps().step(f"a city of {entities:,} firms over {months} months"):
        manifest = make_city(
            out,
            entities=entities,
            months=months,
            seed=seed,
            dirty_share=dirty,
            trouble=planted,
            steady=steady,
        )
    _show_city(asdict(manifest), out, as_json=as_json)


@app.command()
def catalog(
    features: Annotated[
        bool, typer.Option("--features", help="List the features instead of the sources.")
    ] = False,
    write: Annotated[
        Path | None, typer.Option(help="Write the data and feature dictionaries into this folder.")
    ] = None,
    cases: Annotated[
        Path | None,
        typer.Option(help="With --write: also a page for each measure, with the cases of this folder."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the sources of the catalogue, or the features; or write their dictionaries.

    Example: lvdaitong catalog
    """
    if write is not None:
        from pipelines.dictionary import write_documents
        from pipelines.measure_pages import write_measure_pages

        written = write_documents(write) + (write_measure_pages(write, cases) if cases else [])
        _show([{"written": str(path)} for path in written], as_json=as_json)
        return
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
    for told in receipts:
        for warning in told.warnings:
            sys.stderr.write(f"warning: {told.file} ({told.source}): {warning}\n")
    refused = sum(told.quarantined for told in receipts)
    if refused and not as_json:
        _console().print(
            f"{refused:,} rows were refused; look at them with 'lvdaitong quarantine show SOURCE'"
        )


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
        day=day_of(as_of),
        oracle=oracle,
        only=tuple(feature or ()),
        watch=lambda told, new: steps.say(_collected(told, new=new)),
    )
    if as_json:
        _print_json(as_record(ran))
    else:
        show_run(ran, _console())


def _collected(receipt: Any, *, new: bool) -> str:
    counted = (
        f"{receipt.rows_read:,} read, {receipt.accepted:,} accepted, {receipt.quarantined:,} quarantined"
    )
    return f"{receipt.file}: {counted}{'' if new else ', nothing new'}"


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


def main() -> None:
    """The console script: an error that carries an exit code is one line and that code, never a traceback."""
    gc.set_threshold(*RUBBISH)
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
