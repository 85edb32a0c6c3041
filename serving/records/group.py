"""Group commit: what many threads want written at once goes into one transaction.

There is no thread of its own. The first thread that comes while nobody writes leads: it writes what is
waiting, its own included, and hands the lead to one of those who came meanwhile. Alone, a thread waits for
nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Generic, TypeVar

from serving.records.faults import Unavailable

PATIENCE_SECONDS = 10.0
"""Longer than any leader may take; who waits longer is told that nothing was written."""

Wanted = TypeVar("Wanted")


@dataclass(slots=True, eq=False)
class Ticket(Generic[Wanted]):
    """One caller's wish, and what became of it.

    Attributes:
        wanted: What is to be written.
        error: Why it was not; None where it was.
        is_done: Whether it is decided.
    """

    wanted: Wanted
    error: Exception | None = None
    is_done: bool = False
    woken: Event = field(default_factory=Event)

    def end(self, error: Exception | None = None) -> None:
        """Decide it, once."""
        if not self.is_done:
            self.error, self.is_done = error, True


class Group(Generic[Wanted]):
    """Writes together what comes together.

    Args:
        write: Writes tickets in one transaction and ends each; where it raises, none of them is written.
        most: So many tickets at most in one transaction.
    """

    def __init__(self, write: Callable[[list[Ticket[Wanted]]], None], most: int = 256) -> None:
        self._write = write
        self._most = most
        self._lock = Lock()
        self._waiting: list[Ticket[Wanted]] = []
        self._has_leader = False

    def submit(self, wanted: Wanted) -> None:
        """Return when it is written.

        Raises:
            Unavailable: It could not be written, or was not in time.
        """
        ticket = Ticket(wanted)
        with self._lock:
            self._waiting.append(ticket)
            leads, self._has_leader = not self._has_leader, True
        if not leads:
            self._wait(ticket)
        if not ticket.is_done:
            self._lead()
        if ticket.error is not None:
            raise ticket.error

    def _wait(self, ticket: Ticket[Wanted]) -> None:
        """Until it is decided, or this thread is to lead."""
        if ticket.woken.wait(PATIENCE_SECONDS):
            return
        with self._lock:
            if ticket in self._waiting and not ticket.woken.is_set():
                self._waiting.remove(ticket)
                ticket.end(Unavailable("the records cannot be used now: the writer before took too long"))
        if not ticket.is_done and not ticket.woken.wait(PATIENCE_SECONDS):  # it is being written
            raise Unavailable("the records cannot be used now: the writer took too long")

    def _lead(self) -> None:
        """Write what waits, then let the next one lead. Its own ticket is among the first."""
        with self._lock:
            tickets, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        try:
            self._decide(tickets)
        finally:
            with self._lock:
                following = self._waiting[0] if self._waiting else None
                self._has_leader = following is not None
                if following is not None:
                    following.woken.set()
            for ticket in tickets:
                ticket.end(Unavailable("the records cannot be used now: the writer was interrupted"))
                ticket.woken.set()

    def _decide(self, tickets: list[Ticket[Wanted]]) -> None:
        """Write them together; where one of them is at fault, each alone, so that only that one fails."""
        try:
            self._write(tickets)
        except Unavailable as error:
            for ticket in tickets:
                ticket.end(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, its own caller is told, and nobody else
            if len(tickets) == 1:
                tickets[0].end(error)
                return
            for ticket in tickets:
                self._decide([ticket])
