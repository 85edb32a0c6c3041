"""Which encoding a text has: found in its bytes, or checked where the recipe names it.

What is found is used strictly: a byte that does not fit is an error with its place, never a question mark.
"""

import codecs
from collections.abc import Iterable
from functools import cache
from typing import BinaryIO

from features.errors import RecipeError, SourceError
from pipelines.reading.inputs import Input
from pipelines.reading.packed import Opened

GUESSES = ("utf-8", "gb18030", "big5", "utf-16")
"""Named in messages: what departments send. GB18030 contains GB2312 and GBK."""

SAMPLE_BYTES = 256 * 1024
_BLOCK = 1024**2
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = ("utf-16-le", "utf-16-be")
_ASCII = bytes(range(128))
_NARROW = ("utf-8", "gb18030", "big5hkscs")
_FIRST_LEVEL = {
    "gb18030": (range(0xB0, 0xD8), range(0xA1, 0xFF)),
    "big5hkscs": (range(0xA4, 0xC7), (*range(0x40, 0x7F), *range(0xA1, 0xFF))),
}
"""Bytes of the frequent characters: level 1 of GB 2312 (3,755) and of Big5 (5,401)."""


def encoding_of(source: Input, file: Opened) -> str:
    """The encoding that the recipe names, or else the one that is found.

    A byte order mark decides first; then under which encoding the recipe's own headers stand in the text;
    then strict UTF-8; and last, between GB 18030 and Big5, which makes common characters of the bytes.
    (General detectors take a few characters of GB 18030 for Big5; names of firms are a few characters.)

    Raises:
        RecipeError: The recipe's encoding does not exist.
        SourceError: No encoding fits.
    """
    named = source.table.encoding
    if named is None:
        return _found(source, file)
    try:
        codecs.lookup(named)
    except LookupError as error:
        raise RecipeError(
            f"{source.name}: the recipe's encoding '{named}' does not exist; "
            f"expected one such as {', '.join(GUESSES)}, or none, to have it found"
        ) from error
    return named


def _found(source: Input, file: Opened) -> str:
    sample = _sample(file)
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    candidates = (*_WIDE, *_NARROW) if b"\0" in sample else _NARROW
    texts = {name: text for name in candidates if (text := _decoded(sample, name)) is not None}
    if not texts:
        raise SourceError(
            f"{source.name}: is text of no encoding known here ({', '.join(GUESSES)}); "
            f"set 'encoding' in the recipe ({source.place})"
        )
    return _with_headers(texts, source.table.headers) or _most_likely(texts)


def _with_headers(texts: dict[str, str], headers: Iterable[str]) -> str | None:
    """The encoding under which most of the recipe's headers stand in the text; None where several do."""
    counts = {encoding: sum(header in text for header in headers) for encoding, text in texts.items()}
    best = max(counts.values())
    winners = [encoding for encoding, count in counts.items() if count == best]
    return winners[0] if len(winners) == 1 else None


def _most_likely(texts: dict[str, str]) -> str:
    """UTF-8 where it fits; else where most characters are common ones: wrongly decoded, they are rare."""
    if "utf-8" in texts:
        return "utf-8"
    shares = {encoding: _share_of_common(text, encoding) for encoding, text in texts.items()}
    return max(shares, key=shares.__getitem__)


def _share_of_common(text: str, encoding: str) -> float:
    common = _common(encoding)
    letters = [letter for letter in text if not letter.isascii() and letter.isalpha()]
    return sum(letter in common for letter in letters) / len(letters) if letters else 0.0


@cache
def _common(encoding: str) -> frozenset[str]:
    """The characters that the encoding's own standard orders as the frequent ones."""
    leads, trails = _FIRST_LEVEL[encoding if encoding in _FIRST_LEVEL else "gb18030"]
    pairs = (bytes([lead, trail]) for lead in leads for trail in trails)
    narrow = "big5" if encoding == "big5hkscs" else "gb2312"
    return frozenset("".join(pair.decode(narrow, "ignore") for pair in pairs))


def _sample(file: Opened) -> bytes:
    """The beginning, and then the lines that are not plain ASCII: those alone tell encodings apart."""
    with file.stream() as stream:
        begin = stream.read(SAMPLE_BYTES)
        if not begin.isascii() or b"\0" in begin:
            return begin
        while block := stream.read(_BLOCK):
            if not block.isascii():
                return _from_first_telling_line(begin, block + stream.read(SAMPLE_BYTES))
        return begin


def _from_first_telling_line(begin: bytes, block: bytes) -> bytes:
    first = len(block) - len(block.lstrip(_ASCII))
    start = block.rfind(b"\n", 0, first) + 1
    return begin[: begin.rfind(b"\n") + 1] + block[start : start + SAMPLE_BYTES]


def _decoded(sample: bytes, encoding: str) -> str | None:
    """The text; None where the bytes are of another encoding. The sample's end may cut a character."""
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(sample)
    except UnicodeError:
        return None


def wrong_encoding(source: Input, file: Opened, expected: str) -> str:
    """Where the bytes stop being of the expected encoding, and which encodings would read them all."""
    place = _misfit(file.stream(), expected)
    where = f"at byte {place[0]}, line {place[1]}" if place else "somewhere"
    fits = [
        guess for guess in GUESSES if not _same(guess, expected) and _misfit(file.stream(), guess) is None
    ]
    hint = f"it reads as {' or '.join(fits)}" if fits else "it reads as none of " + ", ".join(GUESSES)
    return f"{source.name}: is not {expected} {where}; {hint}. Set 'encoding' in the recipe ({source.place})"


def _same(one: str, other: str) -> bool:
    return codecs.lookup(one).name == codecs.lookup(other).name


def _misfit(stream: BinaryIO, encoding: str) -> tuple[int, int] | None:
    """Byte, counted from 0, and line, counted from 1, of the first byte that does not fit; None if all do."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    done, line = 0, 1
    with stream:
        while True:
            block = stream.read(_BLOCK)
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                # The decoder counts from the bytes that it kept of the block before.
                within = max(error.start - held, 0)
                return done + error.start - held, line + block.count(b"\n", 0, within)
            except UnicodeError:
                return done, line
            if not block:
                return None
            done, line = done + len(block), line + block.count(b"\n")
