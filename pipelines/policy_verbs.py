"""The verb that asks the measures about a file of firms, or about one."""

import json
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

from features.errors import RequestError, SourceError
from features.home import Home
from pipelines.terminal import AsJson, console, day_of, print_json, show

SHOWN = 20
"""Errors of rows that are printed; all of them stand in the file that is written."""

DRAFT = "征求意见稿（DRAFT）：以下均为按征求意见稿所作估算，最终以主管部门核定为准"

FactsPath = Annotated[
    Path,
    typer.Option(
        "--facts", help="CSV, Excel, Parquet or JSON lines, one firm and loan a row; or one object in .json."
    ),
]
OwnNumbers = Annotated[
    Path | None,
    typer.Option(
        "--parameters",
        help="A city's own folder of numbers of law, in place of the home's and the package's.",
    ),
]


def eligibility(
    context: typer.Context,
    facts: FactsPath,
    *,
    as_of: Annotated[str, typer.Option("--as-of", help="The day of the question, YYYY-MM-DD.")],
    out: Annotated[
        Path | None, typer.Option(help="Write the findings of every row here, .parquet or .csv.")
    ] = None,
    parameters: OwnNumbers = None,
    as_json: AsJson = False,
) -> None:
    """What the measures give to each firm of a file: results, amounts, and what is missing.

    Example: lvdaitong eligibility --facts firms.csv --as-of 2026-11-20 --out findings.parquet
    """
    if out is not None and out.suffix not in (".parquet", ".csv"):
        raise RequestError(f"--out '{out}': expected a name that ends in .parquet or .csv")
    day = day_of(as_of).date()
    numbers = _numbers(context.obj, parameters)
    if facts.suffix.lower() == ".json":
        _one_firm(facts, day, numbers, as_json=as_json)
    else:
        _many_firms(facts, day, numbers, out, as_json=as_json)


def _numbers(home: Home, folder: Path | None) -> Any:
    from serving.city_numbers import numbers_of

    numbers = numbers_of(home)
    return numbers if folder is None else numbers.replaced_from(folder)


def _one_firm(path: Path, day: date, numbers: Any, *, as_json: bool) -> None:
    """The findings of one firm, in words."""
    from serving.policy import MEASURES, Facts, evaluate

    findings = evaluate(Facts.from_dict(_one_object(path)), day, parameters=numbers)
    if as_json:
        print_json([finding.to_dict() for finding in findings])
        return
    titles = {measure.key: measure.title_zh for measure in MEASURES}
    terminal = console()
    terminal.print(DRAFT)
    for finding in findings:
        terminal.print(f"措施{finding.number} {titles[finding.measure]} [bold]{finding.result}[/bold]")
        terminal.print(f"  {finding.text_zh}", highlight=False)
        for assumed in finding.assumptions:
            terminal.print(f"  · {assumed}", highlight=False, markup=False)


def _one_object(path: Path) -> dict[str, Any]:
    """Facts by name or Chinese name; numbers as they are written, so that money stays exact."""
    from serving.policy.facts import NAMES_ZH

    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except ValueError as error:
        raise SourceError(f"{path.name}: is no JSON: {' '.join(str(error).split())} ({path})") from error
    if not isinstance(found, dict):
        raise SourceError(
            f"{path.name}: found a {type(found).__name__}, expected one object; many firms as .jsonl ({path})"
        )
    by_zh = {zh: name for name, zh in NAMES_ZH.items()}
    return {by_zh.get(str(name), str(name)): value for name, value in found.items()}


def _many_firms(path: Path, day: date, numbers: Any, out: Path | None, *, as_json: bool) -> None:
    from pipelines.facts_file import read_facts_file
    from serving.policy.table import evaluate_table

    given = read_facts_file(path)
    found = evaluate_table(given.facts, day, parameters=numbers)
    if out is not None:
        _write(given, found, out)
    errors = [
        {"row": given.rows[error.row], "field": error.field, "message": error.message}
        for error in found.errors
    ]
    if as_json:
        print_json(_summary(found, day, numbers) | {"others": list(given.others), "errors": errors})
        return
    terminal = console()
    terminal.print(DRAFT)
    show([_line(told) for told in _summary(found, day, numbers)["measures"]], as_json=False)
    terminal.print(f"{len(found):,} rows on {day}, {found.refused_count:,} of them with an error")
    _tell(path, given, errors)
    if out is not None:
        terminal.print(f"written to {out}", soft_wrap=True)


def _summary(found: Any, day: date, numbers: Any) -> dict[str, Any]:
    law = numbers.on(day)
    return {
        "as_of": day.isoformat(),
        "policy_version": law.policy_version,
        "policy_status": law.policy_status,
        "rows": len(found),
        "rows_with_errors": found.refused_count,
        "measures": [
            {
                "measure": measure.key,
                "number": measure.number,
                "title": measure.title_zh,
                "results": {str(result): count for result, count in found.counts(measure.key).items()},
                "sums_cny": {
                    name: None if amount is None else str(amount)
                    for name, amount in found.sums(measure.key).items()
                },
            }
            for measure in found.measures
        ],
    }


def _line(told: dict[str, Any]) -> dict[str, Any]:
    from serving.wording import AMOUNTS

    sums = (
        f"{AMOUNTS.get(name, name)} {'未知' if value is None else f'{Decimal(value):,.2f}'}"
        for name, value in told["sums_cny"].items()
    )
    return {
        "措施": f"{told['number']} {told['title']}",
        **told["results"],
        "金额合计（元，估算）": "；".join(sums),
    }


def _tell(path: Path, given: Any, errors: list[dict[str, Any]]) -> None:
    """On standard error: columns that are no facts, and which rows have no findings and why."""
    if given.others:
        others = ", ".join(given.others)
        sys.stderr.write(f"{path.name}: columns that are no facts are only kept beside: {others}\n")
    for error in errors[:SHOWN]:
        sys.stderr.write(f"{path.name}: row {error['row']}: {error['message']}\n")
    if len(errors) > SHOWN:
        sys.stderr.write(f"{path.name}: {len(errors) - SHOWN:,} more; --out or --json names them all\n")


def _write(given: Any, found: Any, out: Path) -> None:
    """Row numbers, the columns that are no facts, and the findings."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    findings = found.to_arrow()
    columns = {"row": pa.array(given.rows, pa.int64())} | given.others
    table = pa.table(columns | dict(zip(findings.column_names, findings.columns, strict=True)))
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".parquet":
        pyarrow.parquet.write_table(table, out)
    else:
        pyarrow.csv.write_csv(_plain(table), out)


def _plain(table: Any) -> Any:
    """Text in the place of codes, which CSV has no form for."""
    import pyarrow as pa

    fields = [
        pa.field(field.name, pa.string() if pa.types.is_dictionary(field.type) else field.type)
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))
