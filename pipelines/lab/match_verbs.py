"""The verb of private matching: three steps, two of them by the party that asks."""

from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.lab.split_verbs import By, KeyFile, Name, key_of
from pipelines.terminal import AsJson, print_json, show

WORDS_ZH = {
    "listed": "己方企业",
    "duplicates": "重复",
    "invalid": "代码无效",
    "answered_before": "此前已答复次数",
    "right": "对方企业",
    "matched": "双方都有",
    "left_only": "仅己方有",
    "right_only": "仅对方有",
    "left_rate": "占己方",
    "right_rate": "占对方",
}


def lab_match(
    context: typer.Context,
    name: Name,
    step: Annotated[str, typer.Argument(help="ask, answer (by the other party), then found.")],
    *,
    firms: Annotated[
        Path | None,
        typer.Option("--list", help="Own firms, CSV or Parquet with entity_id [those of the lake]."),
    ] = None,
    request: Annotated[Path | None, typer.Option(help="With answer: the request.psi that came.")] = None,
    answered: Annotated[
        Path | None, typer.Option("--answer", help="With found: the folder that the other party wrote.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="With ask and answer: folder for what goes to the other party.")
    ] = None,
    by: By,
    key: KeyFile = None,
    as_json: AsJson = False,
) -> None:
    """Find firms that both parties know, while neither learns of the other's further ones; needs extra psi.

    Each party runs its step in a home of its own, on a project opened with the same agreement.

    Example: lvdaitong lab match huzhou-2026 ask --list firms.csv --out to-platform --by 王敏
    """
    from features.errors import RequestError
    from pipelines.lab.intersection import answer, ask, found, listed
    from pipelines.lab.project import Project

    needed = {"ask": (out,), "answer": (request, out), "found": (answered,)}
    if step not in needed or None in needed[step]:
        raise RequestError(
            f"lab match {step}: expected ask --out FOLDER, answer --request FILE --out FOLDER, or "
            "found --answer FOLDER"
        )
    project, secret = Project.open(context.obj, name), key_of(key, name)
    told: dict[str, Any]
    if step == "found" and answered is not None:
        told = found(project, answered, key=secret, by=by)
    else:
        own = listed(project.home, secret, firms)
        if request is not None and out is not None and step == "answer":
            told = answer(project, own, request, out, key=secret, by=by)
        else:
            told = ask(project, own, out or Path(), key=secret, by=by)
    if as_json:
        print_json(told)
        return
    show([{WORDS_ZH[one]: str(value) for one, value in told.items() if one in WORDS_ZH}], as_json=False)
