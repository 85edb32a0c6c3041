"""The verbs about the audit log: is it whole, where does it end, what does it say; and retention."""

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from features.errors import LvdaitongError, RequestError
from pipelines.records_at import IsDemo, open_engine, open_records, settings_of
from pipelines.terminal import AsJson, console, day_of, print_json, show

if TYPE_CHECKING:
    from pipelines.lab.ledger import Account
    from serving.records.entry import Head, Row
    from serving.records.verify import Report

audit = typer.Typer(
    help="The audit log: verify its chain, note where it ends, read it, replay.", no_args_is_help=True
)
TOLD = 20
"""So many problems are shown; --json has up to a thousand."""


class BrokenChain(LvdaitongError):  # noqa: N818 - what was found
    """The audit log is not as it was written."""

    exit_code: ClassVar[int] = 9


@audit.command("verify")
def audit_verify(
    context: typer.Context,
    *,
    anchor: Annotated[
        Path | None,
        typer.Option(help="File that 'audit anchor' wrote; rows cut off before it are found, too."),
    ] = None,
    is_demo: IsDemo = False,
    as_json: AsJson = False,
) -> None:
    """Look at every row and answer of the log, and every line of the lab's ledgers and all that left by them.

    Exit 9 where anything was edited, removed, moved or put in.

    Example: lvdaitong audit verify --anchor /mnt/elsewhere/anchor.json
    """
    from pipelines.lab.ledger import account_of
    from serving.records.verify import verify

    settings = settings_of(is_demo=is_demo)
    head, lab_heads = _read_anchor(anchor) if anchor else (None, {})
    engine = open_engine(context.obj, settings)
    try:
        report = verify(engine, settings.audit_key, head)
    finally:
        engine.dispose()
    account = account_of(context.obj, lab_heads)
    if as_json:
        print_json(_as_record(report) | {"lab": _lab_as_record(account)})
    else:
        _tell(report)
        _tell_lab(account)
    if not report.is_whole:
        raise BrokenChain(f"the audit log is broken: {report.found:,} problems in {report.rows:,} rows")
    if account.problems:
        raise BrokenChain(f"the lab's ledger is broken: {len(account.problems)} problems")


@audit.command("anchor")
def audit_anchor(context: typer.Context, *, is_demo: IsDemo = False) -> None:
    """Print place and seal of the newest row and of the lab's ledgers; keep them where nobody of them comes.

    Example: lvdaitong audit anchor > /mnt/elsewhere/anchor.json
    """
    from pipelines.lab.ledger import account_of

    with closing(open_records(context.obj, is_demo=is_demo)) as records:
        head = records.audit.head()
    heads = account_of(context.obj).heads
    lab = {name: {"number": number, "seal": seal} for name, (number, seal) in heads.items()}
    print_json({"place": head.place, "seal": head.seal, "at": _now(), "lab": lab})


