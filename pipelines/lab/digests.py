"""What a folder holds, file by file, as hashes."""

import hashlib
from pathlib import Path

from models.chained import ALGORITHM


def digest_of(file: Path) -> str:
    """`sm3:…` of a file's bytes (`sha256:…` where OpenSSL has no SM3)."""
    with file.open("rb") as stream:
        return f"{ALGORITHM}:{hashlib.file_digest(stream, lambda: hashlib.new(ALGORITHM)).hexdigest()}"


def digests_of(folder: Path) -> dict[str, str]:
    """Path below the folder → hash, of every file."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): digest_of(path) for path in files}
