"""The one door out of a lab project: what leaves is looked at, hashed, recorded, and only then laid out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from features.errors import LvdaitongError, RequestError
from pipelines.lab.agreement import AgreementError, Export
from pipelines.lab.digests import digests_of
from pipelines.lab.project import Clock, Project, now

READABLE = {".json", ".yaml", ".txt", ".html", ".csv", ".md", ".svg"}
"""Files that a person reads: no identifier may stand in them. Tables of keyed ids are Parquet."""


class DisclosureError(LvdaitongError):
    """Something in an export would tell of single firms."""

    exit_code = 13


def release(
    project: Project,
    folder: Path,
    *,
    kind: Export,
    to: str,
    what: str,
    how_fine: str,
    disclosure: Mapping[str, Any],
    by: str,
    clock: Clock = now,
) -> Path:
    """Let a folder leave, as it is; where it may not, it stays where it was and the ledger says so.

    Args:
        project: Whose result it is.
        folder: Its files, made by the caller; moved away when it left.
        kind: Which of the kinds of export that the agreement lists.
        to: Party that gets it.
        what: What it is, in a few words.
        how_fine: How fine it tells: smallest leaf, whole points …
        disclosure: What disclosure control found (`models.lab.disclosure`), as plain values.
        by: Who lets it leave.
        clock: Tells the time.

    Returns:
        Where it lies: `out/<number>-<kind>/`.

    Raises:
        AgreementError: This kind may not leave, the party is none, or the agreement is over.
        DisclosureError: A readable file holds an identifier, or nothing was looked at.
        RequestError: The folder is empty.
    """
    with project.act("export", by=by, clock=clock) as act:
        _refuse(project, kind, to)
        files = digests_of(folder) if folder.is_dir() else {}
        if not files:
            raise RequestError(f"{folder}: nothing to let out; expected a folder with files")
        if not disclosure:
            raise DisclosureError(f"{what}: was not looked at by disclosure control; nothing leaves unseen")
        _refuse_identifiers(folder, files)
        name = f"{len(project.lines) + 1:04d}-{kind}"
        act.noted |= {
            "folder": name,
            "kind": kind,
            "to": to,
            "what": what,
            "how_fine": how_fine,
            "disclosure": dict(disclosure),
            "files": files,
        }
        act.keep(folder, project.out / name)
    return project.out / name


def _refuse(project: Project, kind: str, to: str) -> None:
    project.agreement.party(to)
    if kind not in project.agreement.exports:
        agreed = ", ".join(project.agreement.exports) or "nothing"
        raise AgreementError(
            f"project '{project.name}': exports of kind '{kind}' were not agreed on; may leave: {agreed}"
        )


def _refuse_identifiers(folder: Path, files: Mapping[str, str]) -> None:
    from models.lab.texts import refuse_identifiers

    for name in files:
        if Path(name).suffix.lower() in READABLE:
            try:
                refuse_identifiers((folder / name).read_text("utf-8"))
            except LvdaitongError as error:
                raise DisclosureError(f"{name}: {error}") from error
