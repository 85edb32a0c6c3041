"""Who is champion and challenger, and who answered on a day: what the ledger's lines come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from features.errors import ModelError
from features.home import Home
from models.ledger import FILE, Entry
from models.registry.version import CHALLENGER, CHAMPION, Version

CHINA = timezone(timedelta(hours=8))
"""A day is a day of China's time."""

ANCHOR_TAG = "ledger"
"""MLflow keeps the number and hash of the ledger's newest line of a model under this tag."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the lines about one model come to.

    Attributes:
        champions: The versions that a rollback can return to, and last the one that answers.
        challenger: The version that stands beside it; None where none does.
        last: The newest line about the model.
    """

    champions: tuple[Entry, ...] = ()
    challenger: Entry | None = None
    last: Entry | None = None

    @property
    def champion(self) -> Entry | None:
        """The line by which the version that answers became champion."""
        return self.champions[-1] if self.champions else None


@dataclass(frozen=True, slots=True)
class Reign:
    """A time in which one version answered.

    Attributes:
        entry: The line by which it became champion.
        since: From when on.
        until: Until when; None where it answers still.
    """

    entry: Entry
    since: datetime
    until: datetime | None


def standing(entries: Sequence[Entry], name: str) -> Standing:
    """What the ledger's lines about a model come to."""
    champions: list[Entry] = []
    challenger, last = None, None
    for entry in entries:
        if entry.model != name:
            continue
        last = entry
        if entry.act == "rollback":
            champions.pop()
        elif entry.alias == CHAMPION:
            champions.append(entry)
        elif entry.alias == CHALLENGER:
            challenger = entry
        if challenger and champions and challenger.version == champions[-1].version:
            challenger = None
    return Standing(tuple(champions), challenger, last)


def reigns(entries: Sequence[Entry], name: str) -> list[Reign]:
    """Which version answered when, oldest first."""
    crowned = [one for one in entries if one.model == name and one.alias == CHAMPION]
    moments: list[datetime] = []
    for one in crowned:  # a clock that was a little behind does not turn the order round
        moments.append(max(one.moment, moments[-1]) if moments else one.moment)
    ends = [*moments[1:], None]
    return [Reign(*told) for told in zip(crowned, moments, ends, strict=True)]


def answered_on(entries: Sequence[Entry], name: str, day: date) -> list[Reign]:
    """Every version that answered at some time of a day (of China's time); none before the first one."""
    begin = datetime.combine(day, time(), CHINA).astimezone(UTC)
    end = begin + timedelta(days=1)
    return [
        one for one in reigns(entries, name) if one.since < end and (one.until is None or one.until > begin)
    ]


def version_of(entry: Entry) -> Version:
    """The version that a line is about."""
    return Version(entry.model, entry.version, entry.run_id, dict(entry.tags), entry.digest)


def anchor(entry: Entry) -> str:
    """How MLflow names the newest line."""
    return f"{entry.number} {entry.hash}"


def refuse_cut(home: Home, entries: Sequence[Entry], model: Any | None) -> None:
    """Raise ModelError where MLflow knows of a line that the ledger has no longer."""
    told = model.tags.get(ANCHOR_TAG) if model is not None else None
    if told is None:
        return
    number, known = str(told).split(" ")
    if int(number) > len(entries) or entries[int(number) - 1].hash != known:
        raise ModelError(
            f"{home.root / FILE}: the registry knows of line {number}, which is not among the ledger's "
            f"{len(entries)} lines: lines were removed or replaced; restore it from a backup"
        )
