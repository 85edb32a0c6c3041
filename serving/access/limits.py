"""How often one may ask: token buckets by account and by address, in the memory of one process.

Wrong passwords are counted in the database besides (`accounts`): several processes share that count.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from threading import Lock
from time import monotonic

from serving.access.refusals import TooMany

MOST_KEYS = 20_000
MINUTE = 60.0


class Limit:
    """So many a minute for each key, all at once or spread.

    Args:
        per_minute: How many; 0 for no limit.
        clock: Seconds that only grow.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self._most, self._clock = float(per_minute), clock
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = Lock()

    def take(self, key: str) -> None:
        """Count one.

        Raises:
            TooMany: None is left; it says after how many seconds there is one.
        """
        if not self._most:
            return
        with self._lock:
            now = self._clock()
            left = self._now(key, now)
            if left < 1:
                raise TooMany(ceil((1 - left) * MINUTE / self._most))
            self._make_room(now)
            self._left[key] = (left - 1, now)

    def give_back(self, key: str) -> None:
        """One was no abuse after all, such as a right password."""
        with self._lock:
            now = self._clock()
            if key in self._left:
                self._left[key] = (self._now(key, now) + 1, now)

    def _now(self, key: str, now: float) -> float:
        left, since = self._left.get(key, (self._most, now))
        return min(self._most, left + (now - since) * self._most / MINUTE)

    def _make_room(self, now: float) -> None:
        """Full buckets say nothing; where none is full, all begin anew, before the memory does."""
        if len(self._left) < MOST_KEYS:
            return
        self._left = {key: kept for key, kept in self._left.items() if self._now(key, now) < self._most}
        if len(self._left) >= MOST_KEYS:
            self._left.clear()


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one service.

    Attributes:
        requests: Requests of one account.
        log_ins_by_name: Failed tries at one name, whether there is such an account or not.
        log_ins_by_address: Failed tries from one address: a bank's officers may share one.
        refusals_by_address: Invalid tokens from one address.
    """

    requests: Limit
    log_ins_by_name: Limit = field(default_factory=lambda: Limit(10))
    log_ins_by_address: Limit = field(default_factory=lambda: Limit(60))
    refusals_by_address: Limit = field(default_factory=lambda: Limit(120))
