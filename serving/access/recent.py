"""Who proved who it is a moment ago: at most five seconds, and not beyond any change made in this process."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from time import monotonic

from serving.access.caller import Caller

LIFE_SECONDS = 5.0
"""For so long a revocation made by another process may be overlooked."""
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Proved:
    """A caller, and when what proves it expires."""

    caller: Caller
    expires_at: datetime


class Recent:
    """Callers by the hash of what they showed.

    Args:
        clock: Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[float, Proved]] = {}
        self._lock = Lock()
        self.version = 0
        """Grows with every change; what was read under an older one is not kept."""

    def find(self, key: str, now: datetime) -> Caller | None:
        """The caller, where it is fresh and has not expired."""
        kept = self._kept.get(key)
        if kept is None or self._clock() >= kept[0] or now >= kept[1].expires_at:
            return None
        return kept[1].caller

    def keep(self, key: str, proved: Proved, version: int) -> None:
        """Remember a caller that was read while `version` held."""
        with self._lock:
            if version != self.version:
                return
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[key] = (self._clock() + LIFE_SECONDS, proved)

    def clear(self) -> None:
        """Forget everybody: an account, a token or a session has changed."""
        with self._lock:
            self.version += 1
            self._kept.clear()
