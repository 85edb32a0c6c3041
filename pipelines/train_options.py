"""The words of the verb `train`: what each option is called and what its help says."""

from pathlib import Path
from typing import Annotated

import typer

Table = Annotated[Path | None, typer.Option(help="A CSV or Parquet file, a row a firm or loan.")]
Label = Annotated[str | None, typer.Option(help="The column that says what became of each row.")]
Lake = Annotated[
    str | None, typer.Option("--recipe", help="Instead of a table: what was collected by this recipe.")
]
AsOf = Annotated[str | None, typer.Option(help="With --recipe: day until which data count, YYYY-MM-DD.")]
Challenger = Annotated[bool, typer.Option(help="With --recipe: stand beside the champion, not in its place.")]
Bad = Annotated[
    str | None, typer.Option(help="The label's value that means default, where it is not 1, yes or 违约.")
]
Time = Annotated[str | None, typer.Option(help="Day, month or year of each row; the newest rows judge then.")]
Group = Annotated[str | None, typer.Option(help="The firm or company group: its rows are never split.")]
Drop = Annotated[list[str] | None, typer.Option(help="Leave this column out; repeat for more.")]
Category = Annotated[
    list[str] | None, typer.Option(help="Numbers of this column are names; repeat for more.")
]
Segment = Annotated[
    list[str] | None,
    typer.Option(help="Check and report by this column, too, learnt from or dropped; repeat for more."),
]
GapMonths = Annotated[
    int, typer.Option(min=0, help="Do not learn from rows so shortly before the judging ones.")
]
Kind = Annotated[str, typer.Option(help="boosting, or scorecard (points by ranges of values).")]
Rejects = Annotated[
    Path | None,
    typer.Option(help="A table of rejected applicants: the report compares the model with and without them."),
]
RejectManner = Annotated[
    str | None,
    typer.Option(help="Register the model with them: put back by reweighting, parcelling or fuzzy."),
]
Thresholds = Annotated[
    Path | None,
    typer.Option(help="Thresholds of the checks that differ, a YAML file [thresholds.yaml of the home]."),
]
Lang = Annotated[str, typer.Option(help="Language of the report: zh or en.")]
Out = Annotated[
    Path | None,
    typer.Option(help="A folder for model, report and figures, beside the home's registry."),
]
OverrideBy = Annotated[
    str | None, typer.Option("--override-by", help="Who accepts failed checks; kept in the ledger.")
]
OverrideWhy = Annotated[str | None, typer.Option("--override-why", help="Why they do; both are needed.")]
