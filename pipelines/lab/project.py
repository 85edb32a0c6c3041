"""A project of the joint lab: an agreement with its folder; whatever is done goes through `Project.act`.

lab/<project>/agreement.yaml   what the parties agreed on, to the byte
lab/<project>/ledger.jsonl     what was done, refused, and left
lab/<project>/inside/          keyed data, models and figures; nothing here ever leaves by itself
lab/<project>/out/             what left through the gate
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from features.errors import LvdaitongError, RequestError
from features.home import Home
from features.staging import commit, staged
from pipelines.lab import ledger
from pipelines.lab.agreement import Agreement, AgreementError, read_agreement
from pipelines.lab.digests import digest_of
from serving.records.moments import day_in_china

Clock = Callable[[], datetime]
AGREEMENT = "agreement.yaml"


def now() -> datetime:
    """The clock, for the edges."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Act:
    """Something that is being done in a project.

    Attributes:
        staging: A folder for files on their way; gone afterwards.
        noted: What the ledger will tell of it: plain values, no count below the smallest cell.
    """

    staging: Path
    noted: dict[str, Any] = field(default_factory=dict)
    _kept: list[tuple[Path, Path]] = field(default_factory=list)

    def keep(self, made: Path, place: Path) -> None:
        """Let a staged file or folder take its place when, and only when, the act ends well."""
        self._kept.append((made, place))

    def settle(self) -> None:
        """Move what was kept to its place; an older file or folder there gives way."""
        for made, place in self._kept:
            place.parent.mkdir(parents=True, exist_ok=True)
            if made.is_dir():
                if place.exists():
                    shutil.move(place, self.staging / f"older-{place.name}")
                shutil.move(made, place)
            else:
                commit(made, place)


@dataclass(frozen=True, slots=True)
class Project:
    """An open or closed project."""

    home: Home
    agreement: Agreement

    @classmethod
    def create(cls, home: Home, file: Path, *, by: str, clock: Clock = now) -> Self:
        """Open a project on an agreement.

        Raises:
            AgreementError: The agreement cannot be, or is not in force today.
            RequestError: There is a project of this name.
        """
        project = cls(home, read_agreement(file))
        moment = clock()
        project.agreement.refuse_day(day_in_china(moment))
        if (project.folder / ledger.FILE).exists():
            raise RequestError(
                f"project '{project.name}' exists; 'lvdaitong lab show {project.name}' tells what it is"
            )
        with staged(home) as staging:
            shutil.copyfile(file, staging / AGREEMENT)
            commit(staging / AGREEMENT, project.folder / AGREEMENT)
        noted = {
            "agreement": digest_of(project.folder / AGREEMENT),
            "parties": list(project.agreement.banks),
            "valid_to": project.agreement.valid.last.isoformat(),
        }
        ledger.record(home, project.name, "open", "done", by=by, now=moment, noted=noted)
        return project

    @classmethod
    def open(cls, home: Home, name: str) -> Self:
        """The project of a name.

        Raises:
            RequestError: There is none.
            AgreementError: Its agreement is not the one that it was opened on.
        """
        file = home.lab / name / AGREEMENT
        lines = ledger.lines_of(home, name)
        if not lines or not file.is_file():
            there = ", ".join(ledger.projects_of(home)) or "none yet"
            raise RequestError(f"no project '{name}' in {home.lab}; there are: {there}")
        if digest_of(file) != lines[0].noted["agreement"]:
            raise AgreementError(f"{file}: is not the agreement that project '{name}' was opened on")
        return cls(home, read_agreement(file))

    @property
    def name(self) -> str:
        """Its name."""
        return self.agreement.project

    @property
    def folder(self) -> Path:
        """Where all of it lies."""
        return self.home.lab / self.name

    @property
    def inside(self) -> Path:
        """What never leaves by itself."""
        return self.folder / "inside"

    @property
    def out(self) -> Path:
        """What left through the gate."""
        return self.folder / "out"

    @property
    def lines(self) -> list[ledger.Line]:
        """Its ledger, oldest first."""
        return ledger.lines_of(self.home, self.name)

    @property
    def fingerprint(self) -> str | None:
        """Of the key in force; None before one was named."""
        keys = [one.noted["fingerprint"] for one in self.lines if one.act == "key" and one.outcome == "done"]
        return str(keys[-1]) if keys else None

    @property
    def is_closed(self) -> bool:
        """Whether the parties ended it."""
        return any(one.act == "close" and one.outcome == "done" for one in self.lines)

    @contextmanager
    def act(
        self,
        what: str,
        *,
        by: str,
        clock: Clock = now,
        purpose: str | None = None,
        fields: Mapping[str, Iterable[str]] | None = None,
        route: str | None = None,
    ) -> Iterator[Act]:
        """Do something that the agreement allows; the ledger says that it was done, refused or failed.

        The agreement is looked at before and again at the end, when files are about to take their places: one
        that expires half-way leaves nothing behind.

        Args:
            what: What is done: `contribute`, `train`, `export` …
            by: Who does it.
            clock: Tells the time, twice.
            purpose: What for; None where it goes without saying.
            fields: Party → its fields that are used.
            route: Which of the agreed routes.

        Raises:
            AgreementError: The agreement does not allow it, now or any more.
            RequestError: Nobody is named.
        """
        if not by.strip():
            raise RequestError(f"lab {what}: who does it? name a person with --by")
        try:
            self._refuse(clock(), purpose, fields or {}, route)
        except AgreementError as error:
            self._record(what, "refused", by, clock, {"why": str(error)})
            raise
        with staged(self.home) as staging:
            one = Act(staging)
            try:
                yield one
                self.agreement.refuse_day(day_in_china(clock()))
                one.settle()
            except BaseException as error:
                outcome, noted = _ended(error)
                self._record(what, outcome, by, clock, noted)
                raise
        self._record(what, "done", by, clock, one.noted)

    def close(self, *, by: str, why: str, clock: Clock = now) -> None:
        """End the project: what is inside is taken away, agreement, ledger and exports stay.

        Raises:
            RequestError: It was closed before, or nobody, or no reason, is named.
        """
        if self.is_closed:
            raise RequestError(f"project '{self.name}' was closed before")
        if not by.strip() or not why.strip():
            raise RequestError("lab close: who closes it, and why? give --by and --why")
        shutil.rmtree(self.inside, ignore_errors=True)
        self._record("close", "done", by, clock, {"why": why})

    def _refuse(
        self, moment: datetime, purpose: str | None, fields: Mapping[str, Iterable[str]], route: str | None
    ) -> None:
        if self.is_closed:
            raise AgreementError(f"project '{self.name}': was closed; nothing more may be done in it")
        self.agreement.refuse_day(day_in_china(moment))
        self.agreement.refuse_purpose(purpose)
        self.agreement.refuse_route(route)
        self.agreement.refuse_fields(fields)

    def _record(
        self, what: str, outcome: ledger.Outcome, by: str, clock: Clock, noted: Mapping[str, Any]
    ) -> None:
        ledger.record(self.home, self.name, what, outcome, by=by, now=clock(), noted=noted)


def _ended(error: BaseException) -> tuple[ledger.Outcome, dict[str, Any]]:
    """How the ledger tells of an act that did not end well: by its kind, because a message may quote data."""
    if isinstance(error, AgreementError):
        return "refused", {"why": str(error)}
    known = isinstance(error, LvdaitongError)
    return "failed", {"kind": type(error).__name__ if known else "interrupted or unexpected"}
