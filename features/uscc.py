"""Unified social credit codes (统一社会信用代码): normalised and checked to GB 32100-2015.

18 characters: registration authority, kind of entity, six digits of region (GB/T 2260), the nine
characters of the organisation code (GB 11714, its own check character last) and a check character.
"""

import re
import unicodedata

import numpy as np
import pandas as pd

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Digits and capitals without I, O, S, V and Z; a character's value is its place (GB 32100-2015)."""

WEIGHTS = np.array([3**place % 31 for place in range(17)], dtype=np.int32)
"""Weights of the first 17 characters, 3^(i-1) mod 31 (GB 32100-2015)."""

ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int32)
"""Weights of the organisation code's first eight characters (GB 11714)."""

ORGANISATION_CHECKS = "0123456789X"
LENGTH = 18
SHAPE = re.compile(f"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}")
"""Of a code, before its check characters are looked at."""

_WEIGHTS, _OWN_WEIGHTS = WEIGHTS.tolist(), ORGANISATION_WEIGHTS.tolist()
_VALUE = np.full(256, -1, dtype=np.int32)
_VALUE[[ord(letter) for letter in ALPHABET]] = range(len(ALPHABET))
_ORGANISATION_VALUE = np.full(256, -1, dtype=np.int32)
for _letter in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ":
    _ORGANISATION_VALUE[ord(_letter)] = int(_letter, 36)


def normalise(code: str) -> str:
    """The code without spaces, half-width and upper-case.

    >>> normalise(" 91330502ma29k00168 ")
    '91330502MA29K00168'
    """
    return "".join(unicodedata.normalize("NFKC", code).split()).upper()


def normalise_all(codes: pd.Series) -> pd.Series:
    """`normalise` for a column of text; only values that need it are touched."""
    tidy = codes.isna() | codes.str.fullmatch("[0-9A-Z]*").astype(bool)
    if tidy.all():
        return codes
    return codes.mask(~tidy, codes[~tidy].map(normalise))


def is_valid(code: str) -> bool:
    """Whether both check characters agree; `code` is normalised already.

    >>> is_valid("91350100M000100Y43"), is_valid("91350100M000100Y44")
    (True, False)
    """
    if not SHAPE.fullmatch(code):
        return False
    total = sum(ALPHABET.index(letter) * weight for letter, weight in zip(code, _WEIGHTS, strict=False))
    own = sum(int(letter, 36) * weight for letter, weight in zip(code[8:16], _OWN_WEIGHTS, strict=True))
    return code[17] == ALPHABET[-total % 31] and code[16] == ORGANISATION_CHECKS[-own % 11]


def are_valid(codes: pd.Series) -> pd.Series:
    """Whether each code has 18 admissible characters and both check characters agree.

    Args:
        codes: Normalised codes as text; missing ones are not valid.

    Returns:
        Booleans with the index of `codes`.
    """
    valid = pd.Series(False, index=codes.index)
    shaped = codes.str.fullmatch(SHAPE.pattern).fillna(False).astype(bool)
    if shaped.any():
        letters = _letters(codes[shaped])
        checks = _check_values(letters) == _VALUE[letters[:, 17]]
        organisation = np.frombuffer(ORGANISATION_CHECKS.encode(), np.uint8)[_organisation_checks(letters)]
        valid[shaped] = checks & (organisation == letters[:, 16])
    return valid


def with_checks(bodies: pd.Series) -> pd.Series:
    """Complete codes from their first 16 characters: both check characters are worked out.

    >>> with_checks(pd.Series(["91330502MA29K001"])).item()
    '91330502MA29K00168'
    """
    letters = np.pad(_letters(bodies, 16), ((0, 0), (0, 2)))
    letters[:, 16] = np.frombuffer(ORGANISATION_CHECKS.encode(), np.uint8)[_organisation_checks(letters)]
    letters[:, 17] = np.frombuffer(ALPHABET.encode(), np.uint8)[_check_values(letters)]
    return pd.Series(letters.view(f"S{LENGTH}").ravel().astype(f"U{LENGTH}"), index=bodies.index, dtype="str")


def _letters(codes: pd.Series, length: int = LENGTH) -> np.ndarray:
    """The characters of codes that all have this length, as bytes."""
    one_after_the_other = "".join(codes).encode("ascii")
    return np.frombuffer(one_after_the_other, np.uint8).reshape(len(codes), length).copy()


def _check_values(letters: np.ndarray) -> np.ndarray:
    return (31 - (_VALUE[letters[:, :17]] * WEIGHTS).sum(axis=1) % 31) % 31


def _organisation_checks(letters: np.ndarray) -> np.ndarray:
    """Place of each check character in `ORGANISATION_CHECKS`: 11 minus the sum mod 11, 11 standing for 0."""
    total = (_ORGANISATION_VALUE[letters[:, 8:16]] * ORGANISATION_WEIGHTS).sum(axis=1)
    return (11 - total % 11) % 11
