"""match: which firms two parties both know, without either learning of the other's further ones.

Each party has its own home and its own ledger under the same agreement. Three messages travel as files:

    asking party      lab match NAME ask    → request.psi
    answering party   lab match NAME answer → setup.psi, response.psi
    asking party      lab match NAME found  → what may be told; the firms themselves stay inside

inside/match/asked/     the own list, keyed, and the secret of the request, until it is answered
inside/match/found/     keyed ids of the firms that both know
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from features.errors import RequestError, SourceError
from features.home import Home
from features.keyed import fingerprint, keyed_ids, read_keyed, write_keyed
from models.lab.matching import told_count
from models.lab.private import Answering, Asking
from pipelines.lab.bank_files import read_list_file
from pipelines.lab.contribution import refuse_other_key
from pipelines.lab.digests import digest_of
from pipelines.lab.project import Clock, Project, now
from pipelines.sample import whole_lake

REQUEST, SETUP, RESPONSE = "request.psi", "setup.psi", "response.psi"
IDS_FILE, SECRET_FILE, TOLD_FILE = "ids.parquet", "secret", "told.json"
OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A party's own firms.

    Attributes:
        ids: Their keyed ids, each once.
        duplicates: Entries that repeat an earlier one.
        invalid: Entries without a valid code.
    """

    ids: pd.Index
    duplicates: int
    invalid: int

    def told(self, smallest: int) -> dict[str, int | str]:
        """What may be told of it."""
        return {
            "listed": told_count(len(self.ids), smallest),
            "duplicates": told_count(self.duplicates, smallest),
            "invalid": told_count(self.invalid, smallest),
        }


def listed(home: Home, key: bytes, file: Path | None = None) -> Listed:
    """The firms of a file with `entity_id`, or those of the lake.

    Raises:
        SourceError: The file cannot be read, or has no such column.
        RequestError: Its ids were keyed with another key.
        LakeError: Nothing was collected, and there is no file.
    """
    if file is None:
        ids, invalid = keyed_ids(whole_lake(home).firms, key), 0
    else:
        told = read_list_file(file, key)
        ids, invalid = told.rows["entity_id"], told.invalid
    different = pd.Index(ids.dropna().unique(), dtype="str", name="entity_id")
    return Listed(ids=different, duplicates=int(ids.notna().sum()) - len(different), invalid=invalid)


def ask(
    project: Project, own: Listed, out: Path, *, key: bytes, by: str, clock: Clock = now
) -> dict[str, Any]:
    """Write the request for the answering party; a request that was not answered yet gives way.

    Args:
        project: Under whose agreement.
        own: The own firms.
        out: Folder for `request.psi`; not there yet.
        key: The project's key.
        by: Who asks.
        clock: Tells the time.

    Raises:
        RequestError: The key is another one, `out` is there, or the list is empty.
        AgreementError: The agreement is over.
        ModelError: The library is not installed.
    """
    with project.act("match", by=by, clock=clock) as act:
        refuse_other_key(project, key)
        _refuse_there(out)
        asking = Asking(own.ids, smallest_cell=project.agreement.smallest_cell)
        folder, state = act.staging / "request", act.staging / "asked"
        folder.mkdir()
        state.mkdir()
        (folder / REQUEST).write_bytes(asking.request())
        write_keyed(own.ids.to_frame(index=False), state / IDS_FILE, key)
        (state / SECRET_FILE).touch(OWNER_ONLY)
        (state / SECRET_FILE).write_bytes(asking.secret)
        told = {"step": "ask"} | own.told(project.agreement.smallest_cell)
        (state / TOLD_FILE).write_text(json.dumps(told), "utf-8")
        act.noted |= told | {"request": digest_of(folder / REQUEST)}
        act.keep(state, _place(project) / "asked")
        act.keep(folder, out)
    return told


