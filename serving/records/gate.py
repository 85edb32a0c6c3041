"""One gate before each database: nobody waits in line behind a database that does not answer.

Whoever finds the database down after a wait closes the gate for a moment; everybody else is told at once and
does not wait as well. The first one after that moment tries again, so the service recovers by itself.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from serving.records.faults import Unavailable

CLOSED_SECONDS = 1.0
"""So long nobody tries again; a database that is back is found after this at the latest."""
SLOW_SECONDS = 0.5
"""A failure that came sooner costs nobody anything and closes no gate."""
WRITER_SECONDS = 5.0
"""How long a thread waits for the thread that writes before it."""


class Gate:
    """Who may pass to one database.

    Args:
        file: Where the database lies; None where it is no file.

    Attributes:
        file: The same.
    """

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self._identity = _identity(file)
        self._closed_until = 0.0
        self._writer = Lock()
        self._preparing = Lock()
        self._prepare: Callable[[], None] | None = None

    def prepare_first(self, prepare: Callable[[], None]) -> None:
        """Let nobody pass before `prepare` has run through once."""
        self._prepare = prepare

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Around one use of the database.

        Raises:
            Unavailable: It was down a moment ago, its file is gone, or whatever the use raises.
        """
        if time.monotonic() < self._closed_until:
            raise Unavailable("the records cannot be used now: the database did not answer a moment ago")
        self.expect_file()
        began = time.monotonic()
        try:
            yield
        except Unavailable:
            ended = time.monotonic()
            if ended - began > SLOW_SECONDS:
                self._closed_until = ended + CLOSED_SECONDS
            raise

    def be_prepared(self) -> None:
        """Run what must run before the first use; again where it failed."""
        if self._prepare is None:
            return
        with self._preparing:
            if self._prepare is not None:
                prepare, self._prepare = self._prepare, None
                try:
                    prepare()
                except BaseException:
                    self._prepare = prepare
                    raise

    @contextmanager
    def one_writer(self) -> Iterator[None]:
        """Threads that write a file take turns here: SQLite would let them poll for it."""
        if self.file is None:
            yield
            return
        if not self._writer.acquire(timeout=WRITER_SECONDS):
            raise Unavailable("the records cannot be used now: another thread writes for too long")
        try:
            yield
        finally:
            self._writer.release()

    def expect_file(self) -> None:
        """What is written into a file that somebody removed is lost, though SQLite would not say so.

        Raises:
            Unavailable: The file is gone, or another one lies in its place.
        """
        if self.file is not None and _identity(self.file) != self._identity:
            raise Unavailable(
                "the records cannot be used now: the database file was removed or replaced; "
                "put it back, or start the service again"
            )


def _identity(file: Path | None) -> tuple[int, int] | None:
    if file is None:
        return None
    try:
        told = file.stat()
    except OSError:
        return None
    return told.st_dev, told.st_ino


_GATES: WeakKeyDictionary[Engine, Gate] = WeakKeyDictionary()


def gate_of(engine: Engine) -> Gate:
    """The gate of a database that `open_database` opened."""
    return _GATES[engine]


def set_gate(engine: Engine, file: Path | None) -> None:
    """Give a database its gate."""
    _GATES[engine] = Gate(file)
