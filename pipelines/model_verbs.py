"""The verbs about registered models: what is there, who answers since when and why; another one to answer."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from pipelines.terminal import AsJson, console, day_of, print_json, show

models = typer.Typer(
    help="Registered models: which one answers, since when and why; promote and roll back.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="Registered name, such as sme_credit.")]
Person = Annotated[str, typer.Option("--by", help="The person who answers for it.")]
Why = Annotated[str, typer.Option("--why", help="The reason, kept in the ledger.")]

ACTS = {"adopt": "接管", "register": "登记", "promote": "上线", "rollback": "回退"}
ALIASES = {"champion": "现任", "challenger": "挑战者", "": "—"}


@models.command("list")
def models_list(
    context: typer.Context,
    *,
    name: Annotated[str | None, typer.Argument(help="A registered name; all by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """List registered versions, newest first, and which one answers.

    Example: lvdaitong models list sme_credit
    """
    from models.registry.listing import versions

    rows = [_summary(one) for one in versions(context.obj, name)]
    show(rows if as_json else [_in_words(row) for row in rows], as_json=as_json)


@models.command("show")
def models_show(
    context: typer.Context,
    name: Name,
    *,
    version: Annotated[str | None, typer.Argument(help="Its number; the champion by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show one version whole: figures, checks, files, and what the ledger says of it.

    Example: lvdaitong models show sme_credit 3
    """
    from models.registry.listing import one_version

    told = one_version(context.obj, name, version)
    if as_json:
        whole = {"parameters": told.parameters, "metrics": told.metrics, "tags": told.version.tags}
        print_json(
            _summary(told) | whole | {"checks": told.checks, "ledger": [_line(one) for one in told.lines]}
        )
        return
    figures = {**told.parameters, **{key: f"{figure:.4g}" for key, figure in told.metrics.items()}}
    heading = {**_in_words(_summary(told)), "文件": told.files, **told.version.tags, **figures}
    show([{"项目": key, "内容": str(value)} for key, value in heading.items()], as_json=False)
    show([_check(one) for one in told.checks], as_json=False)
    show([_line_in_words(one) for one in told.lines], as_json=False)


@models.command("promote")
def models_promote(
    context: typer.Context,
    name: Name,
    version: Annotated[str, typer.Argument(help="Number of the version that is to answer.")],
    *,
    by: Person,
    why: Why,
    as_json: AsJson = False,
) -> None:
    """Make a registered version the champion; it is read back first, and refused where it cannot answer.

    Example: lvdaitong models promote sme_credit 4 --by 王敏 --why "shadow month passed"
    """
    from models.registry import promote

    _tell(promote(context.obj, name, version, by=by, why=why, now=datetime.now(UTC)), as_json=as_json)


@models.command("rollback")
def models_rollback(
    context: typer.Context, name: Name, *, by: Person, why: Why, as_json: AsJson = False
) -> None:
    """Return to the champion before; again, to the one before that.

    Example: lvdaitong models rollback sme_credit --by 王敏 --why "calibration drifted in October"
    """
    from models.registry import rollback

    _tell(rollback(context.obj, name, by=by, why=why, now=datetime.now(UTC)), as_json=as_json)


@models.command("history")
def models_history(
    context: typer.Context,
    name: Name,
    *,
    on: Annotated[
        str | None, typer.Option("--on", help="Which version answered on this day (China), YYYY-MM-DD.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show who made which version answer, when and why; or which version answered on a day.

    Example: lvdaitong models history sme_credit --on 2026-10-31
    """
    from models.registry.listing import lines, on_day

    if on is None:
        told = lines(context.obj, name)
        show([_line(one) if as_json else _line_in_words(one) for one in told], as_json=as_json)
        return
    day = day_of(on, "--on").date()
    found = on_day(context.obj, name, day)
    if not found and not as_json:
        console().print(f"{day} 尚无模型作答（no model answered yet）")
        return
    show([_reign(one) if as_json else _reign_in_words(one) for one in found], as_json=as_json)


def _summary(told: Any) -> dict[str, Any]:
    first = told.lines[0] if told.lines else None
    return {
        "model": told.version.name,
        "version": told.version.version,
        "alias": told.alias,
        "as_of": told.version.tags.get("as_of", ""),
        "figure": told.metrics.get("auc", told.metrics.get("kappa")),
        "registered_at": first.at if first else "",
        "by": first.by if first else "",
        "override_by": told.version.tags.get("override_by", ""),
        "whole": told.whole,
        "files": told.files,
    }


def _in_words(row: dict[str, Any]) -> dict[str, Any]:
    figure = row["figure"]
    return {
        "模型": row["model"],
        "版本": row["version"],
        "状态": ALIASES[row["alias"]],
        "数据日": row["as_of"] or "—",
        "AUC/κ": "—" if figure is None else f"{figure:.3f}",
        "登记时间": row["registered_at"] or "—",
        "登记人": row["by"] or "—",
        "越权登记": row["override_by"] or "—",
        "文件完整": "是" if row["whole"] else "否",
    }


def _check(one: dict[str, Any]) -> dict[str, Any]:
    passed = one["passed"]
    result = "通过" if passed else "提示" if one.get("severity") == "warning" else "未通过"
    return {"检查": one["number"], "结果": result, "发现": one.get("finding_zh") or one["finding"]}


def _line(entry: Any) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": entry.at,
        "act": entry.act,
        "alias": entry.alias,
        "model": entry.model,
        "version": entry.version,
        "before": entry.before,
        "by": entry.by,
        "why": entry.why,
        "override": entry.override,
        "digest": entry.digest,
        "hash": f"{entry.algorithm}:{entry.hash}",
    }


def _line_in_words(entry: Any) -> dict[str, Any]:
    from models.registry.listing import at_local

    override = entry.override
    lifted = (
        f"；越权：{override['name']}（{'、'.join(override['checks'])}）{override['reason']}"
        if override
        else ""
    )
    return {
        "序号": str(entry.number),
        "时间": at_local(entry),
        "动作": ACTS[entry.act],
        "版本": f"{entry.before or '—'} → {entry.version}" if entry.alias == "champion" else entry.version,
        "状态": ALIASES[entry.alias or ""],
        "操作人": entry.by,
        "理由": f"{entry.why}{lifted}",
    }


def _reign(one: Any) -> dict[str, Any]:
    return {
        "model": one.entry.model,
        "version": one.entry.version,
        "since": one.since.isoformat(),
        "until": one.until.isoformat() if one.until else None,
        "by": one.entry.by,
        "why": one.entry.why,
        "digest": one.entry.digest,
    }


def _reign_in_words(one: Any) -> dict[str, Any]:
    from models.registry.standing import CHINA

    until = f"{one.until.astimezone(CHINA):%Y-%m-%d %H:%M:%S}" if one.until else "至今"
    return {
        "模型": one.entry.model,
        "版本": one.entry.version,
        "自": f"{one.since.astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
        "至": until,
        "操作人": one.entry.by,
        "理由": one.entry.why,
    }


def _tell(entry: Any, *, as_json: bool) -> None:
    if as_json:
        print_json(_line(entry))
        return
    console().print(
        f"{entry.model}：{entry.before or '—'} → {entry.version}，{ACTS[entry.act]}，{entry.by}：{entry.why}"
        f"（账本第 {entry.number} 行）",
        soft_wrap=True,
    )
