"""The ledger of models: who made which version answer, when, and why.

Lines are only ever added. Each carries the hash of the line before it, so that a line edited, removed, added
or moved later is found when the ledger is read. The hash is SM3 (GB/T 32905) where Python's OpenSSL offers
it, else SHA-256; each line says which. The newest line's number and hash are also kept beside the models'
versions in MLflow, so that lines cut off at the end are found, too (see `models.registry`).
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Self

from features.errors import ModelError, RequestError
from features.home import Home
from features.staging import commit, committing, staged

Act = Literal["adopt", "register", "promote", "rollback"]

FILE = "ledger.jsonl"
ALGORITHM = "sm3" if "sm3" in hashlib.algorithms_available else "sha256"
BEGINNING = "0" * 64
"""What stands in the first line where others carry the hash of the line before."""

PATIENCE = timedelta(hours=1)
"""So much earlier than the last line the clock may be; more, and history could not be told by days."""


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

    def sealed(self) -> Self:
        """The same with its hash."""
        content = {name: value for name, value in asdict(self).items() if name != "hash"}
        return type(self)(**content, hash=_hash(self.algorithm, content))


def read(home: Home) -> list[Entry]:
    """All lines, oldest first; none where no model was ever registered.

    Raises:
        ModelError: A line was edited, removed, added or moved; the message names it.
    """
    file = home.root / FILE
    try:
        texts = file.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise ModelError(f"{file}: the ledger cannot be read: {error}") from error
    entries: list[Entry] = []
    for number, text in enumerate(texts, start=1):
        entries.append(_checked(file, number, text, entries[-1].hash if entries else BEGINNING))
    return entries


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
    if now.tzinfo is None:
        raise ValueError("the time of a ledger line needs its offset; expected such as datetime.now(UTC)")
    file = home.root / FILE
    with staged(home) as staging, committing(home):
        entries = read(home)
        if len(entries) != seen:
            raise ModelError(f"{file}: another line was added meanwhile; look again and repeat")
        if entries and now < entries[-1].moment - PATIENCE:
            raise ModelError(
                f"{file}: the clock says {now.isoformat()} and the last line was written {entries[-1].at}; "
                "set the clock right"
            )
        entry = Entry(
            **asdict(line),
            number=len(entries) + 1,
            at=now.astimezone(UTC).isoformat(timespec="seconds"),
            algorithm=ALGORITHM,
            previous=entries[-1].hash if entries else BEGINNING,
        ).sealed()
        text = "".join(f"{_text(asdict(one))}\n" for one in (*entries, entry))
        (staging / FILE).write_text(text, "utf-8")
        commit(staging / FILE, file)
    return entry


def _checked(file: os.PathLike[str], number: int, text: str, previous: str) -> Entry:
    try:
        entry = Entry(**json.loads(text))
        sealed = entry.sealed().hash
    except (ValueError, TypeError, AttributeError) as error:
        raise ModelError(f"{file}: line {number} is no line of a ledger: {error}") from error
    if _text(asdict(entry)) != text or sealed != entry.hash:
        raise ModelError(f"{file}: line {number} was edited after it was written; restore it from a backup")
    if entry.number != number or entry.previous != previous:
        raise ModelError(
            f"{file}: line {number} does not follow the line before it: lines were removed, added or moved; "
            "restore the ledger from a backup"
        )
    return entry


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _hash(algorithm: str, content: dict[str, Any]) -> str:
    return hashlib.new(algorithm, _text(content).encode()).hexdigest()