def answer(
    project: Project, own: Listed, request: Path, out: Path, *, key: bytes, by: str, clock: Clock = now
) -> dict[str, Any]:
    """Answer a request: the asking party learns which of its firms are among these, and how many these are.

    Args:
        project: Under whose agreement.
        own: The own firms.
        request: The file that the asking party sent.
        out: Folder for `setup.psi` and `response.psi`; not there yet.
        key: The project's key.
        by: Who answers.
        clock: Tells the time.

    Returns:
        What is told; `answered_before` says how many requests were answered in this project: two that differ
        by a firm would tell of that firm.

    Raises:
        RequestError: The request is damaged or asks about too few firms, the key is another one, or `out` is
            there.
        AgreementError: The agreement is over.
    """
    with project.act("match", by=by, clock=clock) as act:
        refuse_other_key(project, key)
        _refuse_there(out)
        answering = Answering(own.ids, smallest_cell=project.agreement.smallest_cell)
        folder = act.staging / "answer"
        folder.mkdir()
        (folder / RESPONSE).write_bytes(answering.respond(_bytes_of(request)))
        (folder / SETUP).write_bytes(answering.setup())
        before = sum(
            one.act == "match" and one.outcome == "done" and one.noted.get("step") == "answer"
            for one in project.lines
        )
        told = {"step": "answer"} | own.told(project.agreement.smallest_cell) | {"answered_before": before}
        act.noted |= told | {"request": digest_of(request), "response": digest_of(folder / RESPONSE)}
        act.keep(folder, out)
    return told


def found(project: Project, folder: Path, *, key: bytes, by: str, clock: Clock = now) -> dict[str, Any]:
    """Read the answer to the own request; the firms stay inside, the secret of the request is taken away.

    Args:
        project: Under whose agreement.
        folder: What the answering party wrote.
        key: The project's key.
        by: Who looks.
        clock: Tells the time.

    Returns:
        Firms on both lists, matched and left over, as `models.lab.matching` may tell them: nothing below the
        smallest cell.

    Raises:
        RequestError: Nothing was asked, the answer is damaged or to another request, or the key is another.
        ModelError: Fewer firms than the smallest cell match, perhaps none; how many is not told.
        AgreementError: The agreement is over.
    """
    state, smallest = _place(project) / "asked", project.agreement.smallest_cell
    with project.act("match", by=by, clock=clock) as act:
        refuse_other_key(project, key)
        if not (state / SECRET_FILE).is_file():
            raise RequestError(
                f"project '{project.name}': no request waits for an answer; first "
                f"'lvdaitong lab match {project.name} ask'"
            )
        ids = read_keyed(state / IDS_FILE, fingerprint(key))["entity_id"]
        asking = Asking(ids, secret=(state / SECRET_FILE).read_bytes(), smallest_cell=smallest)
        both = asking.found(_bytes_of(folder / SETUP), _bytes_of(folder / RESPONSE))
        own: Mapping[str, Any] = json.loads((state / TOLD_FILE).read_text("utf-8"))
        told = {**own, "step": "found", **both.overlap.told()}
        kept = act.staging / "found"
        kept.mkdir()
        write_keyed(both.matched.to_frame(index=False), kept / IDS_FILE, key)
        (kept / TOLD_FILE).write_text(json.dumps(told), "utf-8")
        act.noted |= told
        act.keep(kept, _place(project) / "found")
    (state / SECRET_FILE).unlink()
    return told


def matched(project: Project, key: bytes) -> pd.Index:
    """Keyed ids of the firms that both know, as the last answer told; for the inside of the lab alone.

    Raises:
        RequestError: No answer was read yet, or under another key.
    """
    file = _place(project) / "found" / IDS_FILE
    if not file.is_file():
        raise RequestError(f"project '{project.name}': no answer was read yet")
    return pd.Index(read_keyed(file, fingerprint(key))["entity_id"])


def _place(project: Project) -> Path:
    return project.inside / "match"


def _refuse_there(out: Path) -> None:
    if out.exists():
        raise RequestError(f"{out}: exists; name a folder that is not there yet, so that nothing is mixed up")


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SourceError(f"{file}: cannot be read: {error.strerror or error}") from error
