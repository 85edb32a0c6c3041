"""A project's key on disk: readable by its holder only, and never below a home."""

import os
from pathlib import Path

from features.errors import RequestError


def write_key(file: Path, key: str, *, away_from: Path) -> None:
    """Write a new key into a file that was not there.

    Args:
        file: Where to.
        key: Hexadecimal.
        away_from: A home: whoever reads the keyed identifiers in it must not find the key beside them.

    Raises:
        RequestError: The file is there, or lies below the home.
    """
    if file.resolve().is_relative_to(away_from.resolve()):
        raise RequestError(
            f"{file}: lies in the home {away_from}; keep the key where nobody of the home comes"
        )
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise RequestError(f"{file}: exists; a key is never written over. Name another file") from None
    except OSError as error:
        raise RequestError(f"{file}: cannot be written: {error.strerror or error}") from error
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(key + "\n")
