"""A registered version, where its files lie, and whether they are still the files that were registered."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from features.errors import ModelError
from features.home import Home
from models.chained import ALGORITHM

CHAMPION, CHALLENGER = "champion", "challenger"
CREDIT, GREEN = "sme_credit", "green_grade"
FILES = "model"
DIGEST_TAG = "files_digest"


@dataclass(frozen=True, slots=True)
class Version:
    """A registered version.

    Attributes:
        name: Registered name.
        version: Its number.
        run_id: Under which its files lie.
        tags: What it says of itself.
        digest: Of its files; empty for versions registered before digests were kept.
    """

    name: str
    version: str
    run_id: str
    tags: dict[str, str] = field(default_factory=dict)
    digest: str = ""

    @property
    def label(self) -> str:
        """`sme_credit/3`: how answers name the model."""
        return f"{self.name}/{self.version}"


def files_of(home: Home, version: Version) -> Path:
    """The folder with a version's files, which are those that were registered.

    Raises:
        ModelError: The folder is gone, or a file in it is missing, added or changed.
    """
    folder = folder_of(home, version.run_id)
    if not folder.is_dir():
        raise ModelError(f"{folder}: the files of {version.label} are gone; restore them or register again")
    if version.digest and digest_of(folder, version.digest.partition(":")[0]) != version.digest:
        raise ModelError(
            f"{folder}: the files of {version.label} are not those that were registered; restore them or "
            "register again"
        )
    return folder


def folder_of(home: Home, run_id: str) -> Path:
    """Where the files of a run's model lie."""
    return home.artifacts / run_id / "artifacts" / FILES


def digest_of(folder: Path, algorithm: str = ALGORITHM) -> str:
    """`sm3:…` over the names and contents of all files of a folder."""
    told = hashlib.new(algorithm)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        told.update(f"{path.relative_to(folder).as_posix()}\n{len(content)}\n".encode())
        told.update(content)
    return f"{algorithm}:{told.hexdigest()}"
