"""The verb `train`: a model from a table of one's own, or from what was collected."""

import json
import re
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from features.errors import LakeError, RequestError
from pipelines.terminal import AsJson, RecipeName, console, day_of, print_json, steps

if TYPE_CHECKING:
    from features.home import Home
    from models.checks import Override
    from models.evidence import Evidence
    from models.scored import ScoredClassifier
    from pipelines.own_table import OwnTable

train = typer.Typer(help="Train, check, report and register a model.", no_args_is_help=True)

MODELS = {"boosting": ("models.credit", "CreditModel"), "scorecard": ("models.scorecard", "WoeScorecard")}


@train.command("credit")
def credit(
    context: typer.Context,
    table: Annotated[Path | None, typer.Option(help="A CSV or Parquet file, a row a firm or loan.")] = None,
    label: Annotated[str | None, typer.Option(help="The column that says what became of each row.")] = None,
    recipe: Annotated[
        str | None, typer.Option(help="Instead of a table: what was collected by this recipe.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="With --recipe: day until which data count, YYYY-MM-DD.")
    ] = None,
    challenger: Annotated[
        bool, typer.Option(help="With --recipe: stand beside the champion, not in its place.")
    ] = False,
    bad: Annotated[
        str | None, typer.Option(help="The label's value that means default, where it is not 1, yes or 违约.")
    ] = None,
    time: Annotated[
        str | None, typer.Option(help="Day, month or year of each row; the newest rows judge then.")
    ] = None,
    group: Annotated[
        str | None, typer.Option(help="The firm or company group: its rows are never split.")
    ] = None,
    drop: Annotated[list[str] | None, typer.Option(help="Leave this column out; repeat for more.")] = None,
    category: Annotated[
        list[str] | None, typer.Option(help="Numbers of this column are names; repeat for more.")
    ] = None,
    gap_months: Annotated[
        int, typer.Option(min=0, help="Do not learn from rows so shortly before the judging ones.")
    ] = 0,
    model: Annotated[
        str, typer.Option(help="boosting, or scorecard (points by ranges of values).")
    ] = "boosting",
    out: Annotated[
        Path | None, typer.Option(help="A folder for model, report and figures, beside the home's registry.")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--override-by", help="Who accepts failed checks; kept in the ledger.")
    ] = None,
    why: Annotated[str | None, typer.Option("--override-why", help="Why they do; both are needed.")] = None,
    as_json: AsJson = False,
) -> None:
    """A credit model from any table, or from the lake: the same model, checks and report.

    Example: lvdaitong train credit --table loans.csv --label defaulted --time applied --group firm
    """
    from pipelines.own_table import Roles, own_table
    from pipelines.own_validation import evidence_of

    override = _override(by, why)
    if recipe is not None and table is None and label is None:
        _from_lake(context.obj, recipe, as_of, challenger=challenger, override=override, as_json=as_json)
        return
    if table is None or label is None or recipe is not None:
        raise RequestError("expected --table FILE with --label COL, or --recipe NAME alone")
    if model not in MODELS:
        raise RequestError(f"--model '{model}': expected {' or '.join(MODELS)}")
    working = steps()
    with working.step(f"read {table.name}"):
        roles = Roles(
            label=label,
            bad=bad,
            time=time,
            group=group,
            drop=tuple(drop or ()),
            category=tuple(category or ()),
        )
        own = own_table(table, roles)
    _warn(own)
    with working.step(f"train on {len(own.bad):,} rows × {own.table.shape[1]} columns"):
        evidence = evidence_of(own, lambda: _made(model), gap_months=gap_months, watch=working.say)
    with working.step("check, register, report"):
        record = review_own(context.obj, own, table, evidence, override)
    if out is not None:
        _copied(record, evidence, out)
    _tell(record, as_json=as_json)


@train.command("green")
def green(
    context: typer.Context,
    recipe: RecipeName,
    as_of: Annotated[str | None, typer.Option(help="Day until which data count, YYYY-MM-DD.")] = None,
    as_json: AsJson = False,
) -> None:
    """The green grade model from the official grades that were collected.

    Example: lvdaitong train green --recipe city
    """
    from pipelines.lake_training import green_of_lake
    from pipelines.recipe import load_recipe

    told = green_of_lake(context.obj, load_recipe(recipe), day_of(as_of), steps())
    if as_json:
        print_json(told)
        return
    kappa = told["figures"]["kappa"]
    console().print(
        f"{told['firms']:,} firms; kappa {kappa['value']:.3f} [{kappa['low']:.3f}, {kappa['high']:.3f}]; "
        f"registered as {told['model']}",
        soft_wrap=True,
        highlight=False,
    )


def _from_lake(
    home: "Home",
    recipe: str,
    as_of: str | None,
    *,
    challenger: bool,
    override: "Override | None",
    as_json: bool,
) -> None:
    from pipelines.lake_training import credit_of_lake
    from pipelines.recipe import load_recipe

    record = credit_of_lake(
        home, load_recipe(recipe), day_of(as_of), steps(), challenger=challenger, override=override
    )
    _tell(record, as_json=as_json)


def _override(by: str | None, why: str | None) -> "Override | None":
    """A person's word that failed checks are accepted; None where nobody gives it."""
    if by is None and why is None:
        return None
    from models.checks import Override

    return Override(by or "", why or "")


def _made(model: str) -> "ScoredClassifier":
    """A model that has not been fitted; only the library that it needs is loaded."""
    from importlib import import_module

    module, name = MODELS[model]
    made: ScoredClassifier = getattr(import_module(module), name)()
    return made


def _warn(own: "OwnTable") -> None:
    for note in own.notes:
        sys.stderr.write(f"note: {note}\n")
    for suspect in own.suspects:
        sys.stderr.write(f"warning: {suspect}; leave it out with --drop '{suspect.column}' if it does\n")


def review_own(
    home: "Home", own: "OwnTable", table: Path, evidence: "Evidence", override: "Override | None"
) -> dict[str, Any]:
    """Check the model, register it under a name of its own and write its report; what came of it, for JSON.

    Raises:
        ModelError: A check failed and nobody takes it upon themself; nothing is registered then.
    """
    from models.report import Bilingual
    from pipelines.own_validation import figures, said
    from pipelines.review import Occasion, review

    found = figures(evidence)
    today = datetime.now(UTC).date()
    occasion = Occasion(
        name=registered_name(own.name),
        day=today if own.time is None else own.time.max().date(),
        title=Bilingual(f"自有数据表 {table.name} 的信用模型", f"Credit model of the table {table.name}"),
        figures=found,
        told={
            "counts": {"good": int((own.bad == 0).sum()), "bad": int(own.bad.sum())},
            "label_text": [Bilingual(f"标签取自数据表，{said(evidence)}", said(evidence))],
            "limits": [Bilingual(told) for told in (*own.notes, *map(str, own.suspects))],
            "data_digests": {table.name: sha256(table.read_bytes()).hexdigest()},
        },
        by="lvdaitong train",
        why=f"trained on {table.name}",
        override=override,
    )
    reviewed = review(home, evidence, occasion)
    return {
        "model": reviewed.version.label,
        "report": str(reviewed.report),
        "judged": said(evidence),
        "figures": {
            name: {"value": one.value, "low": one.low, "high": one.high} for name, one in found.items()
        },
        "checks": {check.number: check.passed for check in reviewed.checks},
        "columns": list(own.table.columns),
        "notes": list(own.notes),
        "suspects": [{"column": one.column, "evidence": one.evidence} for one in own.suspects],
    }


def _copied(record: dict[str, Any], evidence: "Evidence", out: Path) -> None:
    """Model, report and figures in a folder of the user's own.

    Raises:
        LakeError: It cannot be written; the model is registered all the same.
    """
    try:
        evidence.model.save(out / "model")
        (out / "report.html").write_bytes(Path(record["report"]).read_bytes())
        (out / "training.json").write_text(json.dumps(record, ensure_ascii=False, indent=1), "utf-8")
    except OSError as error:
        told = f"{out}: cannot be written: {error.strerror or error}"
        raise LakeError(f"{told}; {record['model']} is registered all the same") from error


def registered_name(stem: str) -> str:
    """The name under which a model of a table is registered.

    >>> registered_name("2024 贷款-样本"), registered_name("hmeq")
    ('own_2024_贷款_样本', 'own_hmeq')
    """
    return f"own_{re.sub(r'[^0-9A-Za-z_一-鿿]+', '_', stem).strip('_')}"


def _tell(record: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(record)
        return
    shown = (
        f"{name.upper()} {one['value']:.3f} [{one['low']:.3f}, {one['high']:.3f}]"
        for name, one in record["figures"].items()
    )
    passed = sum(record["checks"].values())
    for line in (
        record["judged"],
        "  ".join(shown),
        f"{passed} of {len(record['checks'])} checks passed",
        f"registered as {record['model']}; report {record['report']}",
    ):
        console().print(line, soft_wrap=True, highlight=False)
