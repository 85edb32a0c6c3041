"""The verbs of the joint lab: open and close a project, its key, what happened in it and what left."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.lab.match_verbs import lab_match
from pipelines.lab.pooled_verbs import lab_contribute, lab_pool, lab_release, lab_report, lab_tape
from pipelines.lab.split_verbs import lab_combine, lab_half, lab_package, lab_sub_scores
from pipelines.terminal import AsJson, console, print_json, show

if TYPE_CHECKING:
    from pipelines.lab.ledger import Line
    from pipelines.lab.project import Project

lab = typer.Typer(
    help="The joint lab: a bank and the platform model together; the ledger tells what left whose hands.",
    no_args_is_help=True,
)

lab.command("tape")(lab_tape)
lab.command("contribute")(lab_contribute)
lab.command("pool")(lab_pool)
lab.command("report")(lab_report)
lab.command("release")(lab_release)
lab.command("match")(lab_match)
lab.command("package")(lab_package)
lab.command("half")(lab_half)
lab.command("combine")(lab_combine)
lab.command("sub-scores")(lab_sub_scores)

By = Annotated[str, typer.Option("--by", help="Who does it; the ledger keeps the name.")]
Name = Annotated[str, typer.Argument(help="Name of the project.")]
OUTCOMES_ZH = {"done": "完成", "refused": "拒绝", "failed": "失败"}


@lab.command("new")
def lab_new(
    context: typer.Context,
    *,
    file: Annotated[Path, typer.Option(help="The agreement of the parties, YAML; see docs/joint-lab.md.")],
    by: By,
    as_json: AsJson = False,
) -> None:
    """Open a project on an agreement.

    Example: lvdaitong lab new --file agreement.yaml --by 王敏
    """
    from pipelines.lab.project import Project

    project = Project.create(context.obj, file, by=by)
    _show_project(project, as_json=as_json)


@lab.command("show")
def lab_show(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Name of the project; all of them without it.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show a project's agreement and state, or list all projects.

    Example: lvdaitong lab show huzhou-2026
    """
    from pipelines.lab.ledger import projects_of
    from pipelines.lab.project import Project

    if name is not None:
        _show_project(Project.open(context.obj, name), as_json=as_json)
        return
    projects = [Project.open(context.obj, one) for one in projects_of(context.obj)]
    show([_row(one) for one in projects], as_json=as_json)


@lab.command("close")
def lab_close(
    context: typer.Context,
    name: Name,
    *,
    by: By,
    why: Annotated[str, typer.Option(help="Why it ends.")],
    as_json: AsJson = False,
) -> None:
    """End a project: the data inside are taken away; agreement, ledger and what left stay.

    Example: lvdaitong lab close huzhou-2026 --by 王敏 --why 项目到期
    """
    from pipelines.lab.project import Project

    project = Project.open(context.obj, name)
    project.close(by=by, why=why)
    _show_project(project, as_json=as_json)


