"""The verbs about consents: record them, one or a file of them, withdraw one, list a firm's."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from features.errors import RequestError
from pipelines.records_at import IsDemo, open_records
from pipelines.terminal import AsJson, console, day_of, print_json, show

if TYPE_CHECKING:
    from serving.records.consents import Consent, Recorded, Refused

consent = typer.Typer(
    help="Consents and other lawful bases: without one no firm is looked at.", no_args_is_help=True
)
ROLE = "CONSOLE"
By = Annotated[str, typer.Option("--by", help="Who does it; the audit log keeps the name.")]


@consent.command("record")
def consent_record(
    context: typer.Context,
    *,
    by: By,
    file: Annotated[
        Path | None, typer.Option(help="CSV: entity_id,bank,purpose,basis,valid_from,valid_to,reference …")
    ] = None,
    refused: Annotated[
        Path | None, typer.Option(help="With --file: write what was refused into this CSV.")
    ] = None,
    entity: Annotated[str | None, typer.Option(help="The firm.")] = None,
    bank: Annotated[str | None, typer.Option(help="The bank that may ask.")] = None,
    purpose: Annotated[str | None, typer.Option(help="PRE_LOAN, APPROVAL, POST_LOAN or TRAINING.")] = None,
    basis: Annotated[str, typer.Option(help="CONSENT, CONTRACT or STATUTORY.")] = "CONSENT",
    valid_from: Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD.")] = None,
    valid_to: Annotated[str | None, typer.Option("--to", help="Last day, included.")] = None,
    reference: Annotated[
        str | None, typer.Option(help="Number of the signed paper; for STATUTORY the article of law.")
    ] = None,
    is_demo: IsDemo = False,
    as_json: AsJson = False,
) -> None:
    """Record a consent, or a file of them; what breaks a rule is refused and told, the rest is recorded.

    Example: lvdaitong consent record --file consents.csv --by 王敏
    """
    single = {
        "entity_id": entity,
        "bank": bank,
        "purpose": purpose,
        "basis": basis,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "reference": reference,
    }
    if (file is None) == (entity is None):
        raise RequestError("consent record: expected either --file or --entity")
    if file is None:
        _record_one(context, single, by=by, is_demo=is_demo, as_json=as_json)
    else:
        _record_file(context, file, refused, by=by, is_demo=is_demo, as_json=as_json)


@consent.command("withdraw")
def consent_withdraw(
    context: typer.Context,
    consent_id: Annotated[str, typer.Argument(help="Its name, as 'consent list' shows it.")],
    *,
    by: By,
    on: Annotated[str | None, typer.Option("--on", help="From this day on [today in China].")] = None,
    is_demo: IsDemo = False,
    as_json: AsJson = False,
) -> None:
    """Withdraw a consent: from that day on it covers nothing.

    Example: lvdaitong consent withdraw 75407c8d-b94a-51f6-9953-7a2b8954f89c --by 王敏
    """
    from serving.records.moments import day_in_china

    day = day_of(on, "--on").date() if on else day_in_china(datetime.now(UTC))
    with closing(open_records(context.obj, is_demo=is_demo)) as records:
        withdrawn = records.consents.withdraw(consent_id, day, by, ROLE)
    _show([withdrawn], as_json=as_json)


@consent.command("list")
def consent_list(
    context: typer.Context,
    entity: Annotated[str, typer.Argument(help="The firm.")],
    *,
    bank: Annotated[str | None, typer.Option(help="Of this bank only.")] = None,
    is_demo: IsDemo = False,
    as_json: AsJson = False,
) -> None:
    """List a firm's consents, newest first.

    Example: lvdaitong consent list 91330502MA29K00168
    """
    with closing(open_records(context.obj, is_demo=is_demo)) as records:
        found = records.consents.of(entity, bank)
    _show(found, as_json=as_json)


def _record_one(
    context: typer.Context, cells: dict[str, str | None], *, by: str, is_demo: bool, as_json: bool
) -> None:
    from serving.records.consent import consent_of

    made = consent_of(cells)
    with closing(open_records(context.obj, is_demo=is_demo)) as records:
        is_new = records.consents.record(made, by=by, role=ROLE)
    _show([made], as_json=as_json)
    if not is_new and not as_json:
        console().print("此前已登记（recorded before）")


def _record_file(
    context: typer.Context, file: Path, refused: Path | None, *, by: str, is_demo: bool, as_json: bool
) -> None:
    from serving.records.consent_file import read_consents

    content = file.read_bytes()
    with closing(open_records(context.obj, is_demo=is_demo)) as records:
        told = records.consents.record_numbered(read_consents(content), by=by, role=ROLE)
    if refused is not None:
        _write_refused(refused, told.refused)
    if as_json:
        print_json(_as_record(told))
        return
    show([{"登记": told.recorded, "此前已登记": told.known, "拒绝": len(told.refused)}], as_json=False)
    if told.refused:
        show([_refused(one) for one in told.refused], as_json=False)


def _write_refused(file: Path, refused: list["Refused"]) -> None:
    import csv

    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, ["line", "rule", "said"])
        writer.writeheader()
        writer.writerows(_refused(one) for one in refused)


def _refused(one: "Refused") -> dict[str, Any]:
    return {"line": str(one.line), "rule": one.rule, "said": one.said}


def _as_record(told: "Recorded") -> dict[str, Any]:
    refused = [_refused(one) | {"line": one.line} for one in told.refused]
    return {"recorded": told.recorded, "known": told.known, "refused": refused}


def _show(consents: list["Consent"], *, as_json: bool) -> None:
    show([one.as_row() if as_json else _in_words(one) for one in consents], as_json=as_json)


def _in_words(one: "Consent") -> dict[str, Any]:
    from serving.purposes import BASES_ZH, PURPOSES_ZH

    return {
        "授权编号": one.consent_id,
        "企业": one.entity_id,
        "机构": one.bank,
        "用途": PURPOSES_ZH[one.purpose],
        "依据": BASES_ZH[one.basis],
        "起": one.valid_from.isoformat(),
        "止": one.valid_to.isoformat() if one.valid_to else "—",
        "撤回": one.withdrawn_on.isoformat() if one.withdrawn_on else "—",
    }
