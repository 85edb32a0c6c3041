"""Texts that both databases can keep."""

CUT = "…"
STRANGE = "\N{REPLACEMENT CHARACTER}"


def is_storable(text: str) -> bool:
    r"""Whether both databases can keep or look for a text: no NUL, no half of a surrogate pair.

    >>> is_storable("绿贷通"), is_storable("a\0"), is_storable("\ud800")
    (True, False, False)
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def fitted(text: str | None, width: int) -> str | None:
    r"""A text as a column of that width can keep it: what a stranger typed must not stop the log.

    >>> fitted("officer\0", 64), fitted("x" * 9, 4), fitted(None, 4)
    ('officer�', 'xxx…', None)
    """
    if text is None:
        return None
    if not is_storable(text):
        text = text.replace("\0", STRANGE).encode("utf-8", "replace").decode()
    return text if len(text) <= width else text[: width - 1] + CUT
