"""The verbs about refused rows: what they said, which rules they broke, and another try."""

from typing import Annotated

import typer

from pipelines.terminal import AsJson, RecipeName, show, steps

quarantine = typer.Typer(
    help="Refused rows: what they said and which rules they broke.", no_args_is_help=True
)


@quarantine.command("show")
def quarantine_show(
    context: typer.Context,
    *,
    source: Annotated[str | None, typer.Argument(help="A source of the catalogue; all by default.")] = None,
    most: Annotated[int, typer.Option(min=1, help="Rows shown for each rule.")] = 3,
    summary: Annotated[
        bool, typer.Option("--summary", help="Count rows by rule instead of showing them.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show refused rows as they were read, each with the rules it broke.

    Example: lvdaitong quarantine show vat_invoice --most 5
    """
    from pipelines.listing import list_refused
    from pipelines.refused import list_rules

    rows = list_rules(context.obj, source) if summary else list_refused(context.obj, source, most)
    show(rows, as_json=as_json)


@quarantine.command("retry")
def quarantine_retry(
    context: typer.Context,
    *,
    recipe: RecipeName,
    source: Annotated[str | None, typer.Argument(help="A source of the catalogue; all by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Judge refused rows again under a mended recipe; those that are good now enter the lake.

    No file is needed: the cells were kept. Rows that were accepted are not read again: where the mended
    recipe reads those otherwise, too, collect the file again.

    Example: lvdaitong quarantine retry registration --recipe my-recipe.yaml
    """
    from features.catalogue import source_named
    from pipelines.recipe import load_recipe
    from pipelines.refused import list_retried
    from pipelines.retry import retry

    if source is not None:
        source_named(source)
    progress = steps()
    with progress.step("retry"):
        retried = retry(
            context.obj,
            load_recipe(recipe),
            source,
            lambda one: progress.say(f"{one.receipt.file}: {one.accepted:,} of {one.tried:,} rows accepted"),
        )
    show(list_retried(retried), as_json=as_json)
