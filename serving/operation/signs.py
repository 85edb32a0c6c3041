"""Signs that a home has other models, firms or numbers of law than before: files and when they changed."""

from collections.abc import Iterator
from pathlib import Path

from features.errors import ModelError
from features.home import Home
from models import ledger
from models.registry.standing import standing
from models.registry.version import folder_of
from serving import city_numbers
from serving.snapshot import ABOUT_FILE, FEATURES_FILE, FIRMS_FILE

Sign = tuple[str, int, int, int]
"""A file, when it changed (ns), its size, its inode."""

SNAPSHOT_FILES = (FEATURES_FILE, FIRMS_FILE, ABOUT_FILE)


class Signs:
    """Reads the signs of a home: some twenty `stat` calls, and the ledger where it changed.

    Args:
        home: The home.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._ledger: list[Sign] = []
        self._champions: list[Path] = []

    def read(self) -> tuple[Sign, ...]:
        """What there is now; another value where anything that answers rest on was changed."""
        ledger_now = _signs([self._home.root / ledger.FILE])
        if ledger_now != self._ledger:
            self._ledger, self._champions = ledger_now, _champions(self._home)
        return (*ledger_now, *_signs(self._files()))

    def _files(self) -> Iterator[Path]:
        home = self._home
        if not self._ledger:  # then MLflow's alias says who answers
            yield from (home.registry, home.registry.with_name(f"{home.registry.name}-wal"))
        newest = max((home.root / "features").glob("as_of=????-??-??"), default=None)
        if newest is not None:
            yield from (newest / name for name in SNAPSHOT_FILES)
        for folder in (*self._champions, city_numbers.folder_of(home)):
            yield from sorted(folder.rglob("*"))


def _signs(files: Iterator[Path] | list[Path]) -> list[Sign]:
    """Of the files that are there."""
    found: list[Sign] = []
    for file in files:
        try:
            told = file.stat()
        except OSError:
            continue
        found.append((str(file), told.st_mtime_ns, told.st_size, told.st_ino))
    return found


def _champions(home: Home) -> list[Path]:
    """Folders of the versions that answer; none where the ledger is damaged: reading it will say so."""
    try:
        entries = ledger.read(home)
    except ModelError:
        return []
    crowned = (standing(entries, name).champion for name in sorted({entry.model for entry in entries}))
    return [folder_of(home, entry.run_id) for entry in crowned if entry is not None]
