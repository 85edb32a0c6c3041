"""SQLite's write-ahead log, copied into the database by a thread of its own.

Otherwise every so-many-th answer copies it before it leaves, and takes three times as long as the others. A
writer still does so itself where the log grew long all the same (`database.CHECKPOINT_PAGES`).
"""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from serving.background import Background

EVERY_SECONDS = 0.1
"""So little is written meanwhile that a writer who finds a long log has hardly anything left to copy."""


class Checkpoints(Background):
    """Copies what was committed, as often as something was.

    Args:
        file: The database.
        every: Seconds between two looks.
    """

    def __init__(self, file: Path, every: float = EVERY_SECONDS) -> None:
        super().__init__("checkpoints", every)
        self._file = file
        self._log = file.with_name(f"{file.name}-wal")
        self._copied = 0

    def look(self) -> bool:
        """Copy what was committed since the last time; whether there was anything.

        What cannot be copied now, because the file is gone or another process copies, waits in the log: it is
        as safe there.
        """
        try:
            changed = self._log.stat().st_mtime_ns
        except OSError:
            return False
        if changed == self._copied:
            return False
        with suppress(sqlite3.Error):
            address = f"{self._file.absolute().as_uri()}?mode=rw"
            with closing(sqlite3.connect(address, uri=True, timeout=0)) as connection:
                connection.execute("PRAGMA synchronous=FULL")
                is_busy, *_ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            self._copied = 0 if is_busy else changed
        return True
