"""The verb `report`: pages that are made again from what the lake holds."""

from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.terminal import AsJson, console, day_of, print_json, show, steps

report = typer.Typer(help="Reports from the lake: the city's figures.", no_args_is_help=True)


@report.command("city")
def report_city(
    context: typer.Context,
    *,
    as_of: Annotated[str, typer.Option("--as-of", help="Nothing that came later is counted, YYYY-MM-DD.")],
    first: Annotated[
        str | None, typer.Option("--from", help="The first month, by any of its days; two years by default.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where to write; by default below the home's reports.")
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of the page: zh or en.")] = "zh",
    as_json: AsJson = False,
) -> None:
    """Write the figures that the measures set or follow, by month and district: a page, CSV files and JSON.

    Example: lvdaitong report city --as-of 2026-10-31
    """
    from pipelines.city_report.files import as_record
    from pipelines.city_report.gather import gather
    from pipelines.city_report.page import write_city_report
    from pipelines.city_report.words import Words

    words, working = Words(lang), steps()
    begin = day_of(first, "--from")
    with working.step("the city's figures"):
        found = gather(
            context.obj, day_of(as_of).date(), begin.date() if begin is not None else None, watch=working.say
        )
    with working.step("page and files"):
        files = write_city_report(context.obj, found, out, lang=lang)
    if as_json:
        print_json(as_record(found) | {"files": {name: str(path) for name, path in files.items()}})
        return
    show([_line(told, words) for told in found.figures], as_json=False)
    console().print(f"{files['page']}", soft_wrap=True)


def _line(told: Any, words: Any) -> dict[str, Any]:
    """A figure as a row of the terminal's table."""
    latest = told.latest
    return {
        words("measure", number="").strip(): str(told.figure.measure),
        words("figure"): words(f"figures.{told.figure.key}.name"),
        words("latest"): words.month(latest.month) if latest else words("none"),
        words("value"): words("no_data")
        if told.missing
        else words.amount(told.figure, latest and latest.value),
        words("known"): words.share(latest.coverage if latest else None),
        words("target"): words.target(told.target, told.figure) if told.target else "—",
    }
