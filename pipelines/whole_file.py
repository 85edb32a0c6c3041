"""Text files in a folder of the user's choice: each appears whole or not at all."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from features.errors import LakeError

READABLE = 0o644


def write_whole(path: Path, text: str) -> None:
    """Write a file beside its place and move it there; folders are made.

    Raises:
        LakeError: The disk is full or the folder cannot be written; nothing is left half written.
    """
    part: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(
            "w", dir=path.parent, suffix=".part", delete=False, encoding="utf-8", newline="\n"
        ) as file:
            part = Path(file.name)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(READABLE)  # a temporary file is for its owner alone
        part.replace(path)
    except OSError as error:
        if part is not None:
            part.unlink(missing_ok=True)
        raise LakeError(f"{path}: cannot be written: {error.strerror or error}") from error
