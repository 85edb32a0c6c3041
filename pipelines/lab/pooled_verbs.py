"""The verbs of the pooled route: a bank's tape, what it contributes, both sides together, the report."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from features.errors import RequestError
from pipelines.lab.interval_words import said
from pipelines.lab.split_verbs import Bank, By, KeyFile, Name, key_of
from pipelines.terminal import AsJson, console, day_of, print_json, show, steps

if TYPE_CHECKING:
    from models.lab.several_banks import Manner

AsOf = Annotated[str | None, typer.Option("--as-of", help="The lab's day, YYYY-MM-DD [newest of the lake].")]
RecipeOf = Annotated[
    str | None, typer.Option("--recipe", help="Recipe whose label rules hold [models/label_rules.yaml].")
]


def lab_tape(
    context: typer.Context,
    *,
    bank: Bank,
    as_of: Annotated[str, typer.Option("--as-of", help="The day of the question, YYYY-MM-DD.")],
    out: Annotated[Path, typer.Option(help="A .csv or .parquet file to write.")],
    recipe: RecipeOf = None,
    as_json: AsJson = False,
) -> None:
    """Make a bank's tape out of the loan tape of a home: its loans whose outcome is complete, good or bad.

    Example: lvdaitong --home bank-home lab tape --bank 湖州银行 --as-of 2026-10-31 --out tape.csv
    """
    from pipelines.lab.tape import tape_of, write_tape
    from pipelines.recipe import load_recipe

    rules = load_recipe(recipe).label_rules if recipe else None
    tape = tape_of(context.obj, bank, day_of(as_of), rules)
    told = {"file": str(write_tape(tape, out)), "loans": len(tape), "bads": int(tape["bad"].sum())}
    show([told], as_json=as_json)


def lab_contribute(
    context: typer.Context,
    name: Name,
    *,
    bank: Bank,
    tape: Annotated[Path, typer.Option(help="The bank's loans with their outcomes, CSV or Parquet.")],
    table: Annotated[
        Path | None, typer.Option(help="The bank's own columns by firm and day; none where it stays home.")
    ] = None,
    as_of: AsOf = None,
    by: By,
    key: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """Take a bank's tape, and its own table, into the lab; codes become keyed identifiers.

    Example: lvdaitong lab contribute huzhou-2026 --bank 湖州银行 --tape tape.csv --table own.csv --by 王敏
    """
    from dataclasses import asdict

    from pipelines.lab.contribution import contribute, newest_day
    from pipelines.lab.project import Project

    project = Project.open(context.obj, name)
    day = day_of(as_of).date() if as_of else newest_day(project.home)
    with steps().step(f"look at {tape.name}"):
        told = contribute(project, bank, tape, table, key=key_of(key, name), lab_day=day, by=by)
    if as_json:
        print_json(asdict(told))
        return
    rows = {"机构": told.bank, "贷款": str(told.loans), "违约": str(told.bads), "自有列": len(told.columns)}
    show([rows | {str(one): str(value) for one, value in told.matching.items()}], as_json=False)
    for note in told.notes:
        console().print(note, soft_wrap=True)
    if told.is_known:
        console().print("此前已提交同一文件，未作任何更改（given before, nothing changed）")


def lab_pool(
    context: typer.Context,
    name: Name,
    *,
    as_of: AsOf = None,
    model: Annotated[
        list[str] | None, typer.Option(help="CreditModel or WoeScorecard; repeat for more [both].")
    ] = None,
    labels: Annotated[
        str | None, typer.Option(help="Learn from each bank's own labels, or the worst [worst of several].")
    ] = None,
    by: By,
    key: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """Compare platform, bank and both on the same later loans of other firms, and keep the model of both.

    Example: lvdaitong lab pool huzhou-2026 --as-of 2026-10-31 --by 王敏
    """
    from models.lab.uplift import MAKERS
    from pipelines.lab.contribution import newest_day
    from pipelines.lab.pooling import Settings, pool
    from pipelines.lab.project import Project

    project, wanted = Project.open(context.obj, name), model or list(MAKERS)
    if unknown := [one for one in wanted if one not in MAKERS]:
        raise RequestError(f"--model '{unknown[0]}': expected {' or '.join(MAKERS)}")
    if labels not in (None, "own", "worst"):
        raise RequestError(f"--labels '{labels}': expected own or worst")
    manner: Manner | None = "own" if labels == "own" else "worst" if labels == "worst" else None
    settings = Settings(makers={one: MAKERS[one] for one in wanted}, labels=manner)
    day = day_of(as_of).date() if as_of else newest_day(project.home)
    made = pool(project, key_of(key, name), day, by=by, settings=settings, steps=steps())
    if as_json:
        print_json(dict(made.figures))
        return
    show([_candidate(one) for one in made.figures["candidates"]], as_json=False)
    for one in made.figures["gains"]:
        pair = f"{one['model']}：{one['one']} − {one['other']}"
        console().print(f"{pair}：AUC {said(one['auc'])}", soft_wrap=True)


def lab_report(
    context: typer.Context,
    name: Name,
    *,
    lang: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    to: Annotated[
        str | None, typer.Option(help="Party that gets it: it leaves through the gate [stays inside].")
    ] = None,
    by: By = "lvdaitong lab report",
) -> None:
    """Write the lab's report on the last pooling, as one self-contained page.

    Example: lvdaitong lab report huzhou-2026 --to 湖州银行 --by 王敏
    """
    from pipelines.lab.project import Project
    from pipelines.lab.releasing import release_report
    from pipelines.lab.report import write_lab_report

    project = Project.open(context.obj, name)
    if to is None:
        console().print(str(write_lab_report(project, lang=lang)), soft_wrap=True)
        return
    place = release_report(project, to=to, lang=lang, by=by)
    console().print(str(place), soft_wrap=True)


def lab_release(
    context: typer.Context,
    name: Name,
    *,
    to: Annotated[str, typer.Option(help="Party that gets it: a bank by its name, or platform.")],
    what: Annotated[str, typer.Option(help="model: the model of both sides.")] = "model",
    by: By,
    key: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """Let the pooled model leave as harmless native text and JSON, after attacks; exit 13 where it may not.

    Example: lvdaitong lab release huzhou-2026 --to 湖州银行 --by 王敏
    """
    from pipelines.lab.project import Project
    from pipelines.lab.releasing import release_model

    if what != "model":
        raise RequestError(f"--what '{what}': expected model; 'lab report --to' lets the report leave")
    project = Project.open(context.obj, name)
    made = release_model(project, key_of(key, name), to=to, by=by, steps=steps())
    if as_json:
        print_json({"place": str(made.place), "about": made.about, "disclosure": made.disclosure})
        return
    attacks = [one for one in made.disclosure["attacks"] if one["gates"]]
    show([{"攻击": one["how_zh"], "AUC": said(one["auc"])} for one in attacks], as_json=False)
    if made.disclosure["above"]:
        console().print("有攻击的估计值超过 0.55，但区间未能确认；台账与报告已如实记载", soft_wrap=True)
    console().print(str(made.place), soft_wrap=True)


def _candidate(one: dict[str, Any]) -> dict[str, Any]:
    figures = {name: said(one[name]) for name in ("auc", "ks", "calibration")}
    return {"模型": one["model"], "数据": one["name"]} | figures
