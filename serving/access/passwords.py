"""Passwords: argon2id, the same work for a wrong password as for a name that is not there."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from secrets import token_urlsafe
from threading import BoundedSemaphore
from time import monotonic, sleep

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from serving.access.refusals import Refused
from serving.problems import FieldError

SHORTEST, LONGEST = 12, 256
AT_ONCE = 4
"""A hash takes 64 MiB: so many at once."""
PATIENCE_SECONDS = 0.5
"""A refusal takes at least so long: more than a hash does, so that nothing beside it shows."""
DEMO_PASSWORD = "huzhou-green-loan"  # noqa: S105 - printed by the demo, refused everywhere else


class Passwords:
    """Makes and checks hashes of passwords.

    Args:
        hasher: Its parameters; RFC 9106's for little memory by default.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = BoundedSemaphore(AT_ONCE)

    @cached_property
    def _nobodys(self) -> str:
        """The hash that nobody's password has."""
        return self.hash(token_urlsafe())

    def hash(self, password: str) -> str:
        """What is kept of a password."""
        with self._room:
            return self._hasher.hash(_bytes(password))

    def is_right(self, kept: str | None, password: str) -> bool:
        """Whether it is the password of that hash; as much work where there is no hash."""
        nobodys = self._nobodys  # made by the first question, whatever its answer
        try:
            with self._room:
                found = self._hasher.verify(kept or nobodys, _bytes(password))
        except (Argon2Error, InvalidHashError):
            return False
        return found and kept is not None

    def is_old(self, kept: str) -> bool:
        """Whether the hash was made with other parameters than are in force."""
        return self._hasher.check_needs_rehash(kept)


def check_password(name: str, password: str, *, is_demo: bool = False) -> None:
    """A password that may be set.

    Raises:
        FieldError: It is too short beside the account's name, too long, or the demo's.
    """
    if len(password) > LONGEST:
        raise FieldError("password", f"at most {LONGEST} characters, found {len(password)}")
    own = unicodedata.normalize("NFKC", password).casefold().replace(name, "")
    if len(own) < SHORTEST:
        raise FieldError("password", f"at least {SHORTEST} characters beside the account's name")
    if password == DEMO_PASSWORD and not is_demo:
        raise FieldError("password", "the demo's password is known to everybody")


@contextmanager
def patiently(seconds: float) -> Iterator[None]:
    """A refusal inside takes at least that long."""
    began = monotonic()
    try:
        yield
    except Refused:
        sleep(max(0.0, began + seconds - monotonic()))
        raise


def _bytes(password: str) -> bytes:
    """One spelling of what looks the same; half a surrogate pair is a wrong password, no error."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