@lab.command("key")
def lab_key(
    context: typer.Context,
    name: Name,
    *,
    by: By,
    key: Annotated[Path | None, typer.Option(help="File with the key [LVDAITONG_LAB_KEY_<PROJECT>].")] = None,
    make: Annotated[bool, typer.Option("--make", help="Make a new key and write it to that file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Name the project's key, or make one; only its fingerprint is recorded. Naming another one rotates it.

    Identifiers made with an older key fit no more: the banks contribute anew.

    Example: lvdaitong lab key huzhou-2026 --key /mnt/safe/huzhou-2026.key --make --by 王敏
    """
    from features.errors import RequestError
    from features.keyed import fingerprint, new_key, read_key
    from pipelines.lab.keys import write_key
    from pipelines.lab.project import Project

    project = Project.open(context.obj, name)
    if make and key is None:
        raise RequestError("lab key --make: name the file to write with --key FILE")
    with project.act("key", by=by) as act:
        if make and key is not None:
            write_key(key, new_key(), away_from=project.home.root)
        found = fingerprint(read_key(key, os.environ, project.name))
        act.noted["fingerprint"] = found
    _tell({"project": project.name, "fingerprint": found}, as_json=as_json)


@lab.command("ledger")
def lab_ledger(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="Name of the project; all of them without it.")] = None,
    *,
    exports: Annotated[bool, typer.Option("--exports", help="Only what left.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what was done, refused and let out; exit 9 where a ledger or an export was changed.

    Example: lvdaitong lab ledger huzhou-2026 --exports
    """
    from pipelines.lab.ledger import account_of, lines_of, projects_of

    names = [name] if name else projects_of(context.obj)
    account = account_of(context.obj)
    broken = {one.project for one in account.problems}
    lines = [(one, line) for one in names if one not in broken for line in lines_of(context.obj, one)]
    chosen = [(one, line) for one, line in lines if not exports or _left(line)]
    if as_json:
        print_json([_record(one, line) for one, line in chosen])
    else:
        show([_words(one, line) for one, line in chosen], as_json=False)
    refuse_problems([f"{one.project}: {one.what}" for one in account.problems if one.project in names])


def refuse_problems(problems: list[str]) -> None:
    """Raise BrokenChain where something is not as it was recorded."""
    from pipelines.audit_verbs import BrokenChain

    if problems:
        more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
        raise BrokenChain(f"the lab's ledger is broken: {problems[0]}{more}")


def _left(line: "Line") -> bool:
    return line.act == "export" and line.outcome == "done"


def _record(project: str, line: "Line") -> dict[str, Any]:
    return {
        "project": project,
        "number": line.number,
        "at": line.at,
        "act": line.act,
        "outcome": line.outcome,
        "by": line.by,
        "noted": dict(line.noted),
        "hash": line.hash,
    }


def _words(project: str, line: "Line") -> dict[str, Any]:
    from pipelines.lab.export_words import said_in

    noted = line.noted
    told = noted.get("why", "")
    if _left(line):
        said = said_in(noted, "zh")
        told = f"{said['what']} → {noted['to']}（{said['how_fine']}）"
    return {
        "项目": project,
        "行": str(line.number),
        "时间": line.at,
        "事项": line.act,
        "结果": OUTCOMES_ZH[line.outcome],
        "经办": line.by,
        "说明": told or noted.get("kind", ""),
        "印记": line.hash[:12],
    }


def _show_project(project: "Project", *, as_json: bool) -> None:
    agreement = project.agreement
    told = agreement.model_dump(mode="json", by_alias=True) | {
        "state": _state(project),
        "fingerprint": project.fingerprint,
        "lines": len(project.lines),
    }
    if as_json:
        print_json(told)
        return
    show(
        [
            {"项": "项目", "内容": f"{project.name}（{_state(project)}）"},
            {"项": "用途", "内容": str(agreement.purpose)},
            {"项": "依据", "内容": agreement.legal_basis},
            {"项": "平台开放", "内容": "、".join(agreement.parties.platform.fields)},
            *({"项": one, "内容": "、".join(party.fields)} for one, party in agreement.banks.items()),
            {"项": "申请日期", "内容": f"{agreement.applications.first} 至 {agreement.applications.last}"},
            {"项": "有效期", "内容": f"{agreement.valid.first} 至 {agreement.valid.last}"},
            {"项": "最小单元格", "内容": f"{agreement.smallest_cell} 户"},
            {"项": "密钥", "内容": f"{agreement.key_holder} 保管，指纹 {project.fingerprint or '未登记'}"},
            {"项": "路径", "内容": "、".join(agreement.routes)},
            {"项": "可输出", "内容": "、".join(agreement.exports) or "无"},
        ],
        as_json=False,
    )


def _row(project: "Project") -> dict[str, Any]:
    return {
        "project": project.name,
        "state": _state(project),
        "banks": "、".join(project.agreement.banks),
        "valid_to": project.agreement.valid.last.isoformat(),
        "lines": len(project.lines),
    }


def _state(project: "Project") -> str:
    from pipelines.lab.project import now
    from serving.records.moments import day_in_china

    if project.is_closed:
        return "closed"
    return "open" if project.agreement.valid.holds(day_in_china(now())) else "expired"


def _tell(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        console().print("  ".join(f"{name}: {value}" for name, value in told.items()), soft_wrap=True)
