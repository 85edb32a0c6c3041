"""A file of lines that are only ever added: each carries the hash of the line before it.

A line edited, removed, added or moved later is found when the file is read. The hash is SM3 (GB/T 32905)
where Python's OpenSSL offers it, else SHA-256; each line says which. Lines cut off at the end are found only
by who keeps the newest line's number and hash elsewhere, as `models.registry` does.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from features.errors import ModelError
from features.home import Home
from features.staging import commit, committing, staged

ALGORITHM = "sm3" if "sm3" in hashlib.algorithms_available else "sha256"
BEGINNING = "0" * 64
"""What stands in the first line where others carry the hash of the line before."""

PATIENCE = timedelta(hours=1)
"""So much earlier than the last line the clock may be; more, and history could not be told by days."""

LINKS = ("number", "at", "algorithm", "previous", "hash")
"""What every line has beside its content."""

Record = dict[str, Any]


def read_chain(file: Path) -> list[Record]:
    """All lines, oldest first, each with its `LINKS`; none where the file is not there.

    Raises:
        ModelError: A line was edited, removed, added or moved; the message names it.
    """
    try:
        texts = file.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise ModelError(f"{file}: the ledger cannot be read: {error}") from error
    lines: list[Record] = []
    for number, text in enumerate(texts, start=1):
        lines.append(_checked(file, number, text, lines[-1]["hash"] if lines else BEGINNING))
    return lines


def append_line(
    home: Home, file: Path, content: Mapping[str, Any], *, now: datetime, seen: int | None = None
) -> Record:
    """Add a line, at once and for good.

    Args:
        home: Whose ledger.
        file: Where it lies, below the home.
        content: Plain values; the `LINKS` are added.
        now: The time, with its offset.
        seen: How many lines the caller has read where what it decided rests on them; None where it does not.

    Returns:
        The line as it was written.

    Raises:
        ModelError: The ledger is damaged, another line was added meanwhile, or the clock stands before the
            last line.
        LakeError: The disk is full or the home cannot be written; nothing is recorded then.
    """
    if now.tzinfo is None:
        raise ValueError("the time of a ledger line needs its offset; expected such as datetime.now(UTC)")
    with staged(home) as staging, committing(home):
        lines = read_chain(file)
        if seen is not None and len(lines) != seen:
            raise ModelError(f"{file}: another line was added meanwhile; look again and repeat")
        _refuse_early(file, lines, now)
        line = dict(content) | {
            "number": len(lines) + 1,
            "at": now.astimezone(UTC).isoformat(timespec="seconds"),
            "algorithm": ALGORITHM,
            "previous": lines[-1]["hash"] if lines else BEGINNING,
        }
        line["hash"] = seal_of(line)
        (staging / file.name).write_text("".join(f"{_text(one)}\n" for one in (*lines, line)), "utf-8")
        commit(staging / file.name, file)
    return line


def seal_of(line: Mapping[str, Any]) -> str:
    """Hash over everything in a line but its own hash, by the line's own algorithm."""
    content = {name: value for name, value in line.items() if name != "hash"}
    return hashlib.new(str(line["algorithm"]), _text(content).encode()).hexdigest()


def _refuse_early(file: Path, lines: list[Record], now: datetime) -> None:
    if lines and now < datetime.fromisoformat(lines[-1]["at"]) - PATIENCE:
        raise ModelError(
            f"{file}: the clock says {now.isoformat()} and the last line was written {lines[-1]['at']}; "
            "set the clock right"
        )


def _checked(file: Path, number: int, text: str, previous: str) -> Record:
    try:
        line = dict(json.loads(text))
        sealed = seal_of(line)
        datetime.fromisoformat(line["at"])
        found = {name: line[name] for name in LINKS}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelError(f"{file}: line {number} is no line of a ledger: {error}") from error
    if _text(line) != text or sealed != found["hash"]:
        raise ModelError(f"{file}: line {number} was edited after it was written; restore it from a backup")
    if found["number"] != number or found["previous"] != previous:
        raise ModelError(
            f"{file}: line {number} does not follow the line before it: lines were removed, added or moved; "
            "restore the ledger from a backup"
        )
    return line


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
