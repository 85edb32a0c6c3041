"""Files plain, in .gz or in .zip: a fresh stream of bytes whenever one is asked for."""

import gzip
import io
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import IO, BinaryIO

from features.errors import RecipeError, SourceError

MOST_BYTES = 50 * 1024**3
"""Unpacked bytes beyond which an archive counts as a bomb; the largest real tables stay far below."""

IN_MEMORY = 32 * 1024**2
_BLOCK = 1024**2
_SHOWN = 8
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1
_DAMAGED = (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True, slots=True)
class Opened:
    """A file's bytes, unpacked.

    Attributes:
        ending: The ending that tells the format, in small letters: `.csv` of `登记.CSV.gz`.
        path: Where the bytes lie if they are not packed.
        stream: Opens them from the first byte on.
    """

    ending: str
    path: Path | None
    stream: Callable[[], BinaryIO]

    @contextmanager
    def seekable(self) -> Iterator[Path | IO[bytes]]:
        """The bytes where formats that jump about can be read: the file itself, or an unpacked copy."""
        if self.path is not None:
            yield self.path
            return
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as copy, self.stream() as packed:
            while block := packed.read(_BLOCK):
                copy.write(block)
            copy.seek(0)
            yield copy


@contextmanager
def opened(path: Path, member: str | None = None) -> Iterator[Opened]:
    """The file at `path`, or the `member` of the ZIP archive there.

    Raises:
        SourceError: The archive is damaged, encrypted or a bomb, or lacks the member. Damage further
            in is raised where it is read.
        RecipeError: The archive holds several files and no member is named.
    """
    if path.suffix.lower() != ".zip":
        packed = path.suffix.lower() == ".gz"
        yield Opened(
            _ending(path.name), None if packed else path, lambda: _guarded(path.open("rb"), path, path.name)
        )
        return
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise _damaged(path, "ZIP archive", error) from error
    with archive:
        name, info = _member(archive, path, member)
        yield Opened(_ending(name), None, lambda: _guarded(_open_member(archive, info, path), path, name))


def _ending(name: str) -> str:
    whole = PurePath(name.lower())
    return PurePath(whole.stem).suffix if whole.suffix == ".gz" else whole.suffix


def _member(archive: zipfile.ZipFile, path: Path, wanted: str | None) -> tuple[str, zipfile.ZipInfo]:
    members = {_true_name(info): info for info in archive.infolist() if _is_content(info)}
    listed = ", ".join(sorted(members)[:_SHOWN]) + (", …" if len(members) > _SHOWN else "")
    if not members:
        raise SourceError(f"{path.name}: the archive holds no file ({path})")
    if wanted is None and len(members) > 1:
        raise RecipeError(
            f"{path.name}: the archive holds {len(members)} files: {listed}; name one with 'member' ({path})"
        )
    name = next(iter(members)) if wanted is None else wanted
    if name not in members:
        raise SourceError(f"{path.name}: the archive holds no '{name}'; it holds {listed} ({path})")
    info = members[name]
    if info.flag_bits & _ENCRYPTED:
        raise SourceError(
            f"{path.name}: '{name}' is encrypted; expected an archive without a password ({path})"
        )
    if info.file_size > MOST_BYTES:
        raise _bomb(path, info.file_size)
    return name, info


def _is_content(info: zipfile.ZipInfo) -> bool:
    hidden = any(part.startswith((".", "__MACOSX")) for part in PurePath(info.filename).parts)
    return not info.is_dir() and not hidden


def _true_name(info: zipfile.ZipInfo) -> str:
    """Windows in Chinese writes names as GBK and does not say so; the library then reads them as CP437."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def _open_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> IO[bytes]:
    try:
        return archive.open(info)
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise _damaged(path, "ZIP archive", error) from error


def _guarded(raw: IO[bytes], path: Path, name: str) -> BinaryIO:
    inner = gzip.GzipFile(fileobj=raw) if name.lower().endswith(".gz") else raw
    return io.BufferedReader(_Guarded(inner, raw, path), _BLOCK)


class _Guarded(io.RawIOBase):
    """Bytes on their way: damage and bombs become one clear error wherever they are met."""

    def __init__(self, inner: IO[bytes] | gzip.GzipFile, raw: IO[bytes], path: Path) -> None:
        self._inner, self._raw, self._path, self._count = inner, raw, path, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # what BufferedReader passes
        try:
            block = self._inner.read(len(buffer))
        except (*_DAMAGED, OSError) as error:
            raise _damaged(self._path, "archive", error) from error
        self._count += len(block)
        if self._count > MOST_BYTES:
            raise _bomb(self._path, self._count)
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
            self._raw.close()
        super().close()


def _damaged(path: Path, kind: str, error: Exception) -> SourceError:
    told = " ".join(str(error).split())[:160] or type(error).__name__
    if isinstance(error, PermissionError):
        return SourceError(f"{path.name}: may not be read: {error.strerror} ({path})")
    return SourceError(f"{path.name}: is truncated or damaged, or no {kind}: {told} ({path})")


def _bomb(path: Path, size: int) -> SourceError:
    most = f"{MOST_BYTES / 1024**3:.0f} GB"
    return SourceError(f"{path.name}: unpacks to more than {most} ({size:,} bytes); refused ({path})")
