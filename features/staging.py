"""How files come into a home: on their way apart from everything, then there at once and for good.

A process that dies leaves its files in staging, where nobody reads them; the next one to stage clears them
away. Living processes are told from dead ones by locks that the system drops when a process ends.
"""

import errno
import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from features.errors import LakeError
from features.home import Home


@contextmanager
def staged(home: Home) -> Iterator[Path]:
    """A folder of one's own for files on their way; gone afterwards, whatever happens.

    Raises:
        LakeError: The disk is full or the home cannot be written.
    """
    folder = home.staging / uuid.uuid4().hex
    try:
        with _disk_errors(home), _alive(home, folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def committing(home: Home) -> Iterator[None]:
    """One process at a time, for the moment in which staged files take their places.

    Raises:
        LakeError: The home cannot be written.
    """
    with _disk_errors(home):
        home.root.mkdir(parents=True, exist_ok=True)
        with home.lock.open("ab") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def commit(staged_file: Path, final: Path) -> None:
    """Make a staged file appear at its place at once and for good."""
    for missing in [folder for folder in reversed(final.parents) if not folder.exists()]:
        missing.mkdir(exist_ok=True)
        _sync(missing.parent)
    _sync(staged_file)
    staged_file.replace(final)
    _sync(final.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alive(home: Home, folder: Path) -> Iterator[None]:
    """The folder with a lock in it that lives as long as this process; leftovers of dead ones are gone.

    Both happen under the home's lock: a folder without its own lock is never seen by another process.
    """
    with committing(home):
        _clear_leftovers(home)
        folder.mkdir(parents=True)
        handle = (folder / "lock").open("wb")
        fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        handle.close()


def _clear_leftovers(home: Home) -> None:
    for folder in home.staging.glob("*"):
        if not _in_use(folder / "lock"):
            shutil.rmtree(folder, ignore_errors=True)


def _in_use(lock: Path) -> bool:
    with suppress(FileNotFoundError), lock.open("rb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextmanager
def _disk_errors(home: Home) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, f"cannot be written ({error.strerror or error})")
        raise LakeError(
            f"{home.root}: {reason}; nothing was committed. Make room or choose another --home"
        ) from error


_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EFBIG: "the file may not grow further",
    errno.EDQUOT: "the disk quota is used up",
    errno.ENOTDIR: "is a file, not a folder",
    errno.EEXIST: "is a file, not a folder",
}
