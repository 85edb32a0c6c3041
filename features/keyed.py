"""Credit codes under a key: the same code gives the same id to whoever holds the key, and tells nobody else.

A keyed id is the HMAC (GB/T 15852.2, RFC 2104) of the normalised code, with SM3 (GB/T 32905) where Python's
OpenSSL offers it, else with SHA-256. Codes are few enough to be tried one after the other, so a hash without
a key would hide nothing. Two parties join their tables where their keys are the same; a project has a key of
its own, so that tables of two projects cannot be joined.

A key never stands in a message, a log or a repr; its fingerprint does.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import RequestError, SourceError
from features.uscc import normalise_all

ALGORITHM = "sm3" if "sm3" in hashlib.algorithms_available else "sha256"

KEY_BYTES = 32
"""Length of a new key, and the least of any: that of the hash."""

VARIABLE = "LVDAITONG_LAB_KEY_"
"""Begin of the environment variable that holds a project's key; the project's name follows."""

METADATA = b"lvdaitong.key"
"""Under this name a Parquet file with keyed ids carries the fingerprint of their key."""

KEYED_ID = "[0-9a-f]{64}"

_FINGERPRINTED = b"lvdaitong.key.fingerprint"  # no code in capitals is this: no keyed id is one
_FINGERPRINT_DIGITS = 16
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")


def new_key() -> str:
    """A key that nobody has had before, as 64 hexadecimal digits."""
    return secrets.token_hex(KEY_BYTES)


def variable_of(project: str) -> str:
    """The environment variable in which a project's key is looked for.

    >>> variable_of("huzhou-bank-2026")
    'LVDAITONG_LAB_KEY_HUZHOU_BANK_2026'
    """
    return VARIABLE + project.upper().replace("-", "_")


def read_key(file: Path | None, environment: Mapping[str, str], project: str) -> bytes:
    """The key of a project, from a file or else from the environment.

    Args:
        file: Holds the key as hexadecimal digits; None to look into the environment.
        environment: Its variables.
        project: The project's name.

    Raises:
        RequestError: There is no key, or what is there is none; what was found is never shown.
    """
    variable = variable_of(project)
    if file is not None:
        return _parsed(_text_of(file), str(file))
    if variable in environment:
        return _parsed(environment[variable], f"environment variable {variable}")
    raise RequestError(
        f"project '{project}': no key; name the file that holds it, or put it into the environment variable "
        f"{variable}"
    )


def fingerprint(key: bytes) -> str:
    """What two parties compare to see whether they hold the same key; it tells nothing of the key.

    >>> fingerprint(bytes(32)).split(":")[0] in ("sm3", "sha256")
    True

    Returns:
        The algorithm, a colon and 16 hexadecimal digits. Parties whose algorithms differ have other ids, and
        other fingerprints, under the same key.
    """
    return f"{ALGORITHM}:{_started(key, _FINGERPRINTED).hexdigest()[:_FINGERPRINT_DIGITS]}"


def keyed_ids(codes: pd.Series, key: bytes) -> pd.Series:
    """The keyed id of every code, 64 hexadecimal digits.

    Codes are normalised first, so that spellings of one code have one id. Whether they are codes at all is
    the caller's to ask (`features.uscc.are_valid`): an invalid one gets an id, too, that matches the same
    invalid text elsewhere. Blank text is no code, not even an invalid one: else blanks would match blanks.

    Args:
        codes: Credit codes as text.
        key: The project's key.

    Returns:
        Text with the index and the name of `codes`; missing where the code is missing or blank.
    """
    normal = normalise_all(codes.astype("str").reset_index(drop=True))  # its labels may repeat
    places, different = pd.factorize(normal.mask(normal == ""))
    start = _started(key)
    ids = pd.array([_continued(start, code) for code in different], dtype="str")
    return pd.Series(ids.take(places, allow_fill=True), index=codes.index, name=codes.name)


def write_keyed(table: pd.DataFrame, path: Path, key: bytes) -> None:
    """Write a table with keyed ids as Parquet that says under which key they were made.

    Args:
        table: Its column or index `entity_id` holds keyed ids, missing ones allowed.
        path: The file; its folder is there.
        key: The key of the ids.

    Raises:
        RequestError: A value of `entity_id` is no keyed id: a code would leave in plain text.
    """
    named = table.reset_index() if "entity_id" in table.index.names else table
    if "entity_id" in named:
        _refuse_plain(named["entity_id"], path)
    arrow = pa.Table.from_pandas(table)
    metadata = {**(arrow.schema.metadata or {}), METADATA: fingerprint(key).encode()}
    pq.write_table(arrow.replace_schema_metadata(metadata), path, compression="zstd")


def read_keyed(path: Path, expected_fingerprint: str) -> pd.DataFrame:
    """The table of a file with keyed ids, if they were made under the expected key.

    Raises:
        SourceError: The file cannot be read as Parquet.
        RequestError: Its ids were made under another key, or it does not say under which.
    """
    found = fingerprint_in(path)
    if found is None:
        raise RequestError(
            f"{path}: does not say under which key its ids were made (no {METADATA.decode()} in its schema); "
            "write it with features.keyed.write_keyed, or give credit codes"
        )
    if found != expected_fingerprint:
        raise RequestError(
            f"{path}: its ids were made under the key {found}, this side holds {expected_fingerprint}: "
            "the parties hold different keys, or the key was rotated; make the file anew with the current key"
        )
    try:
        return pq.read_table(path, partitioning=None).to_pandas()
    except (OSError, pa.ArrowInvalid) as error:
        raise _unreadable(path, error) from error


def fingerprint_in(path: Path) -> str | None:
    """The fingerprint that a Parquet file carries; None where it carries none, as one with plain codes.

    Raises:
        SourceError: The file cannot be read as Parquet.
    """
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (OSError, pa.ArrowInvalid) as error:
        raise _unreadable(path, error) from error
    found = metadata.get(METADATA)
    return None if found is None else found.decode("ascii", "replace")


def _unreadable(path: Path, error: Exception) -> SourceError:
    reason = str(error).splitlines()[0]
    return SourceError(f"{path}: cannot be read; expected Parquet with keyed ids: {reason}")


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        return ""  # refused as no key, without a word of what is in it
    except OSError as error:
        raise RequestError(f"{file}: the key cannot be read: {error.strerror}") from None


def _parsed(text: str, place: str) -> bytes:
    digits = text.strip()
    if len(digits) < 2 * KEY_BYTES or not _HEX.fullmatch(digits):
        raise RequestError(
            f"{place}: holds no key; expected at least {2 * KEY_BYTES} hexadecimal digits on one line, found "
            f"{len(digits)} characters (not shown)"
        )
    return bytes.fromhex(digits)


def _started(key: bytes, message: bytes = b"") -> hmac.HMAC:
    """An HMAC that has taken in its key: copying it costs less than starting anew."""
    return hmac.new(key, message, ALGORITHM)


def _continued(start: hmac.HMAC, code: str) -> str:
    one = start.copy()
    one.update(code.encode())
    return one.hexdigest()


def _refuse_plain(ids: pd.Series, path: Path) -> None:
    plain = ids.notna() & ~ids.astype("str").str.fullmatch(KEYED_ID).fillna(False).astype(bool)
    if plain.any():
        raise RequestError(
            f"{path}: {int(plain.sum())} values of entity_id are no keyed ids (64 hexadecimal digits); key "
            "the codes with features.keyed.keyed_ids before they are written"
        )
