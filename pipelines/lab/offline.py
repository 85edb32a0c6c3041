"""No network: what a process may not do while a bank's own data are in it.

A guard against accidents and against libraries that call home, kept by Python's audit events. Code in C that
opens a socket by itself passes it by; where that matters, the process is started in a network of its own
(`unshare -rn`), and `networks` tells whether it was.
"""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from features.errors import LvdaitongError

REFUSED = frozenset(
    {
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyaddr",
        "socket.gethostbyname",
        "socket.getnameinfo",
        "socket.sendmsg",
        "socket.sendto",
        # a child would not know of the refusal
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.system",
        "subprocess.Popen",
    }
)
"""Audit events of whatever reaches another process or machine."""

LOOPBACK = "lo"


class NetworkError(LvdaitongError):
    """Something reached for the network, or for another process, where that is refused."""

    exit_code: ClassVar[int] = 14


@dataclass(slots=True)
class _Guard:
    """Whether this process refuses, and what was refused since."""

    depth: int = 0
    installed: bool = False
    attempts: list[str] = field(default_factory=list)

    def __call__(self, event: str, _arguments: tuple[Any, ...]) -> None:
        if self.depth and event in REFUSED:
            self.attempts.append(event)
            raise NetworkError(_told(event))


_GUARD = _Guard()


@contextmanager
def offline() -> Iterator[None]:
    """Refuse the network and new processes, in every thread, until the block ends.

    Raises:
        NetworkError: At the attempt; and once more at the end of a block that went on after an attempt, so
            that what a library swallowed does not pass unseen.
    """
    if not _GUARD.installed:
        sys.addaudithook(_GUARD)  # a hook is for the life of the process; between blocks it looks away
        _GUARD.installed = True
    before = len(_GUARD.attempts)
    _GUARD.depth += 1
    try:
        yield
    finally:
        _GUARD.depth -= 1
    if len(_GUARD.attempts) > before:
        raise NetworkError(_told(_GUARD.attempts[before]))


def networks() -> int:
    """How many network interfaces this process could reach beside its own loopback; 0 is none at all."""
    return sum(name != LOOPBACK for _, name in socket.if_nameindex())


def _told(event: str) -> str:
    return (
        f"{event}: this process works without network and without other processes, because a bank's own "
        "data are in it; nothing was sent and nothing is kept"
    )
