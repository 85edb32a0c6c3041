"""What a text that leaves may not hold: anything that names a firm, a loan or a person.

An error tells which kind of identifier stands in which line, never the identifier itself.
"""

import re
from collections.abc import Iterable, Iterator

from features.errors import ModelError
from features.uscc import ALPHABET, is_valid, normalise

# Digits behind a decimal point are none: of the thousands in a model some have a right check character.
_CODE = re.compile(rf"(?<![0-9A-Za-z])(?<!\d\.)[{ALPHABET}]{{18}}(?![0-9A-Za-z])", re.IGNORECASE)
_KEYED = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{64}(?![0-9A-Fa-f])")
_PERSON = re.compile(r"(?<!\d)(?<!\d\.)[1-9]\d{5}(?:19|20)\d{9}[0-9Xx](?!\d)")
_PHONE = re.compile(r"(?<![\d.])1[3-9]\d{9}(?![\d.])")

_PERSON_WEIGHTS = [2 ** (17 - place) % 11 for place in range(17)]
_PERSON_CHECKS = "10X98765432"
"""Check character of a citizen's number by the weighted sum modulo 11 (GB 11643-1999)."""


def refuse_identifiers(text: str, named: Iterable[str] = ()) -> None:
    """Refuse a text with an identifier in it.

    Args:
        text: What is about to leave.
        named: Further words that may not stand in it, such as names of loans or firms.

    Raises:
        ModelError: It holds one; the message tells its kind and its line.
    """
    words = [word for word in named if word]
    for number, line in enumerate(text.splitlines(), start=1):
        for kind in _kinds(line, words):
            raise ModelError(
                f"line {number} holds {kind}; nothing that names a firm, a loan or a person may leave"
            )


def _kinds(line: str, words: list[str]) -> Iterator[str]:
    """Kinds of identifiers that stand in a line."""
    if any(is_valid(normalise(found)) for found in _CODE.findall(line)):
        yield "a unified social credit code"
    if _KEYED.search(line):
        yield "a keyed identifier"
    if any(map(_is_persons, _PERSON.findall(line))):
        yield "a citizen's number"
    if _PHONE.search(line):
        yield "a mobile number"
    if any(word in line for word in words):
        yield "the name of a loan or a firm"


def _is_persons(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number, _PERSON_WEIGHTS, strict=False))
    return _PERSON_CHECKS[total % 11] == number[-1].upper()
