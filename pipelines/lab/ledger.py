"""The ledger of a lab project: what was done, what was refused, and what left, to whom, how fine.

One file a project, sealed line over line (`models.chained`). No line holds a key, an identifier or a count
below the smallest cell: a refused or failed act is recorded by its kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from features.errors import LakeError, ModelError
from features.home import Home
from models.chained import BEGINNING, LINKS, append_line, read_chain
from pipelines.lab.digests import digests_of

FILE = "ledger.jsonl"
Outcome = Literal["done", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Line:
    """One act.

    Attributes:
        number: Its place, from 1.
        at: When, as an ISO time with its offset.
        act: What was done or tried, such as `contribute`, `train` or `export`.
        outcome: `done`, `refused` by the agreement, or `failed`.
        by: Who.
        noted: What else is told of it.
        hash: Its seal.
    """

    number: int
    at: str
    act: str
    outcome: Outcome
    by: str
    noted: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was recorded."""

    project: str
    what: str


@dataclass(frozen=True, slots=True)
class Account:
    """All projects of a home looked at.

    Attributes:
        lines: Lines read.
        heads: Project → number and seal of its newest line.
        problems: What is wrong.
    """

    lines: int
    heads: Mapping[str, tuple[int, str]]
    problems: tuple[Problem, ...]


def projects_of(home: Home) -> list[str]:
    """Names of the projects, in their order."""
    return sorted(file.parent.name for file in home.lab.glob(f"*/{FILE}"))


def record(
    home: Home,
    project: str,
    act: str,
    outcome: Outcome,
    *,
    by: str,
    now: datetime,
    noted: Mapping[str, Any] | None = None,
) -> None:
    """Add a line.

    Raises:
        ModelError: The ledger is damaged, or the clock stands before its last line.
        LakeError: The home cannot be written.
    """
    content = {"project": project, "act": act, "outcome": outcome, "by": by, "noted": dict(noted or {})}
    append_line(home, home.lab / project / FILE, content, now=now)


def lines_of(home: Home, project: str) -> list[Line]:
    """All lines of a project, oldest first.

    Raises:
        ModelError: A line was edited, removed, added or moved.
    """
    file = home.lab / project / FILE
    return [_line(file, told) for told in read_chain(file)]


def account_of(home: Home, anchored: Mapping[str, tuple[int, str]] | None = None) -> Account:
    """Look at every line and every file that left, of every project.

    Args:
        home: Whose lab.
        anchored: Project → number and seal of a line as they were noted elsewhere: lines cut off at the end,
            or a ledger written anew, are found by it.
    """
    total, heads, problems = 0, {}, []
    names = sorted({*projects_of(home), *(anchored or {})})
    for name in names:
        try:
            lines = lines_of(home, name)
        except ModelError as error:
            problems.append(Problem(name, str(error)))
            continue
        total += len(lines)
        if lines:
            heads[name] = (lines[-1].number, lines[-1].hash)
        told = [*_against(lines, (anchored or {}).get(name)), *_against_files(home, name, lines)]
        problems += [Problem(name, what) for what in told]
    return Account(total, heads, tuple(problems))


def _line(file: Path, told: dict[str, Any]) -> Line:
    words = {name: told.get(name) for name in ("number", "at", "act", "outcome", "by", "noted", "hash")}
    unknown = set(told) - set(words) - set(LINKS) - {"project"}
    if None in words.values() or unknown or told.get("project") != file.parent.name:
        raise ModelError(f"{file}: line {told['number']} is no line of this project's ledger")
    return Line(**words)  # type: ignore[arg-type]


def _against(lines: list[Line], anchor: tuple[int, str] | None) -> list[str]:
    if anchor is None:
        return []
    number, seal = anchor
    if number > len(lines):
        return [f"{number - len(lines)} lines were cut off: line {number} was noted elsewhere"]
    found = lines[number - 1].hash if number else BEGINNING
    return [] if found == seal else [f"line {number} is another one than was noted elsewhere"]


def _against_files(home: Home, project: str, lines: list[Line]) -> list[str]:
    """Exports that lie in `out/` otherwise than their lines say, and those that no line tells of."""
    out = home.lab / project / "out"
    told = {str(one.noted["folder"]): one for one in lines if one.act == "export" and one.outcome == "done"}
    found = [_changed(out / name, one) for name, one in told.items()]
    there = {path.name for path in out.iterdir()} if out.is_dir() else set()
    without = [f"out/{name} left without a line of the ledger" for name in sorted(there - set(told))]
    return [what for what in found if what] + without


def _changed(folder: Path, line: Line) -> str | None:
    if not folder.is_dir():
        return None  # carried away; what it was is in the line
    try:
        same = digests_of(folder) == line.noted["files"]
    except OSError as error:
        raise LakeError(f"{folder}: cannot be read: {error.strerror or error}") from error
    return None if same else f"out/{folder.name} is not what left by line {line.number}"
