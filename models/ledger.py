"""The ledger of models: who made which version answer, when, and why.

Lines are only ever added, each sealed over the one before (`models.chained`). The newest line's number and
hash are also kept beside the models' versions in MLflow, so that lines cut off at the end are found, too (see
`models.registry`).
"""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from features.errors import ModelError, RequestError
from features.home import Home
from models.chained import append_line, read_chain

Act = Literal["adopt", "register", "promote", "rollback"]

FILE = "ledger.jsonl"


@dataclass(frozen=True, slots=True)
class Override:
    """A person's word that a model may be registered though a check failed.

    Attributes:
        name: Who answers for it.
        reason: Why.
        checks: Numbers of the checks that it lifts; every failed one where none is named.

    Raises:
        RequestError: The name or the reason is blank.
    """

    name: str
    reason: str
    checks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        refuse_blank("an override", self.name, self.reason)

    def lifts(self, number: str) -> bool:
        """Whether it speaks of that check."""
        return not self.checks or number in self.checks


def refuse_blank(what: str, name: str, reason: str) -> None:
    """Raise RequestError where nobody, or no reason, is named."""
    if not name.strip() or not reason.strip():
        raise RequestError(f"{what} needs a person's name and a reason; found '{name}' and '{reason}'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is to be recorded.

    Attributes:
        model: Registered name.
        act: `adopt` (was champion when the ledger began), `register`, `promote` or `rollback`.
        alias: What the version became: `champion`, `challenger`, or nothing.
        version: The version that it is about.
        before: The champion before, where the act made another one; None where there was none.
        run_id: Under which its files lie.
        digest: Of its files, as `models.registry` makes it; empty where unknown.
        tags: What the version says of itself.
        by: Who did it.
        why: Why.
        override: Which failed checks a person took upon themself, and why.
    """

    model: str
    act: Act
    alias: str | None
    version: str
    run_id: str
    by: str
    why: str
    before: str | None = None
    digest: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    override: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Line):
    """A line of the ledger.

    Attributes:
        number: Its place, from 1.
        at: When, as an ISO time with its offset.
        algorithm: Of `hash`.
        previous: Hash of the line before.
        hash: Over everything else in this line.
    """

    number: int
    at: str
    algorithm: str
    previous: str
    hash: str = ""

    @property
    def moment(self) -> datetime:
        """When."""
        return datetime.fromisoformat(self.at)


def read(home: Home) -> list[Entry]:
    """All lines, oldest first; none where no model was ever registered.

    Raises:
        ModelError: A line was edited, removed, added or moved; the message names it.
    """
    file = home.root / FILE
    return [_entry(file, number, line) for number, line in enumerate(read_chain(file), start=1)]


def append(home: Home, line: Line, *, now: datetime, seen: int) -> Entry:
    """Record a line, at once and for good.

    Args:
        home: Whose ledger.
        line: What to record.
        now: The time, with its offset.
        seen: How many lines the caller has read; what it decided rests on them.

    Raises:
        ModelError: The ledger is damaged, another line was added meanwhile, or the clock stands before the
            last line.
        LakeError: The disk is full or the home cannot be written; nothing is recorded then.
    """
    return Entry(**append_line(home, home.root / FILE, asdict(line), now=now, seen=seen))


def _entry(file: Path, number: int, line: dict[str, Any]) -> Entry:
    try:
        return Entry(**line)
    except TypeError as error:
        raise ModelError(f"{file}: line {number} is no line of a ledger: {error}") from error
