"""The watch: takes over a new champion, snapshot or number of law while the service answers.

A new desk is made beside the old one and put in its place by one assignment: a request keeps the desk that it
began with. What cannot be used is refused, told and counted, and the old desk stays.
"""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from features.home import Home
from serving.background import Background
from serving.desk import Desk
from serving.operation.signs import Sign, Signs
from serving.operation.staleness import staleness

EVERY_SECONDS = 1.0
REPEAT_AFTER = timedelta(seconds=30)
"""So long after a refusal the same files are tried again: a full memory or disk passes."""

REGISTRY, MODELS, SNAPSHOT = "mlflow", "models", "snapshot"

_log = logging.getLogger("lvdaitong.watch")


class Counts(Protocol):
    """Counts what the watch did."""

    def swapped(self, *, adopted: bool) -> None:
        """A new desk was taken over, or refused."""
        ...


@dataclass(frozen=True, slots=True)
class Degraded:
    """Something is amiss though the service answers.

    Attributes:
        what: `mlflow` (the registry), `models` (newer files were refused) or `snapshot` (too old).
        why: In one line.
        since: When it was seen first.
    """

    what: str
    why: str
    since: datetime

    def to_dict(self) -> dict[str, str]:
        """For JSON."""
        return {"what": self.what, "why": self.why, "since": self.since.isoformat(timespec="seconds")}


class Watch(Background):
    """Looks every second whether the home changed.

    Make it before the first desk, and start it afterwards: what changes meanwhile is then seen.

    Args:
        home: Whose files are looked at.
        state: Of the application; its `desk` is replaced.
        build: Makes a desk of what the home has now.
        counts: Told of every swap and refusal.
        allowed_days: Older features are stale.
        every: Seconds between two looks.
        now: Says what time it is, in UTC.
    """

    def __init__(
        self,
        home: Home,
        state: Any,
        build: Callable[[], Desk],
        *,
        counts: Counts | None = None,
        allowed_days: int = 45,
        every: float = EVERY_SECONDS,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__("watch", every)
        self._home, self._state, self._build, self._counts = home, state, build, counts
        self._allowed_days, self._now = allowed_days, now
        self._signs = Signs(home)
        self._seen = self._signs.read()
        self._refused: tuple[tuple[Sign, ...], datetime] | None = None
        self._amiss: dict[str, Degraded] = {}

    def degraded(self) -> list[Degraded]:
        """What is amiss though the service answers; empty where all is well."""
        return [*self._amiss.values(), *self._stale()]

    def look(self) -> None:
        """Look once; whatever happens, the service goes on."""
        try:
            self._look_at_registry()
            self._look_at_files()
        except Exception:  # noqa: BLE001 - the thread must not end: nobody would see the next change
            _log.exception("looking at the home failed; what was loaded goes on answering")

    def _look_at_registry(self) -> None:
        found = _registry_trouble(self._home)
        if found is not None:
            if self._note(REGISTRY, found):
                _log.warning("%s; the loaded champion goes on answering", found)
        elif self._well(REGISTRY):
            _log.warning("the registry of models can be read again")

    def _look_at_files(self) -> None:
        found = self._signs.read()
        if found == self._seen:
            self._refused = None
            self._well(MODELS)
            return
        again = self._refused is not None and self._refused[0] == found
        if self._refused and again and self._now() < self._refused[1] + REPEAT_AFTER:
            return
        self._refused = (found, self._now())
        self._take_over(found, again=again)

    def _take_over(self, found: tuple[Sign, ...], *, again: bool) -> None:
        """Adopt a desk of what there is now, or keep the old one."""
        try:
            made = self._build()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the files, the old desk stays
            _log.exception("a new desk could not be made")
            self._refuse(type(error).__name__, again=again)
            return
        lost = sorted(set(made.loaded.missing) - set(self._state.desk.loaded.missing))
        if lost:
            self._refuse(", ".join(lost), again=again)
        else:
            self._adopt(made, found)

    def _adopt(self, made: Desk, found: tuple[Sign, ...]) -> None:
        self._state.desk = made
        self._seen, self._refused = found, None
        self._well(MODELS)
        scorer, snapshot = made.loaded.scorer, made.loaded.snapshot
        label = scorer.credit_version.label if scorer else "no model"
        _log.warning("now answering: %s on %s", label, snapshot.as_of if snapshot else "no snapshot")
        if self._counts:
            self._counts.swapped(adopted=True)

    def _refuse(self, what: str, *, again: bool) -> None:
        told = f"changed files cannot be used ({what}; the log says why); what was loaded goes on answering"
        self._note(MODELS, told)
        if again:
            return
        _log.error("%s", told)
        if self._counts:
            self._counts.swapped(adopted=False)

    def _note(self, what: str, why: str) -> bool:
        """Whether that is news."""
        before = self._amiss.get(what)
        since = before.since if before else self._now()
        self._amiss = self._amiss | {what: Degraded(what, why, since)}
        return before is None

    def _well(self, what: str) -> bool:
        """Whether that is news."""
        before = self._amiss
        self._amiss = {name: one for name, one in before.items() if name != what}
        return what in before

    def _stale(self) -> list[Degraded]:
        snapshot = self._state.desk.loaded.snapshot
        if snapshot is None:
            return []
        found = staleness(snapshot.as_of, self._now().date(), self._allowed_days)
        if found is None:
            return []
        first = date.fromordinal(snapshot.as_of.toordinal() + self._allowed_days + 1)
        return [Degraded(SNAPSHOT, found.en, datetime.combine(first, datetime.min.time(), UTC))]


def _registry_trouble(home: Home) -> str | None:
    """Why MLflow's store cannot be read; None where it can. Nothing is made, nothing is locked."""
    try:
        with closing(sqlite3.connect(f"{home.registry.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            connection.execute("SELECT 1 FROM registered_models LIMIT 1").fetchone()
    except sqlite3.Error as error:
        if "locked" in str(error):  # somebody writes: it is there
            return None
        return f"the registry of models ({home.registry.name}) cannot be read: {error}"
    return None
