"""The verb `monitor`: the monthly look at a home; exit code 15 where something needs a person."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from pipelines.terminal import AsJson, RecipeName, console, day_of, print_json, show, steps

NEEDS_A_PERSON = 15
"""Exit code: the look was made, and somebody must read what it says."""


def monitor(
    context: typer.Context,
    *,
    as_of: Annotated[str, typer.Option("--as-of", help="The day of the look: a month's end, YYYY-MM-DD.")],
    recipe: RecipeName = "city",
    as_json: AsJson = False,
) -> None:
    """Look at a month: arrivals, drift, performance; page, JSON, metrics. Exit 15: a person is needed.

    Example: lvdaitong monitor --as-of 2026-10-31 --recipe city
    """
    from pipelines.monitoring.kept import PAGE
    from pipelines.monitoring.watch import monitor as look
    from pipelines.recipe import load_recipe

    seen = look(context.obj, load_recipe(recipe), day_of(as_of).date(), steps(), datetime.now(UTC))
    if as_json:
        print_json(seen.as_record() | {"folder": str(seen.folder)})
    else:
        show([_line(one) for one in seen.alerts], as_json=False)
        console().print(f"{seen.folder / PAGE}", soft_wrap=True)
    if seen.needs_person:
        raise typer.Exit(NEEDS_A_PERSON)


def _line(one: Any) -> dict[str, Any]:
    """An alert as a row of the terminal's table."""
    return {
        "": "需处理" if one.needs_person else "观察",
        "提示": one.kind_zh,
        "since": one.since,
        "how sure": one.sure_zh,
        "what": one.what_zh,
        "look first": one.look_first_zh,
    }
