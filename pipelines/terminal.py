"""What the verbs of the command line share: options, tables, progress."""

import json
import sys
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from features.errors import RequestError

RecipeName = Annotated[
    str, typer.Option("--recipe", help="Name of a shipped recipe, or a YAML file of your own.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer for machines: JSON on standard output.")]


def steps() -> Any:
    """Progress on standard error; quiet where that is no terminal."""
    from pipelines.steps import Steps

    return Steps(Console(stderr=True, quiet=not sys.stderr.isatty()))


def show(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    """Rows as a table, or as JSON."""
    if as_json:
        print_json(rows)
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
    console().print(table)


def console() -> Console:
    """Standard output; wide where it is no terminal, so that a file keeps its lines whole."""
    return Console() if sys.stdout.isatty() else Console(width=150)


def day_of(text: str | None, option: str = "--as-of") -> Any:
    """The day that an option names; None where it was not given.

    Raises:
        RequestError: It is no day.
    """
    import pandas as pd

    if text is None:
        return None
    try:
        return pd.Timestamp(datetime.strptime(text, "%Y-%m-%d"))  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise RequestError(
            f"{option} '{text}': not a day; expected YYYY-MM-DD, such as 2026-10-31"
        ) from error


def print_json(told: Any) -> None:
    """JSON on standard output, Chinese as it is."""
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1, default=str) + "\n")
