"""How rows are chained: a seal over everything in a row, the seal of the row before it included.

With a key the seal is HMAC-SM3 (GB/T 32905, RFC 2104): who can write the database but does not know the key
cannot make a row that fits. Without a key, which only the demo allows, it is SM3 alone and finds accidents,
not forgers. SHA-256 stands in where Python's OpenSSL has no SM3; each row says what it was sealed with.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from models.chained import ALGORITHM, BEGINNING

__all__ = ["ALGORITHM", "BEGINNING", "Sealer", "canonical", "digest_of"]

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
_NAME_CHARACTERS = 8


def canonical(value: Any) -> str:
    """JSON of one form only: sorted names, no spaces, Chinese as it is.

    >>> canonical({"b": 1, "a": "绿"})
    '{"a":"绿","b":1}'
    """
    return _ENCODER.encode(value)


def digest_of(text: str) -> str:
    """The hash of a text's UTF-8 bytes, as 64 hexadecimal digits.

    Raises:
        UnicodeEncodeError: Half of a surrogate pair is in it; it has no bytes.
    """
    return hashlib.new(ALGORITHM, text.encode()).hexdigest()


class Sealer:
    """Makes seals under one key.

    Args:
        key: The secret; empty for the demo.

    Attributes:
        name: What is written into each row: algorithm, and eight digits that tell keys apart.
    """

    def __init__(self, key: str) -> None:
        self._start: Any = hmac.new(key.encode(), digestmod=ALGORITHM) if key else hashlib.new(ALGORITHM)
        named = digest_of(f"name of the audit key {key}")[:_NAME_CHARACTERS]
        self.name = f"hmac-{ALGORITHM}:{named}" if key else ALGORITHM

    def seal(self, row: Mapping[str, object]) -> str:
        """The seal of a row; whatever is in the row counts, an entry `seal` must not be."""
        sealing = self._start.copy()
        sealing.update(_ENCODER.encode(row).encode())
        return str(sealing.hexdigest())
