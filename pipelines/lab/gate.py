"""The one door out of a lab project: what leaves is looked at, hashed, recorded, and only then laid out.

Nobody's word is taken for it. Whatever the caller says of an export, the gate itself looks into every file
(leaves and text of boosters, identifiers, records of models), and lets nothing out without an attack on who
was learnt from and one on what their data hold, neither of which came too far.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from features.errors import LvdaitongError, ModelError, RequestError
from pipelines.lab.agreement import AgreementError, Export
from pipelines.lab.digests import digests_of
from pipelines.lab.project import Clock, Project, now


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
    zh: Mapping[str, str] | None = None,
) -> Path:
    """Let a folder leave, as it is; where it may not, it stays where it was and the ledger says so.

    Args:
        project: Whose result it is.
        folder: Its files, made by the caller; moved away when it left.
        kind: Which of the kinds of export that the agreement lists.
        to: Party that gets it.
        what: What it is, in a few words.
        how_fine: How fine it tells: smallest leaf, whole points …
        disclosure: What disclosure control found: `models.lab.disclosure.Disclosure.as_record`.
        by: Who lets it leave.
        clock: Tells the time.
        zh: `what` and `how_fine` in Chinese, for those who read the report and the ledger.

    Returns:
        Where it lies: `out/<number>-<kind>/`.

    Raises:
        AgreementError: This kind may not leave, the party is none, or the agreement is over.
        DisclosureError: A file tells of single firms or cannot be looked into, an attack came too far, or was
            not run.
        RequestError: The folder is empty.
    """
    with project.act("export", by=by, clock=clock) as act:
        _refuse(project, kind, to)
        files = digests_of(folder) if folder.is_dir() else {}
        if not files:
            raise RequestError(f"{folder}: nothing to let out; expected a folder with files")
        _refuse_unseen(folder, what, project.agreement.smallest_cell, disclosure)
        name = f"{len(project.lines) + 1:04d}-{kind}"
        act.noted |= {
            "folder": name,
            "kind": kind,
            "to": to,
            "what": what,
            "how_fine": how_fine,
            "disclosure": dict(disclosure),
            "files": files,
        } | ({"zh": dict(zh)} if zh else {})
        act.keep(folder, project.out / name)
    return project.out / name


def _refuse(project: Project, kind: str, to: str) -> None:
    project.agreement.party(to)
    if kind not in project.agreement.exports:
        agreed = ", ".join(project.agreement.exports) or "nothing"
        raise AgreementError(
            f"project '{project.name}': exports of kind '{kind}' were not agreed on; may leave: {agreed}"
        )


def _refuse_unseen(folder: Path, what: str, smallest: int, disclosure: Mapping[str, Any]) -> None:
    """Raise DisclosureError where a file tells too much, or the attacks do not say that it may leave."""
    from models.lab.disclosure import refuse_record

    if not disclosure:
        raise DisclosureError(f"{what}: was not looked at by disclosure control; nothing leaves unseen")
    _refuse_files(folder, what, smallest)
    try:
        refuse_record(disclosure)
    except ModelError as error:
        raise DisclosureError(f"{what}: {error}") from error


def _refuse_files(folder: Path, what: str, smallest: int) -> None:
    from models.lab.file_rules import look

    try:
        failed = [one for one in look(folder, smallest, (), {}) if not one.passed]
    except (ModelError, OSError, ValueError) as error:  # its words may quote the file
        raise DisclosureError(f"{what}: a file cannot be looked into: {type(error).__name__}") from error
    if failed:
        raise DisclosureError("; ".join(f"{one.where}: {one.rule}: {one.en}" for one in failed))
