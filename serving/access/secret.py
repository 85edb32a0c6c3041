"""Secrets that are handed out: 256 random bits; only their hash is kept."""

from hashlib import sha256
from secrets import token_urlsafe

BYTES = 32
LONGEST = 80
"""Nothing longer was ever handed out, and need not be hashed."""


def new_secret(prefix: str = "") -> str:
    """A secret as text, 43 characters behind its prefix."""
    return prefix + token_urlsafe(BYTES)


def digest(text: str) -> str:
    """What is kept of it: SHA-256, which is cheap for each request; 256 random bits need nothing slower."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