@audit.command("show")
def audit_show(
    context: typer.Context,
    *,
    subject: Annotated[str | None, typer.Option(help="About this firm.")] = None,
    actor: Annotated[str | None, typer.Option(help="By this account.")] = None,
    bank: Annotated[str | None, typer.Option(help="By accounts of this bank.")] = None,
    kind: Annotated[str | None, typer.Option(help="Of this kind, such as preapproval.")] = None,
    before: Annotated[int | None, typer.Option(help="Before this place: the next page.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="So many rows.")] = 20,
    is_demo: IsDemo = False,
    as_json: AsJson = False,
) -> None:
    """Show rows of the log, newest first.

    Example: lvdaitong audit show --subject 91330502MA29K00168 --limit 5
    """
    words = {"subject": subject, "actor": actor, "bank": bank, "kind": kind, "before": before}
    with closing(open_records(context.obj, is_demo=is_demo)) as records:
        rows = records.audit.page(**words, limit=limit)  # type: ignore[arg-type]
    show([_row_as_record(one) if as_json else _row_in_words(one) for one in rows], as_json=as_json)


@audit.command("replay")
def audit_replay(
    context: typer.Context,
    audit_id: Annotated[str, typer.Argument(help="Name of a pre-approval.")],
    *,
    is_demo: IsDemo = False,
    as_json: AsJson = False,
) -> None:
    """Work an old pre-approval out again with the versions it names; exit 9 where it is another one now.

    Example: lvdaitong audit replay b9a66da2-7489-48e8-ac40-098136341f8f
    """
    from serving.desk.replay import replay

    with closing(open_records(context.obj, is_demo=is_demo)) as records:
        record = records.answers.find(audit_id)
    if record is None:
        raise RequestError(f"no answer {audit_id} is recorded; 'lvdaitong audit show' names those that are")
    again = replay(context.obj, record)
    if as_json:
        print_json({"audit_id": audit_id, "is_same": not again.differs, "differs": list(again.differs)})
    elif not again.differs:
        console().print(f"{audit_id}: the same to the byte, {len(record.answer.encode()):,} bytes")
    if again.differs:
        raise BrokenChain(f"{audit_id}: worked out again, these parts differ: {', '.join(again.differs)}")


def retention(
    context: typer.Context,
    *,
    on: Annotated[str | None, typer.Option("--on", help="The day, YYYY-MM-DD [today in China].")] = None,
    by: Annotated[str, typer.Option(help="Who lets it run.")] = "retention",
    is_demo: IsDemo = False,
    as_json: AsJson = False,
) -> None:
    """Take away what has been kept long enough, in the records and in the lake; the log says what went.

    Terms and their articles: serving/records/terms.yaml, pipelines/bad_information.yaml.

    Example: lvdaitong retention --on 2026-11-23
    """
    from pipelines.forgetting import forget
    from serving.records.moments import day_in_china
    from serving.records.retention import run

    day = day_of(on, "--on").date() if on else day_in_china(datetime.now(UTC))
    with closing(open_records(context.obj, is_demo=is_demo)) as records:
        went = run(records, day, by=by, elsewhere=lambda: forget(context.obj, day))
    if as_json:
        print_json({"on": went.on.isoformat(), "rows": went.rows, "answers_before": went.answers_before})
        return
    show([{"表": name, "清除行数": count} for name, count in went.rows.items()], as_json=False)


def _read_anchor(file: Path) -> tuple["Head", dict[str, tuple[int, str]]]:
    from serving.records.entry import Head

    try:
        told = json.loads(file.read_text("utf-8"))
        lab = {name: (int(one["number"]), str(one["seal"])) for name, one in told.get("lab", {}).items()}
        return Head(int(told["place"]), str(told["seal"])), lab
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RequestError(f"{file}: no anchor; expected what 'lvdaitong audit anchor' prints") from error


def _as_record(report: "Report") -> dict[str, Any]:
    return {
        "whole": report.is_whole,
        "rows": report.rows,
        "place": report.head.place,
        "seal": report.head.seal,
        "found": report.found,
        "problems": [{"place": place, "what": what} for place, what in report.problems],
    }


def _lab_as_record(account: "Account") -> dict[str, Any]:
    return {
        "whole": not account.problems,
        "lines": account.lines,
        "problems": [{"project": one.project, "what": one.what} for one in account.problems],
    }


def _tell_lab(account: "Account") -> None:
    if account.problems:
        show([{"项目": one.project, "问题": one.what} for one in account.problems[:TOLD]], as_json=False)
    elif account.heads:
        told = f"联合实验室台账完整：{len(account.heads)} 个项目，{account.lines:,} 行"
        console().print(told, soft_wrap=True)


def _tell(report: "Report") -> None:
    if report.is_whole:
        console().print(f"日志完整：{report.rows:,} 行，末行印记 {report.head.seal}", soft_wrap=True)
        return
    show([{"行": place, "问题": what} for place, what in report.problems[:TOLD]], as_json=False)
    if report.found > TOLD:
        console().print(f"… {report.found:,}")


def _row_as_record(row: "Row") -> dict[str, Any]:
    return {name: getattr(row, name) for name in _columns()}


def _row_in_words(row: "Row") -> dict[str, Any]:
    return {
        "行": str(row.place),
        "时间": row.at,
        "事项": row.kind,
        "账号": row.actor,
        "机构": row.bank or "—",
        "企业": row.subject or "—",
        "用途": row.purpose or "—",
        "结果": f"{row.outcome} {row.status or ''}".strip(),
    }


def _columns() -> list[str]:
    from serving.records.tables import AUDIT

    return [column.name for column in AUDIT.c]


def _now() -> str:
    from serving.records.moments import moment

    return moment(datetime.now(UTC))
