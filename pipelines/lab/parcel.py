"""A folder that travels between the lab and a bank: its files' hashes, its seal, its last day.

One JSON file describes the others. Its seal is keyed by the project's key, which only the parties hold: a
parcel that was edited on the way, in a file or in what it says of itself, is refused before anything is read.
"""

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from features.errors import RequestError
from features.keyed import fingerprint
from models.chained import ALGORITHM
from pipelines.lab.agreement import AgreementError
from pipelines.lab.digests import digests_of

FORMAT, BETWEEN = 1, "-"
Kind = Literal["package", "half"]
SEALED, LOAN = b"lvdaitong lab parcel 1\n", b"lvdaitong lab loan 1\n"
"""What is sealed, or keyed, begins with a word of its own: no seal is an identifier, nor the other way."""

PROJECT = "[a-z0-9-]+"
"""A project's name becomes a folder's on the other side."""

COMES_FROM = {"package": "the lab's package", "half": "what the bank's half returned"}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A folder that was found whole, unedited, of this project's key and in its time.

    Attributes:
        folder: Where it lies.
        told: What it says of itself.
    """

    folder: Path
    told: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The first 16 hex digits of its seal: which parcel it is."""
        return str(self.told["seal"]).replace(BETWEEN, "")[:16]


def pack(folder: Path, kind: Kind, told: Mapping[str, Any], key: bytes) -> Parcel:
    """Write `package.json` or `half.json` beside the files that are there.

    Args:
        folder: Holds everything else that is to travel.
        kind: Which of the two.
        told: What the parcel says of itself; plain values. `expires_on` is its last day.
        key: The project's key.
    """
    whole = dict(told) | {
        "format": FORMAT,
        "kind": kind,
        "key": fingerprint(key),
        "files": _digests(folder),
    }
    whole["seal"] = _seal(whole, key)
    (folder / f"{kind}.json").write_text(json.dumps(whole, ensure_ascii=False, indent=1), "utf-8")
    return Parcel(folder, whole)


def opened(folder: Path, kind: Kind, key: bytes, on: date) -> Parcel:
    """The parcel in a folder.

    Raises:
        RequestError: It is not there, not whole, of another kind or key, or was edited.
        AgreementError: Its last day is over.
    """
    told = _told(folder, kind)
    if told["key"] != fingerprint(key):
        raise RequestError(
            f"{folder}: {COMES_FROM[kind]} was made with the key {told['key']}, the key given is "
            f"{fingerprint(key)}: the parties hold different keys, or the key was rotated since"
        )
    if not hmac.compare_digest(str(told["seal"]), _seal(told, key)):
        raise RequestError(
            f"{folder}: {kind}.json was edited after it was made; ask for {COMES_FROM[kind]} anew"
        )
    _refuse_changed(folder, kind, told["files"])
    if on > date.fromisoformat(told["expires_on"]):
        raise AgreementError(
            f"{folder}: {COMES_FROM[kind]} of project '{told['project']}' expired on {told['expires_on']}, "
            f"the day is {on}; the parties must renew the agreement"
        )
    return Parcel(folder, told)


def keyed_loans(loans: pd.Index, key: bytes) -> pd.Index:
    """Loan numbers under the project's key: they tell the bank and the lab which loan, and nobody else.

    Raises:
        RequestError: A loan number stands twice.
    """
    if not loans.is_unique:
        raise RequestError(
            "a loan number stands twice; expected each loan of a project once: look at the tape"
        )
    begun = hmac.new(key, LOAN, ALGORITHM)
    return pd.Index([_ended(begun, str(one)) for one in loans], name=loans.name, dtype="str")


def _ended(begun: hmac.HMAC, text: str) -> str:
    own = begun.copy()
    own.update(text.encode())
    return own.hexdigest()


def _told(folder: Path, kind: Kind) -> dict[str, Any]:
    file = folder / f"{kind}.json"
    try:
        told = json.loads(file.read_text("utf-8"))
        whole = bool(told["kind"] == kind and told["key"] and told["seal"] and told["files"])
        whole = whole and re.fullmatch(PROJECT, told["project"]) is not None
        date.fromisoformat(told["expires_on"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RequestError(
            f"{file}: is not {COMES_FROM[kind]}; expected a folder with {kind}.json"
        ) from error
    if told.get("format") != FORMAT or not whole:
        raise RequestError(
            f"{file}: has the format {told.get('format')} of kind '{told['kind']}', expected {FORMAT} of "
            f"kind '{kind}': both sides must run the same version"
        )
    return dict(told)


def _refuse_changed(folder: Path, kind: Kind, listed: Mapping[str, str]) -> None:
    found = _digests(folder)
    found.pop(f"{kind}.json")
    changed = sorted(name for name in {*listed, *found} if listed.get(name) != found.get(name))
    if changed:
        what = "is missing" if changed[0] not in found else "is another file than was sent"
        raise RequestError(f"{folder / changed[0]}: {what}; ask for {COMES_FROM[kind]} anew")


def _seal(told: Mapping[str, Any], key: bytes) -> str:
    content = {name: value for name, value in told.items() if name != "seal"}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _grouped(hmac.new(key, SEALED + text.encode(), ALGORITHM).hexdigest())


def _digests(folder: Path) -> dict[str, str]:
    return {name: _grouped(one) for name, one in digests_of(folder).items()}


def _grouped(digest: str) -> str:
    """Hexadecimal digits in groups of eight: none of them can be taken for a keyed identifier."""
    algorithm, colon, digits = digest.rpartition(":")
    return algorithm + colon + BETWEEN.join(digits[at : at + 8] for at in range(0, len(digits), 8))
