"""What the challenger would have answered, written behind the answers: none waits for it or fails with it.

Rows are kept in memory for a moment and written together by a thread of their own. A process that is killed
loses that moment's rows, a database that is down delays them, and too many of them push out the oldest; the
answers themselves stand in the log of answers whatever happens here.
"""

import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from threading import Event, Lock, Thread

from sqlalchemy import Engine, insert

from features.errors import LvdaitongError
from serving.records.database import writing
from serving.records.faults import Contradiction
from serving.records.tables import SHADOW

EVERY_SECONDS = 1.0
MOST_WAITING = 10_000
END_SECONDS = 5.0
"""How long the service's end waits for the last rows."""

_log = logging.getLogger("lvdaitong.shadow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """One answer, and what the challenger would have said in its place.

    Attributes:
        audit_id: Name of the answer.
        at: When it was asked, UTC, ISO 8601 with milliseconds.
        challenger: Which version stood beside, such as `sme_credit/4`.
        champion: Which version answered.
        pd_12m: Probability of default by the challenger.
        score: Its score.
        band: Its band.
        champion_pd_12m: The same of what was answered.
        champion_score: Likewise.
        champion_band: Likewise.
    """

    audit_id: str
    at: str
    challenger: str
    champion: str
    pd_12m: float
    score: int
    band: str
    champion_pd_12m: float
    champion_score: int
    champion_band: str


class ShadowLog:
    """Writes what is noted, a moment later.

    Args:
        engine: The database of the records.
        every: Seconds between two writings.
    """

    def __init__(self, engine: Engine, every: float = EVERY_SECONDS) -> None:
        self._engine, self._every = engine, every
        self._waiting: deque[Noted] = deque(maxlen=MOST_WAITING)
        self._writing, self._starting = Lock(), Lock()
        self._ended = Event()
        self._thread: Thread | None = None

    def note(self, row: Noted) -> None:
        """Keep a row for the next writing; it returns at once."""
        self._waiting.append(row)
        if self._thread is None:
            self._start()

    def flush(self) -> bool:
        """Write what waits now; whether it could be written. What could not waits on."""
        with self._writing:
            rows = [self._waiting.popleft() for _ in range(len(self._waiting))]
            if not rows:
                return True
            try:
                self._write(rows)
            except LvdaitongError as error:
                _log.warning("%d shadow scores wait: %s", len(rows), error)
                room = MOST_WAITING - len(self._waiting)
                self._waiting.extendleft(reversed(rows[max(len(rows) - room, 0) :]))
                return False
            return True

    def close(self) -> None:
        """Write what waits and end the thread; nothing is noted afterwards."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(END_SECONDS)

    def _start(self) -> None:
        with self._starting:
            if self._thread is None and not self._ended.is_set():
                self._thread = Thread(target=self._run, name="shadow", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._ended.wait(self._every):
            self._try()
        self._try()

    def _try(self) -> None:
        try:
            self.flush()
        except Exception:  # noqa: BLE001 - the thread must not end: nobody would see what is noted next
            _log.exception("shadow scores could not be written")

    def _write(self, rows: Sequence[Noted]) -> None:
        try:
            self._insert(rows)
        except Contradiction:  # an answer that was given again under its key has its row
            for row in rows:
                self._insert_new(row)

    def _insert_new(self, row: Noted) -> None:
        try:
            self._insert([row])
        except Contradiction:
            return

    def _insert(self, rows: Sequence[Noted]) -> None:
        with writing(self._engine) as connection:
            connection.execute(insert(SHADOW), [asdict(row) for row in rows])
